//! Starting runs, waiting for them and printing their logs, for every command that does so.

mod confirm;
mod dry_run;
mod exit_status;
mod flags;
mod interrupt;
mod last_lines;
mod log;
mod next;
mod progress;
mod read_failure;
mod report;
mod results;
mod start;
mod targets;
mod watch;

#[cfg(feature = "ui")]
pub(crate) use confirm::{agree, questions_before};
pub(crate) use flags::{LiveFlags, StartFlags, WaitFlags};
pub(crate) use interrupt::unless_interrupted;
pub(crate) use log::LogOutput;
pub(crate) use read_failure::ReadFailureNotice;
pub(crate) use report::{ReportFlags, ReportPlan};
pub(crate) use start::Start;
pub(crate) use targets::BulkFlags;
pub(crate) use watch::{RunLines, Watch, unknown_cancel, usual_length};
