//! Selection of several targets, of runs and of tasks, from the command line or by prompts.

pub mod last;
pub mod prompt;
pub mod run;
pub mod runs;
pub mod targets;
pub mod targets_file;

pub use last::remember;
pub use run::{OneRun, RunArgs};
pub use runs::{NamedRuns, give_runs};
