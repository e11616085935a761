//! The work: each command's decisions and requests. Returns values, never prints.

pub mod apply;
pub mod bulk;
pub mod cancel;
pub mod define;
pub mod delete;
pub mod doctor;
pub mod document;
pub mod exec;
pub mod export;
pub mod files;
pub mod fit;
pub mod follow;
pub mod group;
pub mod history;
pub mod identity;
pub mod invoke;
pub mod lost;
pub mod manifest;
pub mod place;
pub mod planning;
pub mod push;
pub mod ready;
pub mod rerun;
pub mod scope;
pub mod targets;
pub mod tasks;
pub mod together;
pub mod unlisted;
pub mod update;
pub mod wait;

/// The clock of commands: the machine's.
#[must_use]
pub fn clock() -> impl crate::clock::Clock {
    crate::clock::SystemClock::new()
}
