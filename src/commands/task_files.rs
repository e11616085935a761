//! Task files named on the command line, and the plan made from them.

pub mod files;
pub mod plan;

pub use files::{Files, refuse_own_secrets};
pub use plan::{Permits, planned};
