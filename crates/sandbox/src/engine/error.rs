//! Why a run could not be taken over.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::store::StoreError;

/// An error of an executor.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such run, or an executor has it already.
    #[error("run {0} is not there to be started")]
    NotThere(i64),
    /// The run's process cannot be started.
    #[error("cannot start {} for the run: {source}", program.display())]
    Spawn {
        /// What was to be started.
        program: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The runner was started in a way that is not the sandbox's.
    #[error("{0}")]
    NotARunner(String),
    /// Detached runs need a data folder, a store in memory has none.
    #[error("runs cannot be executed from a store in memory")]
    NoFolder,
    /// This system has no detached runs.
    #[error("the sandbox executes runs on Unix only; --simulate works everywhere")]
    Unsupported,
}
