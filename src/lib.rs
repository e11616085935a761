//! Tasks on Lagoon: the library behind the `tasks` program.
//!
//! [`client`] is for other programs: environments, tasks and runs of a Lagoon.

#[warn(missing_docs)]
pub mod client;
#[doc(hidden)]
pub mod internal;

#[cfg(feature = "cli")]
mod app;
#[cfg(feature = "cli")]
mod auth;
#[cfg(feature = "cli")]
mod cli;
mod clock;
#[cfg(feature = "cli")]
mod commands;
#[cfg(feature = "cli")]
mod complete;
#[cfg(feature = "cli")]
mod config;
mod domain;
mod env;
mod error;
mod lagoon;
#[cfg(feature = "mcp")]
mod mcp;
mod ops;
#[cfg(feature = "cli")]
mod output;
#[cfg(feature = "cli")]
mod regular_file;
#[cfg(feature = "cli")]
mod secret;
#[cfg(feature = "cli")]
mod settings;
#[cfg(feature = "cli")]
mod ssh;
mod state;
#[cfg(feature = "cli")]
mod terminal;
#[cfg(feature = "ui")]
mod tui;
