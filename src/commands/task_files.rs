//! Task files named on the command line, and the plan made from them.

pub(crate) mod files;
pub(crate) mod plan;

pub(crate) use files::{Files, refuse_own_secrets};
#[cfg(feature = "sandbox")]
pub(crate) use plan::refused;
pub(crate) use plan::{PruneArgs, planned};
