//! The part of Compose's `.env` format that `tasks` reads: `NAME=VALUE` with or without `export`,
//! quotes, comments, and variables of earlier lines. (Parsers from crates also read the process
//! environment, which must not select a project.)

use std::collections::HashMap;

use super::substitute::{leading_name, substitute};

/// Lines of another form are skipped. The last of several values applies.
pub(super) fn parse(text: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    while !rest.is_empty() {
        let (line, below) = rest.split_once('\n').unwrap_or((rest, ""));
        let Some((name, start)) = assignment(line) else {
            rest = below;
            continue;
        };
        let value;
        (value, rest) = match quoted(&rest[start..]) {
            Some((text, is_literal, after)) => {
                let below = after.split_once('\n').map_or("", |(_, below)| below);
                (filled(&text, is_literal, &found), below)
            }
            None => (filled(unquoted(&line[start..]), false, &found), below),
        };
        if let Some(value) = value {
            found.insert(name.to_owned(), value);
        }
    }
    found
}

/// The name, and the position of the value in the line.
fn assignment(line: &str) -> Option<(&str, usize)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let name = name.strip_prefix("export ").map_or(name, str::trim);
    let is_name = !name.is_empty() && leading_name(name) == name;
    let blanks = value.len() - value.trim_start_matches([' ', '\t']).len();
    is_name.then_some((name, line.len() - value.len() + blanks))
}

/// The text of a quoted value, which may have several lines, whether it is literal, and what
/// follows. `None` without quotes.
fn quoted(text: &str) -> Option<(String, bool, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let is_literal = quote == '\'';
    let mut value = String::new();
    let mut chars = text[1..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Some((value, is_literal, &text[at + 2..])),
            '\\' if !is_literal => match chars.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                // A literal dollar for `substitute`.
                '$' => value.push_str("$$"),
                c => value.push(c),
            },
            c => value.push(c),
        }
    }
    None
}

fn unquoted(text: &str) -> &str {
    let comment = [" #", "\t#"].into_iter().filter_map(|sign| text.find(sign));
    let end = comment.min().unwrap_or(text.len());
    let is_comment = text.starts_with('#');
    if is_comment { "" } else { text[..end].trim() }
}

/// `None` if a variable in the value has none.
fn filled(text: &str, is_literal: bool, known: &HashMap<String, String>) -> Option<String> {
    if is_literal {
        return Some(text.to_owned());
    }
    // Nested defaults are followed, so their depth is limited.
    if text.len() > super::LONGEST_VALUE && text.contains('$') {
        return None;
    }
    let mut missing = Vec::new();
    // Values of values would grow without a limit.
    let value = |name: &str| known.get(name).filter(|v| v.len() <= super::LONGEST_VALUE);
    let filled = substitute(text, &|name| value(name).cloned(), &mut missing);
    missing.is_empty().then_some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_do_not_grow_without_a_limit() {
        let double = |name: char, of: char| format!("{name}={}\n", format!("${of}").repeat(120));
        let text = format!(
            "A={}\n{}{}{}",
            "x".repeat(200),
            double('B', 'A'),
            double('C', 'B'),
            double('D', 'C')
        );
        let found = parse(&text);
        assert_eq!(found["B"].len(), 24_000);
        assert_eq!(found.get("C"), None);
    }

    #[test]
    fn the_documented_forms_are_read() {
        let text = "\u{feff}# comment\n\nPLAIN=shop\r\nexport EXPORTED = shop-x  # comment\nSINGLE='$PLAIN # x'\n\
            DOUBLE=\"${PLAIN}\\n\\$x\" # comment\nLINES=\"a\nNOT=inside\nb\"\nAFTER=1\nEMPTY=\nHASH=a#b\nURL=a=b\n\
            no assignment\n1X=2\nA B=2\nOPEN=\"never closed\nTWICE=1\nTWICE=2\nGONE=$NOTHING\nDEFAULT=${NOTHING:-d}\nCOMMENT= # x";
        let found = parse(text);
        let of = |name: &str| found.get(name).map(String::as_str);
        for (name, value) in [
            ("PLAIN", Some("shop")),
            ("EXPORTED", Some("shop-x")),
            ("SINGLE", Some("$PLAIN # x")),
            ("DOUBLE", Some("shop\n$x")),
            ("LINES", Some("a\nNOT=inside\nb")),
            ("NOT", None),
            ("AFTER", Some("1")),
            ("EMPTY", Some("")),
            ("HASH", Some("a#b")),
            ("URL", Some("a=b")),
            ("1X", None),
            ("OPEN", Some("\"never closed")),
            ("TWICE", Some("2")),
            ("GONE", None),
            ("DEFAULT", Some("d")),
            ("COMMENT", Some("")),
        ] {
            assert_eq!(of(name), value, "{name}");
        }
    }
}
