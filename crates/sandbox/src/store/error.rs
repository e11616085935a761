//! Errors of the store.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    #[error("the sandbox's database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("the sandbox's data in {} was written by another release of tasks", path.display())]
    OtherRelease { path: PathBuf },
    #[error("{0}")]
    Content(String),
}

impl StoreError {
    /// Recognizes a file that is damaged or no database.
    pub(crate) fn is_damage(&self) -> bool {
        let StoreError::Sqlite(error) = self else {
            return false;
        };
        let code = error.sqlite_error_code();
        matches!(
            code,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
        )
    }

    /// Suggestions for the user, one per line.
    #[must_use]
    pub(crate) fn hints(&self) -> Vec<String> {
        match self {
            error if matches!(error, StoreError::OtherRelease { .. }) || error.is_damage() => {
                vec!["delete the sandbox's data and start again: tasks sandbox reset".to_owned()]
            }
            _ => Vec::new(),
        }
    }
}

/// Adds the path to an [`io::Error`], for `map_err`.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
    move |source| StoreError::Io {
        path: path.to_owned(),
        source,
    }
}

pub(crate) fn if_exists<T>(result: io::Result<T>, path: &Path) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path)(error)),
    }
}
