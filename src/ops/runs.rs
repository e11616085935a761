//! Runs that exist: finding, waiting for, following, cancelling them, and their files.

pub mod cancel;
pub mod files;
pub mod follow;
pub mod history;
pub mod push;
pub mod together;
pub mod wait;
