//! Errors in a task file, with their positions.

use std::fmt;

use serde_saphyr::{Error as YamlError, Location};

use crate::domain::yaml::YamlFault;

/// A position in a file, counted from 1; 0 if unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    pub file: String,
    pub line: u64,
    /// In characters.
    pub column: u64,
}

impl Position {
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

pub(super) const NO_PROJECT: &str = "no project given";

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {message}")]
pub struct Fault {
    pub position: Position,
    /// A sentence without a full stop.
    pub message: String,
}

impl Fault {
    pub fn new(position: Position, message: impl Into<String>) -> Self {
        Fault {
            position,
            message: message.into(),
        }
    }

    /// True if a project for the file is missing.
    #[cfg(feature = "cli")]
    pub(crate) fn lacks_project(&self) -> bool {
        self.message.contains(NO_PROJECT)
    }

    /// Converts a syntax error.
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
            } => "a key must be a string".to_owned(),
            _ if message.starts_with("invalid u64") => {
                "`version` must be a number: `version: 1`".to_owned()
            }
            _ => message,
        };
        Fault::new(position, message)
    }
}
