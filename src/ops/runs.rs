//! Existing runs: find, wait, follow, cancel, files.

pub mod cancel;
pub mod files;
pub mod follow;
pub mod history;
pub mod push;
pub mod together;
pub mod wait;
