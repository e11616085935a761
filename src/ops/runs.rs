//! Existing runs: find, wait, follow, cancel, files.

#[cfg(feature = "cli")]
pub(crate) mod cancel;
pub(crate) mod files;
#[cfg(feature = "cli")]
pub(crate) mod follow;
pub(crate) mod history;
pub(crate) mod log;
pub(crate) mod push;
#[cfg(feature = "cli")]
pub(crate) mod together;
pub(crate) mod wait;
