//! One line of text with a cursor: a filter, or a value of a form.

use crate::terminal::input::Key;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TextLine {
    text: String,
    /// In bytes, at the boundary of a character.
    at: usize,
}

impl TextLine {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        TextLine {
            at: text.len(),
            text,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        *self = TextLine::default();
    }

    /// The text before the cursor.
    pub(crate) fn before(&self) -> &str {
        &self.text[..self.at]
    }

    pub(crate) fn after(&self) -> &str {
        &self.text[self.at..]
    }

    /// A pasted text of several lines becomes one line.
    pub(crate) fn insert(&mut self, text: &str) {
        let text = text.trim_end_matches(['\r', '\n']);
        let text: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        self.text.insert_str(self.at, &text);
        self.at += text.len();
    }

    /// False if the key does not edit.
    pub(crate) fn press(&mut self, key: Key) -> bool {
        match key {
            Key::Char(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            Key::Backspace => {
                let start = self.at - self.before().chars().next_back().map_or(0, char::len_utf8);
                self.text.drain(start..self.at);
                self.at = start;
            }
            Key::Delete => {
                let end = self.at + self.after().chars().next().map_or(0, char::len_utf8);
                self.text.drain(self.at..end);
            }
            Key::Left => {
                self.at -= self.before().chars().next_back().map_or(0, char::len_utf8);
            }
            Key::Right => self.at += self.after().chars().next().map_or(0, char::len_utf8),
            Key::Home | Key::Ctrl('a') => self.at = 0,
            Key::End | Key::Ctrl('e') => self.at = self.text.len(),
            Key::Ctrl('u') => {
                self.text.drain(..self.at);
                self.at = 0;
            }
            Key::Ctrl('w') => {
                let kept = self.before().trim_end();
                let start = kept.rfind(' ').map_or(0, |at| at + 1);
                self.text.drain(start..self.at);
                self.at = start;
            }
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_edited_at_its_cursor() {
        let mut line = TextLine::new("grüße an");
        for key in [Key::Left, Key::Left, Key::Backspace, Key::Char('_')] {
            assert!(line.press(key));
        }
        assert_eq!((line.text(), line.after()), ("grüße_an", "an"));
        line.press(Key::End);
        line.press(Key::Ctrl('w'));
        assert_eq!(line.text(), "");
        line.insert("two\nlines\n");
        assert_eq!(line.text(), "two lines");
        line.press(Key::Home);
        line.press(Key::Delete);
        assert_eq!(line.text(), "wo lines");
        assert!(!line.press(Key::Enter));
    }

    proptest! {
        #[test]
        fn the_cursor_stays_at_a_boundary(text in any::<String>(), keys in prop::collection::vec(0_usize..8, 0..40)) {
            let all = [Key::Left, Key::Right, Key::Backspace, Key::Delete, Key::Home, Key::Char('ü'), Key::Ctrl('w'), Key::Ctrl('u')];
            let mut line = TextLine::new(text);
            for key in keys {
                line.press(all[key]);
                prop_assert_eq!(format!("{}{}", line.before(), line.after()), line.text());
            }
        }
    }
}
