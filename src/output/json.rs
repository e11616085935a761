//! JSON, indented or one element a line.

use serde_json::Value;

use crate::ui::clean::escape_json;

/// The value with two spaces of indentation, and a newline at its end.
pub(super) fn pretty(value: &Value, on_terminal: bool) -> String {
    finish(format!("{value:#}\n"), on_terminal)
}

/// One line for each element; an object is one element.
pub(super) fn lines(value: &Value, on_terminal: bool) -> String {
    let text = elements(value)
        .map(|element| format!("{element}\n"))
        .collect();
    finish(text, on_terminal)
}

/// The elements of a listing; an object is one element.
pub(super) fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(elements) => elements.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

fn finish(text: String, on_terminal: bool) -> String {
    if on_terminal {
        escape_json(&text)
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn two_spaces_or_one_line_each() {
        let listing = json!([{"id": 1, "name": "ü"}, {"id": 2, "name": "b\n"}]);
        assert_eq!(
            pretty(&listing, false),
            "[\n  {\n    \"id\": 1,\n    \"name\": \"ü\"\n  },\n  {\n    \"id\": 2,\n    \"name\": \"b\\n\"\n  }\n]\n"
        );
        assert_eq!(
            lines(&listing, false),
            "{\"id\":1,\"name\":\"ü\"}\n{\"id\":2,\"name\":\"b\\n\"}\n"
        );
        assert_eq!(lines(&json!({"id": 1}), false), "{\"id\":1}\n");
        assert_eq!(pretty(&json!([]), false), "[]\n");
        assert_eq!(lines(&json!([]), false), "");
    }

    #[test]
    fn a_terminal_obeys_nothing() {
        let value = json!(["a\u{202e}\u{9b}\u{7f}"]);
        assert_eq!(
            lines(&value, true),
            "[\"a\\u202e\\u009b\\u007f\"]\n".replace(['[', ']'], "")
        );
        assert_eq!(pretty(&value, true), "[\n  \"a\\u202e\\u009b\\u007f\"\n]\n");
    }
}
