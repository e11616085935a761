//! Errors in YAML files, worded for the author of the file.

use serde_saphyr::Error;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct YamlFault {
    /// From 1; 0 if unknown.
    pub line: u64,
    /// From 1, in characters; 0 if unknown.
    pub column: u64,
    pub message: String,
}

impl YamlFault {
    /// Leaves out the quoted text of the file.
    pub(crate) fn of(error: &Error) -> YamlFault {
        let error = error.without_snippet();
        let place = error.location();
        YamlFault {
            line: place.map_or(0, |place| place.line()),
            column: place.map_or(0, |place| place.column()),
            message: words(error),
        }
    }
}

/// The parser's messages by their beginnings, with ours.
const PARSER: [(&str, &str); 21] = [
    (
        "tabs disallowed",
        "this line is indented with a tab; YAML allows only spaces",
    ),
    (
        "tab cannot be used",
        "this line is indented with a tab; YAML allows only spaces",
    ),
    (
        "while scanning a plain scalar, found a tab",
        "this text contains a tab, or a tab indents its next line; YAML allows only spaces",
    ),
    (
        "mapping values are not allowed",
        "`: ` is not allowed here; check the indentation, or put the text in quotes",
    ),
    (
        "while parsing a block mapping",
        "expected a key (`NAME:`); check the indentation",
    ),
    (
        "while parsing a block collection",
        "expected a list entry (`- `); check the indentation",
    ),
    (
        "block sequence entries are not allowed",
        "a list entry (`- `) is not allowed here; check the indentation",
    ),
    (
        "invalid indentation",
        "the indentation does not match the lines around it",
    ),
    (
        "wrongly indented line",
        "the indentation does not match the lines around it",
    ),
    ("simple key", "expected a `:` after the key"),
    ("unclosed quote", "this quote is never closed"),
    (
        "invalid trailing content",
        "unexpected text after the closing quote",
    ),
    (
        "while parsing a quoted scalar",
        "invalid escape sequence in double quotes",
    ),
    ("unclosed bracket", "this bracket is never closed"),
    (
        "while parsing a flow",
        "expected a comma or a closing bracket",
    ),
    ("misplaced bracket", "this bracket was never opened"),
    (
        "mismatched bracket",
        "this bracket does not match the opening one",
    ),
    ("unexpected EOF", "unexpected end of file"),
    ("unexpected eof", "unexpected end of file"),
    ("unexpected end of", "unexpected end of file"),
    (
        "unexpected character",
        "an unquoted string cannot begin with this character; put it in quotes",
    ),
];

fn words(error: &Error) -> String {
    let fixed = match error {
        Error::MultipleDocuments { .. } => {
            "a second document (`---`) begins here; use one file per document"
        }
        Error::NullIntoString { .. } => "expected a string",
        Error::Eof { .. } => "unexpected end of file",
        Error::UnknownAnchor { .. } => {
            "`*` refers to an anchor (`&`) that does not exist; for a literal star, use quotes"
        }
        Error::Unexpected { expected, .. } => match *expected {
            "mapping start" => "expected a mapping (`NAME: VALUE`)",
            "sequence start" => "expected a list",
            _ => "expected a single value",
        },
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            return duplicate_key(key);
        }
        Error::ExternalMessage { msg, .. } => {
            let known = PARSER.iter().find(|(theirs, _)| msg.starts_with(theirs));
            return known.map_or_else(
                || format!("not valid YAML: {msg}"),
                |(_, ours)| (*ours).to_owned(),
            );
        }
        other => {
            let text = other.to_string();
            if !text.starts_with("budget breached") {
                return unplaced(&text).to_owned();
            }
            "the file is too large, or its aliases (`*name`) expand to too much; split it"
        }
    };
    fixed.to_owned()
}

pub(crate) fn duplicate_key(key: &str) -> String {
    format!("duplicate key `{}`", key.escape_debug())
}

/// Removes the position at the end.
fn unplaced(text: &str) -> &str {
    let text = text.split(" at line ").next().unwrap_or_default();
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeMap;

    #[test]
    fn yaml_errors_are_readable_and_have_a_position() {
        let of_any = |text| serde_saphyr::from_str::<Value>(text).unwrap_err();
        let of_texts = |text| serde_saphyr::from_str::<BTreeMap<String, String>>(text).unwrap_err();
        let shown = |error: Error| {
            let fault = YamlFault::of(&error);
            format!("{}:{} {}", fault.line, fault.column, fault.message)
        };
        insta::assert_snapshot!(
            [
                "a: [b",
                "a: [b: c: d]",
                "a: ]",
                "a: [}",
                "a: 'b",
                "a: 'b' c",
                "a: \"\\q\"",
                "a: b\n c: d",
                "a: b\n- c",
                "- a\nb: c",
                "a: b\n\tc: d",
                "a: b\nc\n",
                "a: @b",
                "a: *b",
                "a: 1\na: 2",
                "a: 1\n---\nb: 2",
            ]
            .map(|text| format!("{text:?} {}", shown(of_any(text))))
            .join("\n"),
            @r#"
        "a: [b" 1:4 this bracket is never closed
        "a: [b: c: d]" 1:9 expected a comma or a closing bracket
        "a: ]" 1:4 this bracket was never opened
        "a: [}" 1:4 this bracket does not match the opening one
        "a: 'b" 1:4 this quote is never closed
        "a: 'b' c" 1:8 unexpected text after the closing quote
        "a: \"\\q\"" 1:4 invalid escape sequence in double quotes
        "a: b\n c: d" 2:3 `: ` is not allowed here; check the indentation, or put the text in quotes
        "a: b\n- c" 2:3 expected a key (`NAME:`); check the indentation
        "- a\nb: c" 2:1 expected a list entry (`- `); check the indentation
        "a: b\n\tc: d" 1:4 this text contains a tab, or a tab indents its next line; YAML allows only spaces
        "a: b\nc\n" 2:1 expected a `:` after the key
        "a: @b" 1:4 an unquoted string cannot begin with this character; put it in quotes
        "a: *b" 1:4 `*` refers to an anchor (`&`) that does not exist; for a literal star, use quotes
        "a: 1\na: 2" 2:1 duplicate key `a`
        "a: 1\n---\nb: 2" 3:1 a second document (`---`) begins here; use one file per document
        "#
        );
        for (text, expected) in [
            ("a: {b: c}", "1:4 expected a single value"),
            ("a: [b]", "1:4 expected a single value"),
            ("- a", "1:1 expected a mapping (`NAME: VALUE`)"),
        ] {
            assert_eq!(shown(of_texts(text)), expected);
        }
    }
}
