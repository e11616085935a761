//! Reading the values of a run from the command line that Lagoon recorded.
//!
//! Only the output of our escaping is accepted, so that the same values produce the same bytes
//! again. A shell would interpret values that were sent unescaped, so they cannot be recovered.

use crate::domain::task::quoting::{compose, escape};

/// The values in order; `None` unless the text is this command after escaped values.
pub fn values(recorded: &str, command: &str, names: &[&str]) -> Option<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut rest = recorded;
    if recorded != command {
        loop {
            let (name, after) = rest.strip_prefix(' ')?.split_once("=\"")?;
            let is_new = found.iter().all(|(earlier, _)| earlier != name);
            if !(is_new && names.contains(&name)) {
                return None;
            }
            let (value, after) = unescape(after)?;
            found.push((name.to_owned(), value));
            if after.strip_prefix("; ") == Some(command) {
                break;
            }
            rest = after;
        }
    }
    let escaped: Vec<(&str, String)> = found.iter().map(|(n, v)| (n.as_str(), escape(v))).collect();
    let again = compose(escaped.iter().map(|(n, v)| (*n, v.as_str())), command);
    (again == recorded).then_some(found)
}

/// The values before a command that is not known.
pub(crate) fn leading(recorded: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = recorded;
    while let Some((name, after)) = rest.strip_prefix(' ').and_then(|r| r.split_once("=\"")) {
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let Some((value, after)) = unescape(after).filter(|_| name.chars().all(is_name)) else {
            return Vec::new();
        };
        found.push((name.to_owned(), value));
        if after.starts_with("; ") {
            return found;
        }
        rest = after;
    }
    Vec::new()
}

/// Reverts `escape` up to the closing quote; also returns the rest.
fn unescape(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match characters.next() {
                Some((_, c @ ('"' | '$' | '`' | '\\'))) => value.push(c),
                _ => return None,
            },
            '$' | '`' => return None,
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn a_recorded_command_line_is_parsed() {
        let line = r#" OTHER="develop" STR="a \"b\" \$c"; echo "$STR""#;
        assert_eq!(
            values(line, "echo \"$STR\"", &["STR", "NUM", "OTHER"]),
            Some(pairs(&[("OTHER", "develop"), ("STR", "a \"b\" $c")]))
        );
        assert_eq!(values("drush cr", "drush cr", &["A"]), Some(Vec::new()));
        let begins_so = r#" A="x"; echo"#;
        assert_eq!(values(begins_so, begins_so, &["A"]), Some(Vec::new()));
    }

    #[test]
    fn other_command_lines_are_not_parsed() {
        for line in [
            "drush cr",
            "echo",
            r#" A="x"; echo two"#,
            r#" A="x"; "#,
            r#" B="x"; echo one"#,
            r#" A="x" A="y"; echo one"#,
            r#" A="$HOME"; echo one"#,
            r#" A="`id`"; echo one"#,
            r#" A="a\nb"; echo one"#,
            r#" A="x"y"; echo one"#,
            r#" A="x"  A="y"; echo one"#,
            r#"A="x"; echo one"#,
            r#" A="x"#,
            "",
        ] {
            assert_eq!(values(line, "echo one", &["A"]), None, "{line}");
        }
    }

    #[test]
    fn the_values_of_an_unknown_command_are_parsed() {
        let line = r#" OTHER="develop" STR="a \"b\"; \$c"; echo "$STR""#;
        let expected = pairs(&[("OTHER", "develop"), ("STR", "a \"b\"; $c")]);
        assert_eq!(leading(line), expected);
        for line in [
            "drush cr",
            r#" A="x""#,
            r#" A="$HOME"; echo"#,
            r#" a b="x"; echo"#,
            "",
        ] {
            assert_eq!(leading(line), [], "{line}");
        }
    }

    fn text() -> impl Strategy<Value = String> {
        "[\"$`\\\\ ;=A-C\nx]{0,12}"
    }

    proptest! {
        #[test]
        fn escaped_values_round_trip(
            given in prop::collection::btree_map("[A-C]{1,2}", text(), 0..4),
            command in text(),
        ) {
            let given: Vec<(String, String)> = given.into_iter().collect();
            let escaped: Vec<(&str, String)> =
                given.iter().map(|(n, v)| (n.as_str(), escape(v))).collect();
            let line = compose(escaped.iter().map(|(n, v)| (*n, v.as_str())), &command);
            let names: Vec<&str> = given.iter().map(|(n, _)| n.as_str()).collect();
            prop_assert_eq!(values(&line, &command, &names), Some(given));
        }

        #[test]
        fn parsed_values_compose_to_the_same_bytes(line in text(), middle in text(), command in text()) {
            let line = format!(" A=\"{line}\" B=\"{middle}\"; {command}");
            if let Some(found) = values(&line, &command, &["A", "B"]) {
                let escaped: Vec<(&str, String)> =
                    found.iter().map(|(n, v)| (n.as_str(), escape(v))).collect();
                prop_assert_eq!(compose(escaped.iter().map(|(n, v)| (*n, v.as_str())), &command), line);
            }
        }
    }
}
