//! What can go wrong with the sandbox's data.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

/// An error of the sandbox's store.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// SQLite refused, or its file cannot be used.
    #[error("the sandbox's database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A file or folder of the sandbox cannot be used.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The data folder was written by a release with other tables.
    #[error("the sandbox's data in {} were written by another release of tasks", path.display())]
    OtherRelease {
        /// The data folder.
        path: PathBuf,
    },
    /// What the tables were to be filled with is not usable.
    #[error("{0}")]
    Content(String),
}

impl StoreError {
    /// Whether the database is none, or broken.
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

    /// What may help, as lines for a person.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            error if matches!(error, StoreError::OtherRelease { .. }) || error.is_damage() => {
                vec!["start it anew, without what it holds: tasks sandbox reset".to_owned()]
            }
            _ => Vec::new(),
        }
    }
}

/// Names the file in an [`io::Error`], for `map_err`.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
    move |source| StoreError::Io {
        path: path.to_owned(),
        source,
    }
}
