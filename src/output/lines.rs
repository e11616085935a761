//! Names or ids, one per line.

use serde_json::Value;

use super::error::OutputError;
use super::json::elements;
use crate::terminal::clean_line;

pub(super) fn field(value: &Value, field: &str, on_terminal: bool) -> Result<String, OutputError> {
    let mut text = String::new();
    for element in elements(value) {
        // Lagoon's term for the name of a file.
        let other = (field == "name").then_some("filename");
        let found = element.get(field);
        let line = match found.or_else(|| element.get(other?)) {
            Some(Value::String(line)) => line.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err(missing(field)),
        };
        if on_terminal {
            text.push_str(&clean_line(&line));
        } else {
            // A line break in a name must not make two lines of one.
            text.push_str(&line.replace('\n', "\\n"));
        }
        text.push('\n');
    }
    Ok(text)
}

pub(super) fn missing(field: &str) -> OutputError {
    let message = format!("the result has no {field}, so -o {field} cannot be used");
    OutputError::usage(message).hint("use another format, such as -o json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_value_is_printed_per_line() {
        let listing = json!([{"id": 1, "name": "Run yarn audit"}, {"id": "2", "name": "a\nb"}]);
        assert_eq!(field(&listing, "id", false).unwrap(), "1\n2\n");
        assert_eq!(
            field(&listing, "name", false).unwrap(),
            "Run yarn audit\na\\nb\n"
        );
        assert_eq!(field(&json!({"id": 7}), "id", false).unwrap(), "7\n");
        assert_eq!(field(&json!([]), "id", false).unwrap(), "");
        let files = json!([{"filename": "a.txt"}]);
        assert_eq!(field(&files, "name", false).unwrap(), "a.txt\n");
        assert_eq!(
            field(&json!({"name": "\u{1b}c"}), "name", true).unwrap(),
            "\\u{1b}c\n"
        );
    }

    #[test]
    fn a_missing_field_is_an_error() {
        for value in [json!([{"name": "a"}]), json!({"id": null}), json!("text")] {
            let error = field(&value, "id", false).unwrap_err();
            assert_eq!(
                error.to_string(),
                "the result has no id, so -o id cannot be used"
            );
            assert!(matches!(error, OutputError::Usage { hints, .. } if !hints.is_empty()));
        }
    }
}
