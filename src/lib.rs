//! The library behind `tasks`, the command line for tasks on Lagoon.

pub mod domain;
pub mod error;
pub mod lagoon;
pub mod output;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod ui;
