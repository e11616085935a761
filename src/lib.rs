//! The library behind `tasks`, the command line for tasks on Lagoon: the map of its rooms.
//!
//! `main -> cli -> commands -> ops -> lagoon -> domain`, never back; `tests/structure.rs` holds who
//! may use whom.
//!
//! * [`client`]: the library for other programs.
//! * [`cli`]: the root of the command line, global flags, dispatch, how a command ends.
//! * [`commands`]: one file a command, arguments to work to report; shared code in modules named by subject.
//! * [`app`]: what a command receives: streams, settings, a Lagoon connected on first use, signals.
//! * [`ops`]: the work; returns values and never prints.
//! * [`lagoon`]: the only API surface: transport, replies, typed operations, push, downloads.
//! * [`domain`]: pure: names, places, definitions, arguments, runs, quoting, task files and plans.
//! * [`complete`]: what a shell is told of names that only a Lagoon knows.
//! * [`settings`]: flag, variable, file, default, merged once, each value with its source.
//! * [`config`] and [`auth`]: contexts in the configuration file, what a checkout says of where one
//!   is; tokens, apart from it.
//! * [`state`]: private files: the claims of this machine's processes on runs they started.
//! * [`ssh`]: the system's `ssh`, its arguments checked: a token, a log as it grows.
//! * [`env`]: the only reader of environment variables. [`clock`]: now and sleep, for tests to step.
//! * [`regular_file`]: opening files that another person may control.
//! * [`terminal`]: the only place that prints and asks. [`output`]: the formats of an answer.
//! * [`secret`]: tokens and keys, and the masking of them in all output.
//! * [`error`]: the one error with kind and hints; a kind becomes an exit code there.
//!
//! The embedded Lagoon is a package of its own, `lagoon-sandbox` (feature `sandbox`). It cannot use
//! this crate, so that a wrong name cannot be wrong on both sides.

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
