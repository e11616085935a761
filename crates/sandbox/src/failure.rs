//! Errors with the text of a Lagoon resolver.

use std::fmt;

use super::store::StoreError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure(String);

pub(super) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// The error of a JavaScript engine for a property of a missing value.
    pub(super) fn reading(property: &str, of: &str) -> Failure {
        Failure(format!(
            "Cannot read properties of {of} (reading '{property}')"
        ))
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Failure {
        Failure(message.to_owned())
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure(message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure(error.to_string())
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        Failure(StoreError::from(error).to_string())
    }
}
