//! Executors of runs.
//!
//! * [`Scripted`] plays statuses and logs in process, for tests;
//! * [`Simulate`] completes a run without executing anything;
//! * [`Detached`] starts a process for each run, which can outlive its parent: see [`runner`]. It executes
//!   the run itself, or in a container of a [`ComposeProject`].

mod compose;
pub mod consent;
mod detached;
mod error;
mod log;
mod order;
mod remote_id;
pub mod runner;
mod scripted;
mod simulate;
mod standins;

pub use compose::{ComposeError, ComposeProject};
pub(crate) use detached::Detached;
pub use error::EngineError;
pub(crate) use order::{NewRun, Work};
pub use scripted::{Scripted, Step};
pub(crate) use simulate::Simulate;

pub(crate) trait Executor: Send + Sync {
    /// Takes over a run whose row is committed and `new`. After an error, it is `new` or `failed`.
    fn start(&self, run: &NewRun) -> Result<(), EngineError>;

    /// Requests the end of a run. A run without an executor is cancelled when one takes it over.
    fn cancel(&self, id: i64) -> Result<(), EngineError>;
}

#[cfg(test)]
#[cfg(unix)]
pub(super) mod reexec;
#[cfg(test)]
#[cfg(unix)]
mod tests;
