//! Texts cut to a width in columns: wide characters count two, combining ones none.

use unicode_width::UnicodeWidthStr;

/// The beginning of a text, with `…` as the last column if the text is wider than `columns`.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else {
        return String::new();
    };
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    // The widths of characters do not add up to that of an emoji sequence.
    let end = ends.take_while(|end| text[..*end].width() <= room).last();
    format!("{}…", &text[..end.unwrap_or(0)])
}

/// The end of a text, with `…` as the first column if the text is wider than `columns`.
pub(crate) fn cut_start(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else {
        return String::new();
    };
    let starts = text.char_indices().rev().map(|(at, _)| at);
    let start = starts
        .take_while(|start| text[*start..].width() <= room)
        .last();
    format!("…{}", &text[start.unwrap_or(text.len())..])
}

/// A text cut or padded to exactly `columns`.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let gap = " ".repeat(columns.saturating_sub(text.width()));
    format!("{text}{gap}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wide_characters_count_two_columns() {
        assert_eq!(cut("清除缓存", 8), "清除缓存");
        assert_eq!(cut("清除缓存", 7), "清除缓…");
        assert_eq!(cut("清除缓存", 6), "清除…");
        assert_eq!(cut("清除缓存", 1), "…");
        assert_eq!(cut("清除缓存", 0), "");
        assert_eq!(cut_start("清除缓存", 6), "…缓存");
        assert_eq!(fit("清除", 6), "清除  ");
        assert_eq!(fit("清除缓存", 6), "清除… ");
    }

    proptest! {
        #[test]
        fn a_cut_text_is_never_wider_than_its_room(text in any::<String>(), columns in 0_usize..40) {
            let text = crate::terminal::clean_line(&text);
            prop_assert!(cut(&text, columns).width() <= columns);
            prop_assert!(cut_start(&text, columns).width() <= columns);
            prop_assert_eq!(fit(&text, columns).width(), columns);
        }
    }
}
