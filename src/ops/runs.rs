//! Existing runs: find, wait, follow, cancel, files.

#[cfg(feature = "cli")]
pub(crate) mod cancel;
pub(crate) mod files;
#[cfg(feature = "cli")]
pub(crate) mod follow;
#[cfg(feature = "cli")]
pub(crate) mod history;
pub(crate) mod log;
pub(crate) mod push;
pub(crate) mod read;
#[cfg(feature = "cli")]
pub(crate) mod together;
pub(crate) mod wait;
