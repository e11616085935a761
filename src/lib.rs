//! The library behind `tasks`, the command line for tasks on Lagoon.

pub mod auth;
pub mod clock;
pub mod config;
pub mod domain;
pub mod env;
pub mod error;
pub mod lagoon;
pub mod ops;
pub mod output;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod ui;
