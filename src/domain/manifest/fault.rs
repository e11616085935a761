//! What is wrong with a file, and where.

use std::fmt;

use serde_saphyr::{Error as YamlError, Location};

use crate::domain::yaml::YamlFault;

/// A place in a file, counted from 1; 0 where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    /// The file, as it was named.
    pub file: String,
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
}

impl Position {
    /// This place in that file.
    pub(super) fn new(file: &str, location: Location) -> Self {
        Position {
            file: file.to_owned(),
            line: location.line(),
            column: location.column(),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        Ok(())
    }
}

/// Something in a file that must be mended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {message}")]
pub struct Fault {
    /// Where.
    pub position: Position,
    /// What, in a sentence without full stop.
    pub message: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(position: Position, message: impl Into<String>) -> Self {
        Fault {
            position,
            message: message.into(),
        }
    }

    /// A fault of the form.
    pub(super) fn of_form(file: &str, error: &YamlError) -> Self {
        let YamlFault {
            line,
            column,
            message,
        } = YamlFault::of(error);
        let position = Position {
            file: file.to_owned(),
            line,
            column,
        };
        // The shape of values was checked before.
        let message = match error.without_snippet() {
            YamlError::Unexpected {
                expected: "string scalar",
                ..
            } => "a key must be a text".to_owned(),
            _ if message.starts_with("invalid u64") => {
                "the version is a number: `version: 1`".to_owned()
            }
            _ => message,
        };
        Fault::new(position, message)
    }
}
