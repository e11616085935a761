//! Projects and environments: finding one, and resolving a selection of several.

#[cfg(feature = "cli")]
pub(crate) mod details;
#[cfg(feature = "cli")]
pub(crate) mod membership;
#[cfg(feature = "cli")]
pub(crate) mod other_name;
#[cfg(feature = "cli")]
mod picks;
pub(crate) mod place;
#[cfg(feature = "cli")]
pub(crate) mod targets;
