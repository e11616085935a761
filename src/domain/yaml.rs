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
        "a tab indents this line: YAML takes blanks only",
    ),
    (
        "tab cannot be used",
        "a tab indents this line: YAML takes blanks only",
    ),
    (
        "while scanning a plain scalar, found a tab",
        "a tab is in this text or indents its next line: YAML takes blanks only",
    ),
    (
        "mapping values are not allowed",
        "there is a `: ` where no key can be: indent it as the lines around it, or write the text in quotes",
    ),
    (
        "while parsing a block mapping",
        "a key (`NAME:`) must be here: indent it as the lines around it",
    ),
    (
        "while parsing a block collection",
        "a list entry (`- `) must be here: indent it as the lines around it",
    ),
    (
        "block sequence entries are not allowed",
        "there is a `- ` where no list can be: indent it as the lines around it",
    ),
    (
        "invalid indentation",
        "the line is not indented as the lines around it",
    ),
    (
        "wrongly indented line",
        "the line is not indented as the lines around it",
    ),
    ("simple key", "a `:` must follow the key"),
    ("unclosed quote", "a quote opens here and does not close"),
    (
        "invalid trailing content",
        "more text follows the closing quote",
    ),
    (
        "while parsing a quoted scalar",
        "the escape after `\\` is not valid in double quotes",
    ),
    (
        "unclosed bracket",
        "a bracket opens here and does not close",
    ),
    (
        "while parsing a flow",
        "a comma or a closing bracket must be here",
    ),
    (
        "misplaced bracket",
        "a bracket closes here and does not open before",
    ),
    (
        "mismatched bracket",
        "a bracket of another kind must close here",
    ),
    ("unexpected EOF", "the file ends too early"),
    ("unexpected eof", "the file ends too early"),
    ("unexpected end of", "the file ends too early"),
    (
        "unexpected character",
        "a text cannot begin with this character: write it in quotes",
    ),
];

fn words(error: &Error) -> String {
    let fixed = match error {
        Error::MultipleDocuments { .. } => {
            "a second document (`---`) begins here: write one in each file"
        }
        Error::NullIntoString { .. } => "a text is missing here",
        Error::Eof { .. } => "the file ends too early",
        Error::UnknownAnchor { .. } => {
            "`*` stands for something with an anchor (`&`), which is not there: to mean a star, \
             write it in quotes"
        }
        Error::Unexpected { expected, .. } => match *expected {
            "mapping start" => "a mapping (`NAME: VALUE`) must be here",
            "sequence start" => "a list must be here",
            _ => "a single value must be here",
        },
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            return format!("the key `{}` occurs twice", key.escape_debug());
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
            "the file is too large, or its aliases (`*name`) make it so: split it into a folder of \
             files"
        }
    };
    fixed.to_owned()
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
    fn errors_are_in_words_and_have_a_place() {
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
            "a: [b" 1:4 a bracket opens here and does not close
            "a: [b: c: d]" 1:9 a comma or a closing bracket must be here
            "a: ]" 1:4 a bracket closes here and does not open before
            "a: [}" 1:4 a bracket of another kind must close here
            "a: 'b" 1:4 a quote opens here and does not close
            "a: 'b' c" 1:8 more text follows the closing quote
            "a: \"\\q\"" 1:4 the escape after `\` is not valid in double quotes
            "a: b\n c: d" 2:3 there is a `: ` where no key can be: indent it as the lines around it, or write the text in quotes
            "a: b\n- c" 2:3 a key (`NAME:`) must be here: indent it as the lines around it
            "- a\nb: c" 2:1 a list entry (`- `) must be here: indent it as the lines around it
            "a: b\n\tc: d" 1:4 a tab is in this text or indents its next line: YAML takes blanks only
            "a: b\nc\n" 2:1 a `:` must follow the key
            "a: @b" 1:4 a text cannot begin with this character: write it in quotes
            "a: *b" 1:4 `*` stands for something with an anchor (`&`), which is not there: to mean a star, write it in quotes
            "a: 1\na: 2" 2:1 the key `a` occurs twice
            "a: 1\n---\nb: 2" 3:1 a second document (`---`) begins here: write one in each file
            "#
        );
        for (text, expected) in [
            ("a: {b: c}", "1:4 a single value must be here"),
            ("a: [b]", "1:4 a single value must be here"),
            ("- a", "1:1 a mapping (`NAME: VALUE`) must be here"),
        ] {
            assert_eq!(shown(of_texts(text)), expected);
        }
    }
}
