//! Projects and environments.

pub mod place;
pub mod targets;
