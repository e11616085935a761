//! What is wrong with a file, and where.

use std::fmt;

use serde_saphyr::{Error as YamlError, Location};

use crate::domain::names::nearest;

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
        let error = error.without_snippet();
        let position = Position {
            file: file.to_owned(),
            line: error.location().map_or(0, |l| l.line()),
            column: error.location().map_or(0, |l| l.column()),
        };
        Fault::new(position, words(error))
    }
}

/// The library's error in our words where its own are made for programmers.
fn words(error: &YamlError) -> String {
    match error {
        YamlError::SerdeUnknownField {
            field, expected, ..
        } => {
            let message = format!("there is no key `{field}` here");
            match nearest(field, expected.iter().copied()).first() {
                Some(near) => format!("{message}: did you mean `{near}`?"),
                None => format!("{message}: there are {}", expected.join(", ")),
            }
        }
        YamlError::SerdeMissingField { field, .. } => format!("the key `{field}` is missing"),
        YamlError::DuplicateMappingKey { key: Some(key), .. } => {
            format!("the key `{key}` is there twice")
        }
        YamlError::MultipleDocuments { .. } => {
            "a second document (`---`) begins here: write one in each file".to_owned()
        }
        YamlError::NullIntoString { .. } => "a text is missing here".to_owned(),
        YamlError::Eof { .. } => "the file is empty or ends too early".to_owned(),
        other => {
            let text = other.to_string();
            // The place is said already.
            let text = text.split(" at line ").next().unwrap_or_default();
            text.lines().next().unwrap_or_default().to_owned()
        }
    }
}
