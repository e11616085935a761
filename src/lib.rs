//! Tasks on Lagoon: the library behind the `tasks` program.
//!
//! [`client`] is for other programs: environments, tasks and runs of a Lagoon.

pub mod client;
#[doc(hidden)]
pub mod internal;

mod app;
mod auth;
mod cli;
mod clock;
mod commands;
mod complete;
mod config;
mod domain;
mod env;
mod error;
mod lagoon;
mod ops;
mod output;
mod regular_file;
mod secret;
mod settings;
mod ssh;
mod state;
mod terminal;
