//! `--report`, for every command that waits.

use clap::Args;

use crate::app::{App, ReportTarget, TestReports};
use crate::error::Error;

/// The reports of a command.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ReportFlags {
    /// Write a junit or markdown report; `-` is stdout
    #[arg(long, hide_short_help = true, value_name = "FORMAT=FILE")]
    report: Vec<ReportTarget>,
}

/// The reports that a command line asks for.
pub(crate) struct ReportPlan<'a> {
    title: &'static str,
    flags: &'a ReportFlags,
    /// stdout is the log.
    follows: bool,
}

impl ReportFlags {
    pub(crate) fn plan(&self, command: &'static str, follows: bool) -> ReportPlan<'_> {
        ReportPlan {
            title: command,
            flags: self,
            follows,
        }
    }

    pub(super) fn is_given(&self) -> bool {
        !self.report.is_empty()
    }

    /// The given flags, for the equivalent command line.
    pub(super) fn words(&self) -> impl Iterator<Item = String> {
        self.report
            .iter()
            .map(|target| format!("--report={target}"))
    }
}

impl ReportPlan<'_> {
    /// Checks the files before anything is sent.
    pub(crate) fn open(&self, app: &App) -> Result<TestReports, Error> {
        let reports = TestReports::plan(self.title, &self.flags.report)?;
        if reports.takes_stdout() && self.follows {
            return Err(Error::usage(
                "--report cannot write to stdout with --follow, which prints the log",
            )
            .hint("name a file, or use --wait"));
        }
        if reports.takes_stdout() && app.settings.jq.is_some() {
            return Err(Error::conflict("--jq", "a report on stdout"));
        }
        Ok(reports)
    }
}
