//! The process of one run: what the hidden subcommand does.
//!
//! It is started by [`Detached`](super::Detached) with the run's lock file as its standard input and
//! lives in a session of its own until the run is over. The lock goes when the process goes, however
//! it ends; nothing else says that it lives.

#[cfg(unix)]
mod life;
#[cfg(unix)]
mod takeover;

use std::ffi::OsString;
use std::process::ExitCode;

/// The subcommand that leads to [`main`], followed by the data folder and the run's id.
pub const SUBCOMMAND: &str = "__sandbox-run";

/// Executes one run to its end. `args` are the data folder and the run's id. Blocks, prints nothing;
/// what goes wrong is written to the run's log.
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
