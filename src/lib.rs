//! The library behind `tasks`, the command line for tasks on Lagoon.

pub mod error;
pub mod lagoon;
pub mod output;
pub mod ui;
