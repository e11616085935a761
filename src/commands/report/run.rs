//! The report of one run.

use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::commands::report::{Table, long_status_cell, status_cell};
use crate::domain::place::namespace;
use crate::domain::run::moment;
use crate::domain::{Environment, Run};
use crate::output::{Cell, Column, Detail, Grid, Report};
pub(crate) use crate::terminal::Style;

#[derive(Serialize)]
pub(crate) struct RunReport<'a> {
    #[serde(flatten)]
    run: &'a Run,
    pub url: Option<String>,
}

impl<'a> RunReport<'a> {
    pub(crate) fn of(app: &App, run: &'a Run) -> Self {
        Self::with(run, app.ui_url().as_deref())
    }

    pub(crate) fn with(run: &'a Run, ui_url: Option<&str>) -> Self {
        let url = page(run, ui_url);
        RunReport { run, url }
    }
}

fn page(run: &Run, ui_url: Option<&str>) -> Option<String> {
    let base = ui_url?.trim_end_matches('/');
    let environment = run.environment.as_ref()?;
    let project = &environment.project.name;
    let namespace = namespace(project, &environment.name)?;
    let name = &run.task_name;
    Some(format!(
        "{base}/projects/{project}/{namespace}/tasks/{name}"
    ))
}

/// The column of the `lagoon-task-…` name.
pub(crate) fn job_name() -> Column {
    Column::new("taskName").heading("JOB NAME")
}

/// The table of runs; the order of its columns is a contract.
pub(crate) fn grid(runs: &[Run]) -> Grid {
    Table::of(runs)
        .column("id", |run| Cell::id(run.id))
        .column(job_name(), |run| run.task_name.clone())
        .column(Column::new("name").heading("TASK"), |run| {
            Cell::name(run.name.clone())
        })
        .column("status", status_cell)
        .column("outcome", |run| run.outcome().word())
        .column("project", project_of)
        .column("environment", environment_of)
        .column("service", |run| run.service.clone())
        .column("created", |run| moment_of(&run.created))
        .column("started", |run| moment_of(&run.started))
        .column("completed", |run| moment_of(&run.completed))
        .grid()
}

pub(crate) fn project_of(run: &Run) -> Option<String> {
    Some(run.environment.as_ref()?.project.name.clone())
}

pub(crate) fn environment_of(run: &Run) -> Option<String> {
    Some(run.environment.as_ref()?.name.clone())
}

/// Parses a time in Lagoon's format.
pub(crate) fn moment_of(text: &Option<impl AsRef<str>>) -> Option<jiff::Timestamp> {
    text.as_ref().and_then(|text| moment(text.as_ref()))
}

impl Report for RunReport<'_> {
    fn value(&self) -> Value {
        json!(self)
    }

    fn grid(&self) -> Grid {
        grid(std::slice::from_ref(self.run))
    }

    fn detail(&self) -> Option<Detail> {
        let run = self.run;
        let place = run.environment.as_deref();
        Some(
            Detail::new(format!("{} {}", run.id, run.name))
                .field("Status", long_status_cell(run, jiff::Timestamp::now()))
                .field("Run", Cell::id(run.id))
                .field("Job name", run.task_name.clone())
                .field("Environment", place.map(Environment::label))
                .field("Service", run.service.clone())
                .field("Created", moment_of(&run.created))
                .field("Started", moment_of(&run.started))
                .field("Took", run.length())
                .field("Page", self.url.clone()),
        )
    }
}
