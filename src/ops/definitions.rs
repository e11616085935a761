//! Tasks: listing, defining, changing and deleting them.

pub mod define;
pub mod delete;
pub mod group;
pub mod tasks;
pub mod unlisted;
pub mod update;
