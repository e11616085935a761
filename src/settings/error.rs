//! What is wrong with what was said.

use crate::config::ConfigError;

/// What kind of mistake it is: this decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsErrorKind {
    /// A value that is wrong, empty or missing.
    Usage,
    /// A context that does not exist.
    NotFound,
    /// There is no Lagoon to talk to, or no token for it.
    NotSignedIn,
}

/// What is wrong with what was said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SettingsError {
    /// Decides the exit code.
    pub kind: SettingsErrorKind,
    /// What is wrong, with the name of the flag, variable or file.
    pub message: String,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl SettingsError {
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(SettingsErrorKind::Usage, message)
    }

    pub(super) fn new(kind: SettingsErrorKind, message: impl Into<String>) -> Self {
        SettingsError {
            kind,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl From<ConfigError> for SettingsError {
    fn from(error: ConfigError) -> Self {
        SettingsError {
            kind: SettingsErrorKind::Usage,
            message: error.to_string(),
            hints: error.hints,
        }
    }
}
