//! One run as an answer.

use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::domain::place::namespace;
use crate::domain::run::moment;
use crate::domain::{Outcome, Run};
use crate::output::{Cell, Column, Detail, Grid, Report};
pub use crate::terminal::Style;

/// A run as an answer.
pub struct RunReport {
    /// The run.
    pub run: Run,
    /// Where Lagoon's UI is, where the context knows it.
    pub ui_url: Option<String>,
}

impl RunReport {
    /// The run, with the address of the context's UI.
    pub fn of(app: &App, run: Run) -> RunReport {
        let ui_url = app.ui_url();
        RunReport { run, ui_url }
    }

    /// The address of the run's page in Lagoon's UI.
    pub fn url(&self) -> Option<String> {
        page(&self.run, self.ui_url.as_deref())
    }

    /// The cells of the run's row, one for each of [`columns`].
    pub fn cells(&self) -> [Cell; 11] {
        let run = &self.run;
        let at = moment_of;
        [
            Cell::id(run.id),
            run.task_name.clone().into(),
            Cell::name(run.name.clone()),
            Cell::status(run.status.clone(), style(run.outcome())),
            run.outcome().word().into(),
            run.environment
                .as_ref()
                .map(|e| e.project.name.clone())
                .into(),
            run.environment.as_ref().map(|e| e.name.clone()).into(),
            run.service.clone().into(),
            at(&run.created).into(),
            at(&run.started).into(),
            at(&run.completed).into(),
        ]
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

/// A run as every answer has it: with the address of its page.
#[derive(Serialize)]
pub struct Linked<'a> {
    #[serde(flatten)]
    run: &'a Run,
    url: Option<String>,
}

impl<'a> Linked<'a> {
    /// The run, its page where the address of Lagoon's UI is known.
    pub fn of(run: &'a Run, ui_url: Option<&str>) -> Self {
        let url = page(run, ui_url);
        Linked { run, url }
    }
}

/// [`Linked`] as a value.
pub fn run_value(run: &Run, ui_url: Option<&str>) -> Value {
    json!(Linked::of(run, ui_url))
}

/// The columns of runs; their order is a contract.
pub fn columns() -> [Column; 11] {
    [
        Column::new("id"),
        Column::new("taskName"),
        Column::new("name"),
        Column::new("status"),
        Column::new("outcome"),
        Column::new("project"),
        Column::new("environment"),
        Column::new("service"),
        Column::new("created"),
        Column::new("started"),
        Column::new("completed"),
    ]
}

/// The moment that a text of Lagoon's says.
pub fn moment_of(text: &Option<impl AsRef<str>>) -> Option<jiff::Timestamp> {
    text.as_ref().and_then(|text| moment(text.as_ref()))
}

/// What a run's outcome means to the eye.
pub fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Completed => Style::Good,
        Outcome::Failed => Style::Bad,
        Outcome::Cancelled => Style::Stopped,
        Outcome::Going => Style::Going,
        Outcome::Unknown => Style::Warning,
    }
}

impl Report for RunReport {
    fn value(&self) -> Value {
        run_value(&self.run, self.ui_url.as_deref())
    }

    fn grid(&self) -> Grid {
        Grid::new(columns()).with(self.cells())
    }

    fn detail(&self) -> Option<Detail> {
        let run = &self.run;
        let at = moment_of;
        Some(
            Detail::new(format!("{} {}", run.id, run.name))
                .field(
                    "Status",
                    Cell::status(run.status.clone(), style(run.outcome())),
                )
                .field("Run", Cell::id(run.id))
                .field("Task name", run.task_name.clone())
                .field(
                    "Where",
                    run.environment
                        .as_deref()
                        .map(crate::domain::Environment::label),
                )
                .field("Service", run.service.clone())
                .field("Created", at(&run.created))
                .field("Started", at(&run.started))
                .field("Took", run.length())
                .field("Page", self.url()),
        )
    }
}
