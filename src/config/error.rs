//! Errors in a configuration file, with their position.

use std::fmt;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    pub path: PathBuf,
    /// Line and column, both counted from 1, if the error has one position.
    pub position: Option<(usize, usize)>,
    pub message: String,
    pub hints: Vec<String>,
}

impl ConfigError {
    pub(super) fn new(path: &Path, message: impl Into<String>) -> Self {
        ConfigError {
            path: path.to_owned(),
            position: None,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    pub(super) fn io(path: &Path, doing: &str, error: &std::io::Error) -> Self {
        Self::new(path, format!("cannot {doing} it: {error}"))
            .hint("check the file's owner and permissions")
    }

    pub(super) fn at(mut self, text: &str, offset: usize) -> Self {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let line = before.matches('\n').count() + 1;
        self.position = Some((line, before[line_start..].chars().count() + 1));
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for ConfigError {}
