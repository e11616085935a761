//! Projects and environments: finding one, and resolving a selection of several.

#[cfg(feature = "cli")]
pub mod details;
#[cfg(feature = "cli")]
pub mod membership;
pub mod place;
#[cfg(feature = "cli")]
pub mod targets;
