//! Several runs as an answer.

use serde_json::Value;

use super::{RunReport, run_value};
use crate::domain::Run;
use crate::output::{Elements, Grid, Report};

/// Runs as an answer, each as [`RunReport`] has it.
pub struct RunsReport {
    /// The runs, in their order.
    pub runs: Vec<Run>,
    /// Where Lagoon's UI is, where the context knows it.
    pub ui_url: Option<String>,
}

impl RunsReport {
    fn each(&self) -> impl Iterator<Item = RunReport> {
        self.runs.iter().map(|run| RunReport {
            run: run.clone(),
            ui_url: self.ui_url.clone(),
        })
    }

    fn values(&self) -> impl Iterator<Item = Value> {
        let ui_url = self.ui_url.as_deref();
        self.runs.iter().map(move |run| run_value(run, ui_url))
    }
}

impl Report for RunsReport {
    fn value(&self) -> Value {
        self.values().collect()
    }

    fn elements(&self) -> Option<Elements<'_>> {
        Some(Box::new(self.values()))
    }

    fn grid(&self) -> Grid {
        let mut grid = Grid::new(super::run::columns());
        for run in self.each() {
            grid.row(run.cells());
        }
        grid
    }
}
