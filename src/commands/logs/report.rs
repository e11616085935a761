//! The report of `logs`.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::commands::report::run::job_name;
use crate::commands::report::{ResultShape, RunReport, Table};
use crate::domain::Run;
use crate::error::Error;
use crate::ops::runs::log::LogPart;
use crate::output::{Cell, Grid, OutputError, Pieces, Report};

/// Runs with their logs.
pub(super) struct Logs {
    pub(super) shape: ResultShape,
    pub(super) ui_url: Option<String>,
    pub(super) logs: Vec<(Run, RunLog)>,
}

pub(super) enum RunLog {
    None,
    Empty,
    Text(Box<LogPart>),
}

impl Serialize for RunLog {
    /// A long text is never in memory as a whole.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            RunLog::None => serializer.serialize_none(),
            RunLog::Empty => serializer.serialize_str(""),
            RunLog::Text(part) => serializer.collect_str(part),
        }
    }
}

impl RunLog {
    fn text(&self) -> Option<String> {
        match self {
            RunLog::None => None,
            RunLog::Empty => Some(String::new()),
            RunLog::Text(part) => Some(part.to_string()),
        }
    }
}

#[derive(Serialize)]
struct RunWithLog<'a> {
    #[serde(flatten)]
    run: RunReport<'a>,
    log: &'a RunLog,
}

impl Logs {
    fn each(&self) -> impl Iterator<Item = RunWithLog<'_>> {
        self.logs.iter().map(|(run, log)| RunWithLog {
            run: RunReport::with(run, self.ui_url.as_deref()),
            log,
        })
    }

    /// The reasons why a log was printed incompletely.
    pub(super) fn into_failures(self) -> impl Iterator<Item = Error> {
        self.logs.into_iter().filter_map(|(_, log)| match log {
            RunLog::Text(part) => part.into_failure(),
            RunLog::None | RunLog::Empty => None,
        })
    }
}

impl Report for Logs {
    fn value(&self) -> Value {
        let mut all = self.each().map(|run| json!(run));
        match (self.shape, all.next()) {
            (ResultShape::One, Some(one)) => one,
            (_, first) => first.into_iter().chain(all).collect(),
        }
    }

    fn stream(&self, to: Pieces<'_>) -> Option<Result<(), OutputError>> {
        let mut all = self.each();
        Some(match (self.shape, all.next()) {
            (ResultShape::One, Some(one)) => to.write_one(one),
            (_, first) => to.write(first.into_iter().chain(all)),
        })
    }

    fn grid(&self) -> Grid {
        Table::of(&self.logs)
            .column("id", |(run, _)| Cell::id(run.id))
            .column(job_name(), |(run, _)| run.task_name.clone())
            .column("name", |(run, _)| Cell::name(run.name.clone()))
            .column("status", |(run, _)| run.status.clone())
            .column("outcome", |(run, _)| run.outcome().word())
            .column("log", |(_, log)| log.text())
            .grid()
    }
}
