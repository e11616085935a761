//! The embedded Lagoon.

pub mod engine;
pub mod store;
