//! Projects and environments: finding one, and resolving a selection of several.

pub mod place;
pub mod targets;
