//! What makes runs happen: executors behind one trait.
//!
//! * [`Scripted`] plays statuses and logs in process, for tests;
//! * [`Simulate`] completes a run without executing anything;
//! * [`Detached`] starts a process of its own for each run, which outlives the one that started it:
//!   see [`runner`].
//!
//! Here belongs all that happens to a run after its row exists. Who may start one, and how the row
//! comes to be, is the API's business.

pub mod consent;
mod detached;
mod error;
#[cfg(unix)]
mod image;
mod log;
mod order;
#[cfg(unix)]
mod process;
mod remote_id;
pub mod runner;
mod scripted;
mod simulate;
mod standins;

pub(crate) use detached::Detached;
pub use error::EngineError;
pub(crate) use order::{NewRun, Work};
pub use scripted::{Scripted, Step};
pub(crate) use simulate::Simulate;

/// Executes runs whose row exists with the status `new`.
pub(crate) trait Executor: Send + Sync {
    /// Takes the run over. Called once a run, right after its row is committed; the row's
    /// `executing` must still be 0: the executor sets it.
    ///
    /// # Errors
    ///
    /// When the run cannot be taken over. Its row stays: `new`, or `failed` with a log that says
    /// why.
    fn start(&self, run: &NewRun) -> Result<(), EngineError>;

    /// Asks for the run's end and does not wait for it. A run that is over or does not exist is left
    /// alone; one that no executor has yet is cancelled when one takes it.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    fn cancel(&self, id: i64) -> Result<(), EngineError>;
}

#[cfg(test)]
#[cfg(unix)]
pub(super) mod reexec;
#[cfg(test)]
#[cfg(unix)]
mod tests;
