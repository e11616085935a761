//! YAML.

use std::io;

use serde_json::Value;

use super::error::OutputError;

pub(super) fn write(value: &Value, on_terminal: bool) -> Result<String, OutputError> {
    let _ = on_terminal;
    serde_saphyr::to_string(value).map_err(|error| OutputError::Io(io::Error::other(error)))
}
