//! Errors in settings.

use crate::config::ConfigError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsErrorKind {
    Usage,
    NotFound,
    /// Several contexts exist, and none is selected.
    NoCurrentContext,
    /// No Lagoon is configured, or there is no token for it.
    NotSignedIn,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SettingsError {
    pub kind: SettingsErrorKind,
    pub message: String,
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
