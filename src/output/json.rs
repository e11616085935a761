//! JSON, indented or one element a line.

use serde_json::Value;

use super::Elements;
use super::error::OutputError;
use super::format::Format;
use crate::ui::clean::escape_json;

/// How the elements of a listing follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// As [`pretty`] has them.
    Array,
    /// As [`lines`] has them.
    Lines,
}

impl Shape {
    /// The shape of this format, if it is JSON.
    pub(super) fn of(format: Format) -> Option<Shape> {
        match format {
            Format::Json => Some(Shape::Array),
            Format::Jsonl => Some(Shape::Lines),
            _ => None,
        }
    }
}

/// How much is written at a time, in bytes.
const PIECE: usize = 64 * 1024;

/// Writes a listing that is never there as a whole: the same bytes as [`pretty`] or [`lines`].
pub(super) fn stream(
    elements: Elements<'_>,
    shape: Shape,
    on_terminal: bool,
    mut put: impl FnMut(&str) -> Result<(), OutputError>,
) -> Result<(), OutputError> {
    let mut text = String::new();
    let mut is_empty = true;
    for element in elements {
        match shape {
            Shape::Array => {
                text.push_str(if is_empty { "[\n  " } else { ",\n  " });
                // A line break in a text is escaped: these are between fields.
                text.push_str(&format!("{element:#}").replace('\n', "\n  "));
            }
            Shape::Lines => text.push_str(&format!("{element}\n")),
        }
        is_empty = false;
        if text.len() >= PIECE {
            put(&finish(std::mem::take(&mut text), on_terminal))?;
        }
    }
    if shape == Shape::Array {
        text.push_str(if is_empty { "[]\n" } else { "\n]\n" });
    }
    put(&finish(text, on_terminal))
}

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
    fn a_stream_is_the_same_as_the_whole() {
        for length in [0, 1, 3, 5000] {
            let element = |at| json!({"id": at, "name": "a\n\u{202e}", "in": {"b": [1, {}]}});
            let all: Value = (0..length).map(element).collect();
            for on_terminal in [false, true] {
                for (shape, whole) in [
                    (Shape::Array, pretty(&all, on_terminal)),
                    (Shape::Lines, lines(&all, on_terminal)),
                ] {
                    let mut streamed = String::new();
                    let elements = Box::new((0..length).map(element));
                    let put = |text: &str| {
                        streamed.push_str(text);
                        Ok(())
                    };
                    stream(elements, shape, on_terminal, put).unwrap();
                    assert_eq!(streamed, whole, "{length} {shape:?}");
                }
            }
        }
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
