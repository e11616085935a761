//! Logs as answers.

use serde_json::{Value, json};

use crate::commands::report::{Shape, run_value};
use crate::domain::Run;
use crate::output::{Cell, Column, Grid, Report};

/// Runs, each with its log as far as there is one.
pub(super) struct Logs {
    pub(super) shape: Shape,
    pub(super) ui_url: Option<String>,
    pub(super) logs: Vec<(Run, Option<String>)>,
}

impl Logs {
    fn one(&self, run: &Run, log: Option<&str>) -> Value {
        let mut value = run_value(run, self.ui_url.as_deref());
        value["log"] = json!(log);
        value
    }
}

impl Report for Logs {
    fn value(&self) -> Value {
        let mut all = self
            .logs
            .iter()
            .map(|(run, log)| self.one(run, log.as_deref()));
        match (self.shape, all.next()) {
            (Shape::One, Some(one)) => one,
            (_, first) => first.into_iter().chain(all).collect(),
        }
    }

    fn grid(&self) -> Grid {
        let columns = ["id", "taskName", "name", "status", "outcome", "log"];
        let mut grid = Grid::new(columns.map(Column::new));
        for (run, log) in &self.logs {
            grid.row([
                Cell::id(run.id),
                run.task_name.clone().into(),
                Cell::name(run.name.clone()),
                run.status.clone().into(),
                run.outcome().word().into(),
                log.clone().into(),
            ]);
        }
        grid
    }
}
