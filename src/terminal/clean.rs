//! Makes text from the server safe for a terminal: escape sequences could move the cursor or
//! rewrite earlier output, and direction characters change the order of the text. They are shown
//! escaped.

use std::fmt::Write as _;

use crate::secret::masked;

/// Returns true for a character that affects a terminal or misleads a reader.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200e}' | '\u{200f}'     // direction marks
            | '\u{202a}'..='\u{202e}'               // embeddings and overrides
            | '\u{2066}'..='\u{2069}'               // isolates
            | '\u{206a}'..='\u{206f}'               // deprecated format characters
            | '\u{2028}' | '\u{2029}'               // separators of lines and paragraphs
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'  // byte order mark, annotations
            | '\u{e0000}'..='\u{e007f}') // invisible tags
}

/// Masks secrets; shows newlines, tabs and unsafe characters escaped.
pub fn clean_line(text: &str) -> String {
    escape(&masked(text), |_| false)
}

/// Like [`clean_line`], but keeps newlines and tabs.
pub fn clean_text(text: &str) -> String {
    // A Windows line end counts as a newline.
    escape(&masked(text).replace("\r\n", "\n"), |c| {
        matches!(c, '\n' | '\t')
    })
}

fn escape(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if keep(c) || !is_unsafe(c) => clean.push(c),
            '\n' => clean.push_str("\\n"),
            '\r' => clean.push_str("\\r"),
            '\t' => clean.push_str("\\t"),
            c => {
                let _ = write!(clean, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    clean
}

/// Escapes unsafe characters as `\u…`, except newlines, in JSON (or in YAML that has them in double
/// quotes only).
pub(crate) fn escape_json(json: &str) -> String {
    let mut clean = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_unsafe(c) {
            clean.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(clean, "\\u{unit:04x}");
            }
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cleaned_line_stays_one_line() {
        assert_eq!(clean_line("a\nb\tc\r\u{1b}[2J"), "a\\nb\\tc\\r\\u{1b}[2J");
        assert_eq!(clean_line("evil\u{202e}txt.exe"), "evil\\u{202e}txt.exe");
        assert_eq!(clean_line("Grüße 👩‍👧 ✓"), "Grüße 👩‍👧 ✓");
    }

    #[test]
    fn a_cleaned_text_keeps_its_lines() {
        assert_eq!(clean_text("a\r\n\tb\nc\u{9b}m"), "a\n\tb\nc\\u{9b}m");
    }

    #[test]
    fn escaped_json_has_the_same_value() {
        let value = serde_json::json!({"a\u{202e}": "x\u{7f}\u{e0041}\n"});
        let escaped = escape_json(&format!("{value:#}"));
        assert!(escaped.contains("\\u202e") && escaped.contains("\\udb40\\udc41"));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&escaped).unwrap(),
            value
        );
    }

    proptest! {
        #[test]
        fn cleaned_text_has_no_unsafe_characters(text in any::<String>()) {
            prop_assert!(!clean_line(&text).chars().any(is_unsafe));
            prop_assert!(!clean_text(&text).chars().any(|c| is_unsafe(c) && c != '\n' && c != '\t'));
        }

        #[test]
        fn cleaning_is_idempotent(text in any::<String>()) {
            let (line, lines) = (clean_line(&text), clean_text(&text));
            prop_assert_eq!(clean_line(&line), line);
            prop_assert_eq!(clean_text(&lines), lines);
        }

        #[test]
        fn escaping_keeps_the_value(text in any::<String>()) {
            let json = serde_json::Value::from(text).to_string();
            let escaped = escape_json(&json);
            prop_assert_eq!(
                serde_json::from_str::<serde_json::Value>(&escaped).unwrap(),
                serde_json::from_str::<serde_json::Value>(&json).unwrap()
            );
        }
    }
}
