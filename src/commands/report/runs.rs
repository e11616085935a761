//! Several runs as a result.

use serde_json::{Value, json};

use crate::commands::report::{RunReport, run};
use crate::domain::Run;
use crate::output::{Grid, OutputError, Pieces, Report};

pub(crate) struct RunsReport {
    pub runs: Vec<Run>,
    pub ui_url: Option<String>,
}

impl RunsReport {
    fn each(&self) -> impl Iterator<Item = RunReport<'_>> {
        let ui_url = self.ui_url.as_deref();
        self.runs
            .iter()
            .map(move |run| RunReport::with(run, ui_url))
    }
}

impl Report for RunsReport {
    fn value(&self) -> Value {
        self.each().map(|run| json!(run)).collect()
    }

    fn stream(&self, to: Pieces<'_>) -> Option<Result<(), OutputError>> {
        Some(to.write(self.each()))
    }

    fn grid(&self) -> Grid {
        run::grid(&self.runs)
    }
}
