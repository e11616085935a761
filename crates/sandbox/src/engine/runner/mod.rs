//! The process of one run, started by the hidden subcommand.
//!
//! [`Detached`](super::Detached) starts it with the run's lock file as standard input.

#[cfg(unix)]
mod container;
#[cfg(unix)]
mod image;
#[cfg(unix)]
mod life;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod takeover;

use std::ffi::OsString;
use std::process::ExitCode;

#[cfg(unix)]
pub(super) use process::capture;

/// The subcommand that calls [`main`], followed by the data folder and the run's id.
pub const SUBCOMMAND: &str = "__sandbox-run";

/// Executes one run and writes errors to its log. `args` are the data folder and the run's id.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    #[cfg(unix)]
    let result = life::lead(args);
    #[cfg(not(unix))]
    let result: Result<(), _> = {
        drop(args);
        Err(super::EngineError::Unsupported)
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
