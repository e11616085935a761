//! The report of one run.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use smol_str::SmolStr;

use crate::app::App;
use crate::commands::report::runs::{PlaceColumns, RunRow, run_table};
use crate::domain::run::moment;
use crate::domain::run::page::page;
use crate::domain::{Environment, Outcome, Run};
use crate::output::status::long_status_cell;
use crate::output::{Cell, Column, Detail, Grid, Report};
pub(crate) use crate::terminal::Style;

/// The label of the command that prints the log.
const LOG: &str = "Log";

#[derive(Serialize)]
pub(crate) struct RunReport<'a> {
    #[serde(flatten)]
    run: &'a Run,
    pub url: Option<String>,
    /// In seconds.
    duration: Option<u64>,
    #[serde(rename = "sourceUser")]
    user: Option<&'a SmolStr>,
    /// The command that prints the log. Not broken.
    #[serde(skip)]
    log_line: Option<Cell>,
    #[serde(skip)]
    is_full: bool,
    /// `NAME=value`.
    #[serde(skip)]
    arguments: Vec<String>,
}

impl<'a> RunReport<'a> {
    /// People get the result in brief, or in full with `-v`.
    pub(crate) fn of(app: &App, run: &'a Run) -> Self {
        RunReport {
            log_line: Some(Cell::id(
                app.ui.completed_command(&format!("tasks logs {}", run.id)),
            )),
            is_full: app.ui.is_verbose(),
            ..Self::with(run, app.ui_url().as_deref())
        }
    }

    pub(crate) fn with(run: &'a Run, ui_url: Option<&str>) -> Self {
        RunReport {
            url: page_of(run, ui_url),
            duration: run.length().map(|length| length.as_secs()),
            user: run.user.as_ref(),
            log_line: None,
            is_full: true,
            arguments: Vec::new(),
            run,
        }
    }

    /// With job name, absolute times and these arguments.
    pub(crate) fn in_full(self, arguments: Vec<String>) -> Self {
        RunReport {
            is_full: true,
            arguments,
            ..self
        }
    }

    fn brief(&self) -> Detail {
        let run = self.run;
        let detail = Detail::headed(long_status_cell(run, Timestamp::now()))
            .field("Task", Cell::name(run.name.clone()))
            .field("Environment", self.place())
            .field("Run", Cell::id(run.id));
        match (&self.url, &self.log_line) {
            (_, Some(line)) if run.outcome() == Outcome::Failed => detail.field(LOG, line.clone()),
            (Some(url), _) => detail.field("Page", url.clone()),
            (None, Some(line)) if run.outcome().is_finished() => detail.field(LOG, line.clone()),
            (None, _) => detail,
        }
    }

    fn place(&self) -> Option<String> {
        self.run.environment.as_deref().map(Environment::label)
    }
}

fn page_of(run: &Run, ui_url: Option<&str>) -> Option<String> {
    let environment = run.environment.as_ref()?;
    let project = &environment.project.name;
    page(ui_url?, project, &environment.name, &run.task_name)
}

/// The column of the `lagoon-task-…` name.
pub(crate) fn job_name() -> Column {
    Column::new("taskName").heading("JOB NAME")
}

/// Parses a time in Lagoon's format.
pub(crate) fn moment_of(text: &Option<impl AsRef<str>>) -> Option<Timestamp> {
    text.as_ref().and_then(|text| moment(text.as_ref()))
}

impl Report for RunReport<'_> {
    fn value(&self) -> Value {
        json!(self)
    }

    fn grid(&self) -> Grid {
        run_table(&[RunRow::Run(self.run)], PlaceColumns::BOTH)
    }

    fn detail(&self) -> Option<Detail> {
        if !self.is_full {
            return Some(self.brief());
        }
        let run = self.run;
        let log_line = self.log_line.clone();
        let log_line = log_line.filter(|_| run.outcome().is_finished());
        let mut detail = Detail::headed(long_status_cell(run, Timestamp::now()))
            .field("Task", Cell::name(run.name.clone()));
        for (at, argument) in self.arguments.iter().enumerate() {
            let label = if at == 0 { "Arguments" } else { "" };
            detail = detail.field(label, argument.replace('\n', "\\n"));
        }
        Some(
            detail
                .field("Environment", self.place())
                .field("Run", Cell::id(run.id))
                .field("Job name", run.task_name.clone())
                .field("Service", run.service.clone())
                .field("Created", moment_of(&run.created))
                .field("Started", moment_of(&run.started))
                .field("Completed", moment_of(&run.completed))
                .field("By", run.user.clone())
                .field("Page", self.url.clone())
                .field(LOG, log_line),
        )
    }
}
