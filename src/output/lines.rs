//! Names or ids, one a line, for pipes.

use serde_json::Value;

use super::error::OutputError;
use super::json::elements;
use crate::ui::clean_line;

/// The field of each element, one a line.
pub(super) fn field(value: &Value, field: &str, on_terminal: bool) -> Result<String, OutputError> {
    let mut text = String::new();
    for element in elements(value) {
        let line = match element.get(field) {
            Some(Value::String(line)) => line.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => {
                let message = format!("this answer has no {field} to print with -o {field}");
                return Err(OutputError::usage(message).hint("use another -o, such as json"));
            }
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
