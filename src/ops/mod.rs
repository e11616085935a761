//! The work: each command's decisions and requests. Returns values, never prints.

pub mod define;
pub mod exec;
pub mod files;
pub mod follow;
pub mod invoke;
pub mod lost;
pub mod place;
pub mod rerun;
pub mod tasks;
pub mod wait;

/// The clock of commands: the machine's.
#[must_use]
pub fn clock() -> impl crate::clock::Clock {
    crate::clock::SystemClock::new()
}
