//! JSON, indented or one element per line.

use std::io::{self, Write};

use serde::Serializer as _;
use serde::ser::Serialize;
use serde_json::{Serializer, Value};

use super::error::OutputError;
use super::format::Format;
use crate::terminal::clean::escape_json;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    One,
    Array,
    Lines,
}

const PIECE: usize = 64 * 1024;

type Put<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), OutputError>;

/// Streams a listing, with the same bytes as [`pretty`] or [`lines`].
pub(crate) struct Pieces<'a> {
    shape: Shape,
    on_terminal: bool,
    put: Put<'a>,
    waiting: Vec<u8>,
    /// An error that [`Write`] cannot carry.
    failed: Option<OutputError>,
}

impl<'a> Pieces<'a> {
    pub(super) fn of(format: Format, on_terminal: bool, put: Put<'a>) -> Option<Self> {
        let shape = match format {
            Format::Json => Shape::Array,
            Format::Jsonl => Shape::Lines,
            _ => return None,
        };
        Some(Pieces {
            shape,
            on_terminal,
            put,
            waiting: Vec::with_capacity(PIECE),
            failed: None,
        })
    }

    pub(crate) fn write<T: Serialize>(
        mut self,
        elements: impl IntoIterator<Item = T>,
    ) -> Result<(), OutputError> {
        self.elements(elements)
            .map_err(|error| self.failed.take().unwrap_or(OutputError::Io(error)))
    }

    /// Writes a result that is no listing.
    pub(crate) fn write_one(mut self, element: impl Serialize) -> Result<(), OutputError> {
        if self.shape == Shape::Array {
            self.shape = Shape::One;
        }
        self.write(std::iter::once(element))
    }

    fn elements<T: Serialize>(&mut self, elements: impl IntoIterator<Item = T>) -> io::Result<()> {
        match self.shape {
            Shape::Array => {
                Serializer::pretty(&mut *self).collect_seq(elements)?;
                self.write_all(b"\n")?;
            }
            Shape::One => {
                for element in elements {
                    element.serialize(&mut Serializer::pretty(&mut *self))?;
                    self.write_all(b"\n")?;
                }
            }
            Shape::Lines => {
                for element in elements {
                    element.serialize(&mut Serializer::new(&mut *self))?;
                    self.write_all(b"\n")?;
                }
            }
        }
        self.flush()
    }
}

impl Write for Pieces<'_> {
    /// The serializer's writes end between characters.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = if self.on_terminal {
            let text = String::from_utf8_lossy(&self.waiting);
            (self.put)(escape_json(&text).as_bytes())
        } else {
            (self.put)(&self.waiting)
        };
        self.waiting.clear();
        written.map_err(|error| {
            self.failed = Some(error);
            io::Error::other("the result could not be written")
        })
    }
}

pub(super) fn pretty(value: &Value, on_terminal: bool) -> String {
    finish(format!("{value:#}\n"), on_terminal)
}

pub(super) fn lines(value: &Value, on_terminal: bool) -> String {
    let text = elements(value)
        .map(|element| format!("{element}\n"))
        .collect();
    finish(text, on_terminal)
}

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
    fn json_is_indented_and_jsonl_is_one_line_each() {
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
    fn streamed_json_equals_the_whole() {
        for length in [0, 1, 3, 5000] {
            let element = |at| json!({"id": at, "name": "a\n\u{202e}", "in": {"b": [1, {}]}});
            let all: Value = (0..length).map(element).collect();
            for on_terminal in [false, true] {
                for (format, whole) in [
                    (Format::Json, pretty(&all, on_terminal)),
                    (Format::Jsonl, lines(&all, on_terminal)),
                ] {
                    let mut streamed = Vec::new();
                    let mut put = |text: &[u8]| {
                        streamed.extend_from_slice(text);
                        Ok(())
                    };
                    let pieces = Pieces::of(format, on_terminal, &mut put).unwrap();
                    pieces.write((0..length).map(element)).unwrap();
                    assert_eq!(
                        String::from_utf8(streamed).unwrap(),
                        whole,
                        "{length} {format}"
                    );
                }
            }
        }
    }

    #[test]
    fn one_streamed_result_equals_the_whole() {
        let one = json!({"id": 1, "name": "a\n"});
        for (format, whole) in [
            (Format::Json, pretty(&one, false)),
            (Format::Jsonl, lines(&one, false)),
        ] {
            let mut streamed = Vec::new();
            let mut put = |text: &[u8]| {
                streamed.extend_from_slice(text);
                Ok(())
            };
            let pieces = Pieces::of(format, false, &mut put).unwrap();
            pieces.write_one(&one).unwrap();
            assert_eq!(String::from_utf8(streamed).unwrap(), whole, "{format}");
        }
    }

    #[test]
    fn write_errors_are_passed_through() {
        for length in [0, 5000] {
            let mut put = |_: &[u8]| Err(OutputError::Closed);
            let pieces = Pieces::of(Format::Json, false, &mut put).unwrap();
            let end = pieces.write(0..length);
            assert!(matches!(end, Err(OutputError::Closed)), "{length}: {end:?}");
        }
    }

    #[test]
    fn control_characters_are_escaped_on_a_terminal() {
        let value = json!(["a\u{202e}\u{9b}\u{7f}"]);
        assert_eq!(
            lines(&value, true),
            "[\"a\\u202e\\u009b\\u007f\"]\n".replace(['[', ']'], "")
        );
        assert_eq!(pretty(&value, true), "[\n  \"a\\u202e\\u009b\\u007f\"\n]\n");
    }
}
