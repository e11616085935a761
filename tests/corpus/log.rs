//! Logs and names from elsewhere: what comes out is safe to show, wherever the log is cut.

use lagoon_tasks::internal::{LogCleaner, clean_line, clean_text, is_unsafe};

use super::cuts;

pub(super) fn check(bytes: &[u8]) {
    for keep_colour in [false, true] {
        let clean = cleaned(keep_colour, &[bytes]);
        for pieces in cuts::ways(bytes) {
            assert_eq!(cleaned(keep_colour, &pieces), clean, "cut: {pieces:?}");
        }
        assert_eq!(cleaned(keep_colour, &[clean.as_bytes()]), clean, "twice");
        let text = if keep_colour {
            without_colour(&clean)
        } else {
            clean
        };
        only_text(&text);
    }
    let text = String::from_utf8_lossy(bytes);
    let (line, lines) = (clean_line(&text), clean_text(&text));
    assert!(!line.chars().any(is_unsafe), "{line:?}");
    only_text(&lines);
    assert_eq!((clean_line(&line), clean_text(&lines)), (line, lines));
}

fn cleaned(keep_colour: bool, pieces: &[&[u8]]) -> String {
    let mut cleaner = LogCleaner::new(keep_colour);
    let mut clean: String = pieces.iter().map(|piece| cleaner.feed(piece)).collect();
    clean.push_str(&cleaner.finish());
    clean
}

fn only_text(text: &str) {
    let is_wrong = |c: char| is_unsafe(c) && c != '\n' && c != '\t';
    assert!(!text.contains(is_wrong), "{text:?}");
}

/// The text without colours: `ESC [ digits ; : m`.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (colour, after) = part.split_once('m').expect("an end of the colour");
        let is_colour = |c: char| c.is_ascii_digit() || matches!(c, ';' | ':');
        assert!(colour.chars().all(is_colour), "{colour:?}");
        plain.push_str(after);
    }
    plain
}
