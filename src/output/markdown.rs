//! Texts of others in Markdown: table cells, HTML and code blocks that they cannot leave.

use crate::terminal::clean_line;

pub(crate) fn html(text: &str) -> String {
    clean_line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Escapes a text for a table or a heading.
pub(crate) fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in html(text).chars() {
        if "\\`*_[]|#@~!".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A code block. Its fence is longer than any run of backticks in the text.
pub(crate) fn code_block(text: &str, language: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let end = match text.is_empty() || text.ends_with('\n') {
        true => "",
        false => "\n",
    };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The text of the only code block, read as CommonMark does; `None` if it ends early.
    fn content(block: &str) -> Option<String> {
        let (first, rest) = block.split_once('\n')?;
        let fence = first.chars().take_while(|c| *c == '`').count();
        let mut text = String::new();
        let mut lines = rest.split_inclusive('\n');
        for line in lines.by_ref() {
            let indent = line.len() - line.trim_start_matches(' ').len();
            let bare = line.trim();
            let closes = indent < 4 && bare.len() >= fence && bare.chars().all(|c| c == '`');
            if closes {
                return lines.next().is_none().then_some(text);
            }
            text.push_str(line);
        }
        None
    }

    #[test]
    fn a_code_block_has_a_longer_fence_than_its_text() {
        assert_eq!(code_block("a\n", "diff"), "```diff\na\n```\n");
        assert_eq!(code_block("a\n````\nb", ""), "`````\na\n````\nb\n`````\n");
        assert_eq!(code_block("", ""), "```\n```\n");
    }

    proptest! {
        #[test]
        fn a_text_cannot_leave_its_code_block(text in "([`~ <>/a-z\n]|\\PC){0,60}") {
            let found = content(&code_block(&text, ""));
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            prop_assert_eq!(found, Some(format!("{text}{end}")));
        }

        #[test]
        fn a_text_cannot_leave_its_cell(text in any::<String>()) {
            let cell = cell(&text);
            prop_assert!(!cell.contains(['\n', '\r', '<', '>']), "{}", cell);
            let mut chars = cell.chars();
            while let Some(c) = chars.next() {
                // Each special character follows a backslash.
                match c {
                    '\\' => prop_assert!(chars.next().is_some()),
                    c => prop_assert!(!"`*_[]|#@~!".contains(c), "{}", cell),
                }
            }
        }
    }
}
