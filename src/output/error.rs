//! Errors of writing a result.

use std::io;

use crate::terminal::StreamError;

#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Output closed (broken pipe); exit quietly.
    #[error("output closed")]
    Closed,
    #[error("cannot write the output: {0}")]
    Io(#[source] io::Error),
    /// `--jq` failed; the result was printed as JSON instead.
    #[error("{0}")]
    Filter(String),
    #[error("{message}")]
    Usage { message: String, hints: Vec<String> },
}

impl OutputError {
    pub(super) fn usage(message: impl Into<String>) -> Self {
        OutputError::Usage {
            message: message.into(),
            hints: Vec::new(),
        }
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let OutputError::Usage { hints, .. } = &mut self {
            hints.push(hint.into());
        }
        self
    }
}

impl From<StreamError> for OutputError {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Closed => OutputError::Closed,
            StreamError::Io(error) => OutputError::Io(error),
        }
    }
}

impl From<csv::Error> for OutputError {
    fn from(error: csv::Error) -> Self {
        OutputError::Io(io::Error::other(error))
    }
}
