//! Existing runs: find, wait, follow, cancel, files.

#[cfg(feature = "cli")]
pub mod cancel;
pub mod files;
#[cfg(feature = "cli")]
pub mod follow;
pub mod history;
pub mod log;
pub mod push;
#[cfg(feature = "cli")]
pub mod together;
pub mod wait;
