//! Selection of several targets, of runs and of tasks, from the command line or by prompts.

pub(crate) mod last;
pub(crate) mod latest;
pub(crate) mod pick;
pub(crate) mod prompt;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod targets;
pub(crate) mod targets_file;

pub(crate) use last::record_last_run;
pub(crate) use run::{OneRun, RunArgs, RunUse};
pub(crate) use runs::{NamedRuns, print_runs};
