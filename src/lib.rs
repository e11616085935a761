//! The library behind `tasks`, the command line for tasks on Lagoon.

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod domain;
pub mod env;
pub mod error;
pub mod lagoon;
pub mod ops;
pub mod output;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod settings;
pub mod ui;
