//! Texts cut or broken to a width in columns: wide characters count two, combining ones none.

use console::measure_text_width;
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

/// Lines of whole pieces, such as words with their blanks; `room` is the width of each line. A piece
/// that is wider has a line of its own.
pub(crate) fn filled<'a>(
    pieces: impl IntoIterator<Item = &'a str>,
    room: impl Fn(usize) -> usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces {
        let whole = format!("{line}{piece}");
        let is_too_wide = measure_text_width(whole.trim_end_matches(' ')) > room(lines.len());
        if is_too_wide && !line.trim().is_empty() {
            lines.push(line.trim_end_matches(' ').to_owned());
            piece.clone_into(&mut line);
        } else {
            line = whole;
        }
    }
    lines.push(line.trim_end_matches(' ').to_owned());
    lines
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

    #[test]
    fn lines_have_whole_words() {
        let lines = |text: &str, columns| filled(text.split_inclusive(' '), |_| columns);
        assert_eq!(lines("a bc def", 4), ["a bc", "def"]);
        assert_eq!(lines("abcdef g", 3), ["abcdef", "g"]);
        assert_eq!(lines("清除 缓存 a", 6), ["清除", "缓存 a"]);
        assert_eq!(
            lines("\u{1b}[1ma  b\u{1b}[0m c", 4),
            ["\u{1b}[1ma  b\u{1b}[0m", "c"]
        );
        assert_eq!(lines("", 4), [""]);
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
