//! Tasks on Lagoon: the library behind the `tasks` program.
//!
//! [`client`] is for other programs: environments, tasks and runs of a Lagoon. The other modules are
//! the program's own and change without notice. `docs/architecture.md` describes them and the rules
//! between them, which `tests/structure.rs` checks.

pub mod app;
pub mod auth;
pub mod cli;
pub mod client;
pub mod clock;
pub mod commands;
pub mod complete;
pub mod config;
pub mod domain;
pub mod env;
pub mod error;
pub mod lagoon;
pub mod ops;
pub mod output;
pub mod regular_file;
pub mod secret;
pub mod settings;
pub mod ssh;
pub mod state;
pub mod terminal;
