//! The report of `logs`.

use serde_json::{Value, json};

use crate::commands::report::run::job_name;
use crate::commands::report::{ResultShape, RunReport, Table};
use crate::domain::Run;
use crate::output::{Cell, Grid, Report};

/// Runs with their logs, if available.
pub(super) struct Logs {
    pub(super) shape: ResultShape,
    pub(super) ui_url: Option<String>,
    pub(super) logs: Vec<(Run, Option<String>)>,
}

impl Report for Logs {
    fn value(&self) -> Value {
        let mut all = self.logs.iter().map(|(run, log)| {
            let mut value = json!(RunReport::with(run, self.ui_url.as_deref()));
            value["log"] = json!(log);
            value
        });
        match (self.shape, all.next()) {
            (ResultShape::One, Some(one)) => one,
            (_, first) => first.into_iter().chain(all).collect(),
        }
    }

    fn grid(&self) -> Grid {
        Table::of(&self.logs)
            .column("id", |(run, _)| Cell::id(run.id))
            .column(job_name(), |(run, _)| run.task_name.clone())
            .column("name", |(run, _)| Cell::name(run.name.clone()))
            .column("status", |(run, _)| run.status.clone())
            .column("outcome", |(run, _)| run.outcome().word())
            .column("log", |(_, log)| log.clone())
            .grid()
    }
}
