//! Errors of executors.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::ComposeError;
use crate::store::StoreError;

#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Compose(#[from] ComposeError),
    #[error("run {0} does not exist or has already started")]
    NotThere(i64),
    #[error("cannot start {} for the run: {source}", program.display())]
    Spawn { program: PathBuf, source: io::Error },
    #[error("{0}")]
    NotARunner(String),
    #[error("runs cannot be executed from an in-memory store")]
    NoFolder,
    #[error("the sandbox executes runs on Unix only; --simulate works everywhere")]
    Unsupported,
}
