//! The selected row of a list, the first visible one, and the filter.

use crate::tui::text_line::TextLine;

#[derive(Debug, Clone)]
pub(crate) struct Cursor<K> {
    /// Identifies the selected row when rows are added or removed.
    pub picked: Option<K>,
    pub at: usize,
    /// The first visible row.
    pub top: usize,
    pub filter: TextLine,
}

impl<K> Default for Cursor<K> {
    fn default() -> Self {
        Cursor {
            picked: None,
            at: 0,
            top: 0,
            filter: TextLine::default(),
        }
    }
}

impl<K: Copy + Eq> Cursor<K> {
    /// Selects the row at this position, or the nearest one.
    pub(crate) fn select(&mut self, at: usize, rows: &[K]) {
        self.at = at.min(rows.len().saturating_sub(1));
        self.picked = rows.get(self.at).copied();
    }

    pub(crate) fn move_by(&mut self, by: isize, rows: &[K]) {
        self.select(self.at.saturating_add_signed(by), rows);
    }

    /// Follows the selected row to its position, and makes it visible in `height` rows.
    pub(crate) fn settle(&mut self, rows: &[K], height: usize) {
        let found = self
            .picked
            .and_then(|picked| rows.iter().position(|row| *row == picked));
        self.select(found.unwrap_or(self.at), rows);
        self.scroll_to_selected(rows.len(), height);
    }

    fn scroll_to_selected(&mut self, count: usize, height: usize) {
        let height = height.max(1);
        self.top = self.top.min(count.saturating_sub(height));
        if self.at < self.top {
            self.top = self.at;
        } else if self.at >= self.top + height {
            self.top = self.at + 1 - height;
        }
    }
}

/// True if a text has all words of a filter, in any case.
pub(crate) fn matches(filter: &str, text: &str) -> bool {
    if filter.is_empty() {
        return true;
    }
    let text = text.to_lowercase();
    let filter = filter.to_lowercase();
    filter.split_whitespace().all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_follows_its_row() {
        let mut cursor = Cursor::default();
        cursor.select(1, &[30, 20, 10]);
        cursor.settle(&[50, 40, 30, 20, 10], 3);
        assert_eq!((cursor.picked, cursor.at, cursor.top), (Some(20), 3, 1));
        // Its row is gone: the next one is selected.
        cursor.settle(&[50, 40, 30, 10], 3);
        assert_eq!((cursor.picked, cursor.at), (Some(10), 3));
        cursor.settle(&[], 3);
        assert_eq!((cursor.picked, cursor.at, cursor.top), (None, 0, 0));
    }

    #[test]
    fn a_filter_matches_words_in_any_case() {
        assert!(matches("MAIN shop", "shop/main"));
        assert!(!matches("main x", "shop/main"));
    }
}
