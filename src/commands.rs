//! One file a command: arguments to work to report. Siblings share only [`target`].

pub mod define;
pub mod invoke;
pub mod list;
pub mod show;
pub mod target;
