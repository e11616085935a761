//! Every whole-program test is a module of this one binary: one link instead of many.
//!
//! A new file in `tests/` needs its line here; the test below says so when it is forgotten.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and tests start programs and read their own environment"
)]

mod support;

mod context;
mod define;
mod graphql;
mod help;
mod invoke;
mod list;
mod readme;
mod requests;
mod sandbox_api;
mod structure;
mod transcripts;
mod usage;
mod variables;
