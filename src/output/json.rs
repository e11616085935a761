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
