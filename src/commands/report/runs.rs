//! Several runs as an answer.

use crate::commands::report;
use crate::commands::report::{Linked, RunReport};
use crate::domain::Run;
use crate::output::{Grid, OutputError, Pieces, Report};
use serde_json::{Value, json};

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

    fn linked(&self) -> impl Iterator<Item = Linked<'_>> {
        let ui_url = self.ui_url.as_deref();
        self.runs.iter().map(move |run| Linked::of(run, ui_url))
    }
}

impl Report for RunsReport {
    fn value(&self) -> Value {
        self.linked().map(|run| json!(run)).collect()
    }

    fn stream(&self, to: Pieces<'_>) -> Option<Result<(), OutputError>> {
        Some(to.write(self.linked()))
    }

    fn grid(&self) -> Grid {
        let mut grid = Grid::new(report::run::columns());
        for run in self.each() {
            grid.row(run.cells());
        }
        grid
    }
}
