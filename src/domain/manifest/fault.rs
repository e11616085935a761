//! What is wrong with a file, and where.

use std::fmt;

use serde_saphyr::{Error as YamlError, Location};

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

/// The library's messages that leave a writer of files alone, by their beginnings.
const PLAIN: [(&str, &str); 7] = [
    (
        "tabs disallowed",
        "a tab indents this line: YAML takes blanks only",
    ),
    ("invalid u64", "the version is a number: `version: 1`"),
    ("expected string scalar", "a key must be a text"),
    (
        "budget breached",
        "the file is too large, or its aliases (`*name`) make it so: split it into a folder of files",
    ),
    (
        "alias references unknown anchor",
        "`*` stands for something with an anchor (`&`), which is not there: to mean a star, write it in quotes",
    ),
    (
        "mapping values are not allowed",
        "there is a `: ` where no key can be: indent it as the lines around it, or write the text in quotes",
    ),
    ("unclosed quote", "a quote opens here and does not close"),
];

/// The library's error in our words where its own are made for programmers.
fn words(error: &YamlError) -> String {
    match error {
        YamlError::MultipleDocuments { .. } => {
            "a second document (`---`) begins here: write one in each file".to_owned()
        }
        YamlError::NullIntoString { .. } => "a text is missing here".to_owned(),
        YamlError::Eof { .. } => "the file ends too early".to_owned(),
        other => {
            let text = other.to_string();
            // The place is said already.
            let text = text.split(" at line ").next().unwrap_or_default();
            let text = text.lines().next().unwrap_or_default();
            let plain = PLAIN.iter().find(|(theirs, _)| text.starts_with(theirs));
            plain.map_or(text, |(_, ours)| ours).to_owned()
        }
    }
}
