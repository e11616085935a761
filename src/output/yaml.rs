//! YAML.

use std::io;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;
use serde_saphyr::DoubleQuoted;

use super::error::OutputError;
use crate::terminal::clean::{clean_line, escape_json, is_unsafe};

/// At a terminal, strings with control and direction characters are in double quotes, where YAML
/// has the escapes of JSON.
pub(super) fn write(value: &Value, on_terminal: bool) -> Result<String, OutputError> {
    let text = if on_terminal {
        serde_saphyr::to_string(&SafeValue(value)).map(|text| escape_json(&text))
    } else {
        serde_saphyr::to_string(value)
    };
    text.map_err(|error| OutputError::Io(io::Error::other(error)))
}

struct SafeValue<'a>(&'a Value);

impl Serialize for SafeValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) if text.chars().any(|c| is_unsafe(c) && c != '\n') => {
                DoubleQuoted(&**text).serialize(serializer)
            }
            Value::Array(elements) => {
                let mut list = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements {
                    list.serialize_element(&SafeValue(element))?;
                }
                list.end()
            }
            Value::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    // The library quotes a key only when necessary.
                    map.serialize_entry(&clean_line(name), &SafeValue(value))?;
                }
                map.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(yaml: &str) -> Value {
        serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
    }

    #[test]
    fn strings_stay_strings_in_yaml() {
        for text in [
            "",
            " ",
            "42",
            "042",
            "0x1f",
            "1e3",
            "1_000",
            "1:30",
            "3.",
            ".5",
            "-1",
            "true",
            "no",
            "null",
            "~",
            "2024-05-01",
            "a: b",
            "- a",
            "# c",
            "a #b",
            "*x",
            "&x",
            "!x",
            "%x",
            "@x",
            "`x",
            "'",
            "\"",
            "\\",
            "|",
            ">",
            "[a",
            "{a",
            "---",
            "...",
            "=",
            "<<",
            "?",
            "a\nb",
            "a\n",
            "\na",
            "  a\n b\n\n",
            "\n",
            "a\r\nb",
            "\ta",
            "a\t",
            "trailing ",
            "\u{0}",
            "\u{85}",
            "\u{2028}",
            "\u{feff}a",
            "\u{1b}[2J",
            ".inf",
            "NaN",
            "0o7",
            "+1",
            "1e400",
        ] {
            let value = json!({"text": text, "list": [text], clean_line(text): text});
            for on_terminal in [false, true] {
                let yaml = write(&value, on_terminal).unwrap();
                assert_eq!(read(&yaml), value, "{yaml}");
            }
        }
    }

    #[test]
    fn control_characters_are_escaped_on_a_terminal() {
        let value = json!({"a": ["\u{1b}[2J\nb\u{202e}c", "d\u{9b}e"]});
        let yaml = write(&value, true).unwrap();
        assert!(!yaml.chars().any(|c| is_unsafe(c) && c != '\n'), "{yaml:?}");
        assert_eq!(read(&yaml), value);
        let yaml = write(&json!({"a\u{202e}b\u{1b}": 1}), true).unwrap();
        assert_eq!(read(&yaml), json!({"a\\u{202e}b\\u{1b}": 1}));
    }

    #[test]
    fn yaml_lists_are_readable() {
        let value = json!([{"id": 42, "name": "Run yarn audit", "command": "cd /app\nyarn audit\n",
            "confirmationText": null, "arguments": [], "systemWide": false}]);
        assert_eq!(
            write(&value, false).unwrap(),
            "- id: 42\n  name: Run yarn audit\n  command: |\n    cd /app\n    yarn audit\n  \
             confirmationText: null\n  arguments: []\n  systemWide: false\n"
        );
        assert_eq!(write(&json!([]), false).unwrap(), "[]\n");
    }

    fn values() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            any::<String>(),
            "[ \n\t:#'\"\\-a0.~|>\\[\\]{}\r]{0,12}",
            "[ \n#:a-c\u{2028}]{70,200}",
            "[a-z]{1,20}( [a-z]{1,20}){5,15}\n?"
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e15..1e15f64).prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    fn with_clean_keys(value: &Value) -> Value {
        match value {
            Value::Array(elements) => elements.iter().map(with_clean_keys).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (clean_line(name), with_clean_keys(value)))
                .collect(),
            other => other.clone(),
        }
    }

    proptest! {
        #[test]
        fn written_yaml_round_trips(value in values(), on_terminal in any::<bool>()) {
            let yaml = write(&value, on_terminal).unwrap();
            let back: Result<Value, _> = serde_saphyr::from_str(&yaml);
            prop_assert!(back.is_ok(), "{:?}\n{}", back, yaml);
            let expected = if on_terminal { with_clean_keys(&value) } else { value };
            prop_assert_eq!(back.unwrap(), expected, "{}", yaml);
            let safe = |c: char| !is_unsafe(c) || c == '\n';
            prop_assert!(!on_terminal || yaml.chars().all(safe), "{:?}", yaml);
        }
    }
}
