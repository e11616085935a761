//! Tasks: list, define, update, delete.

pub mod define;
pub mod delete;
pub mod group;
pub mod tasks;
pub mod unlisted;
pub mod update;
