//! The report of `runs`.

use serde::Serialize;
use serde_json::{Value, json};

use crate::commands::report::run::{environment_of, project_of};
use crate::commands::report::{RunReport, Table, moment_of, status_cell};
use crate::domain::Environment;
use crate::domain::run::RecentRun;
use crate::output::{Cell, Column, Grid, OutputError, Pieces, Report};

pub(super) struct RunTable {
    pub(super) runs: Vec<RecentRun>,
    several: bool,
    several_projects: bool,
    ui_url: Option<String>,
}

impl RunTable {
    pub(super) fn of(
        runs: Vec<RecentRun>,
        places: &[Environment],
        ui_url: Option<String>,
    ) -> RunTable {
        let first = places.first().map(|place| place.project.id);
        RunTable {
            runs,
            several: places.len() > 1,
            several_projects: places.iter().any(|place| Some(place.project.id) != first),
            ui_url,
        }
    }

    pub(super) fn each(&self) -> impl Iterator<Item = RunElement<'_>> {
        self.runs.iter().map(|recent| RunElement {
            run: RunReport::with(&recent.run, self.ui_url.as_deref()),
            duration: recent.run.length().map(|length| length.as_secs()),
            user: recent.user.as_deref(),
        })
    }
}

#[derive(Serialize)]
pub(super) struct RunElement<'a> {
    #[serde(flatten)]
    run: RunReport<'a>,
    /// In seconds.
    duration: Option<u64>,
    #[serde(rename = "sourceUser")]
    user: Option<&'a str>,
}

impl Report for RunTable {
    fn value(&self) -> Value {
        self.each().map(|run| json!(run)).collect()
    }

    fn stream(&self, to: Pieces<'_>) -> Option<Result<(), OutputError>> {
        Some(to.write(self.each()))
    }

    fn grid(&self) -> Grid {
        let name = |of: &RecentRun| Cell::name(of.run.name.clone());
        let environment = Column::new("environment").in_table_if(self.several);
        let project = Column::new("project").in_table_if(self.several_projects);
        Table::of(&self.runs)
            .column("id", |of| Cell::id(of.run.id))
            .column(Column::new("name").heading("TASK"), name)
            .column("status", |of| status_cell(&of.run))
            .column("started", |of| moment_of(&of.run.started))
            .column("took", |of| of.run.length())
            .if_any(Column::new("sourceUser").heading("BY"), |of| {
                of.user.clone()
            })
            .column("service", |of| of.run.service.clone())
            .column(environment, |of| environment_of(&of.run))
            .not_in_table("taskName", |of| of.run.task_name.clone())
            .not_in_table("outcome", |of| of.run.outcome().word())
            .not_in_table("created", |of| moment_of(&of.run.created))
            .not_in_table("completed", |of| moment_of(&of.run.completed))
            .column(project, |of| project_of(&of.run))
            .grid()
    }

    fn empty_note(&self) -> Option<String> {
        Some("no runs found".to_owned())
    }
}
