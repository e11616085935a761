//! Tasks: list, define, update, delete.

pub(crate) mod define;
pub(crate) mod delete;
pub(crate) mod group;
pub(crate) mod lookup;
pub(crate) mod tasks;
pub(crate) mod unlisted;
pub(crate) mod update;
