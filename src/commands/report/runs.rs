//! The table of runs, the same for every command.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::App;
use crate::commands::report::{ResultPrinter, RunReport, Table, moment_of};
use crate::domain::{Environment, Outcome, Run};
use crate::output::status::{duration, status_cell};
use crate::output::{Cell, Column, Grid, OutputError, Pieces, Report};
use crate::terminal::Style;

/// The columns of the places, which the table has if the command line can select several.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PlaceColumns {
    pub project: bool,
    pub environment: bool,
}

impl PlaceColumns {
    pub(crate) const BOTH: PlaceColumns = PlaceColumns {
        project: true,
        environment: true,
    };
}

/// A row of the table: a run, or a start without one.
pub(crate) enum RunRow<'a> {
    Run(&'a Run),
    Failed {
        name: &'a str,
        place: &'a Environment,
        outcome: &'static str,
        message: &'a str,
    },
}

impl RunRow<'_> {
    fn run(&self) -> Option<&Run> {
        match self {
            RunRow::Run(run) => Some(run),
            RunRow::Failed { .. } => None,
        }
    }

    fn place(&self) -> Option<&Environment> {
        match self {
            RunRow::Run(run) => run.environment.as_deref(),
            RunRow::Failed { place, .. } => Some(place),
        }
    }

    fn name(&self) -> Cell {
        match self {
            RunRow::Run(run) => Cell::name(run.name.clone()),
            RunRow::Failed { name, .. } => Cell::name(*name),
        }
    }

    fn status(&self) -> Cell {
        match self {
            RunRow::Run(run) => status_cell(run),
            RunRow::Failed { outcome, .. } => {
                let style = match *outcome {
                    "unknown" => Style::Warning,
                    "not-started" => Style::Stopped,
                    _ => Style::Bad,
                };
                Cell::marked(*outcome, outcome.replace('-', " "), style)
            }
        }
    }

    fn error(&self) -> Option<&str> {
        match self {
            RunRow::Run(_) => None,
            RunRow::Failed { message, .. } => Some(message),
        }
    }
}

/// The order of the columns of tsv and csv is a contract.
pub(crate) fn run_table(rows: &[RunRow<'_>], places: PlaceColumns) -> Grid {
    run_table_at(rows, places, Timestamp::now())
}

fn run_table_at(rows: &[RunRow<'_>], places: PlaceColumns, now: Timestamp) -> Grid {
    let column = |name: &str, priority| Column::new(name).priority(priority);
    let project = column("project", 4).minimum(8).in_table_if(places.project);
    let environment = column("environment", 5)
        .minimum(8)
        .in_table_if(places.environment);
    let took = column("took", 2).only_in_table();
    let user = column("user", 1).heading("BY").minimum(10);
    let error = column("error", 6).only_in_table();
    Table::of(rows)
        .column("id", |row| row.run().map(|run| Cell::id(run.id)))
        .not_in_table("taskName", |row| Some(row.run()?.task_name.clone()))
        .column(Column::new("name").heading("TASK"), RunRow::name)
        .column("status", RunRow::status)
        .not_in_table("outcome", |row| Some(row.run()?.outcome().word()))
        .column(project, |row| Some(row.place()?.project.name.clone()))
        .column(environment, |row| Some(row.place()?.name.clone()))
        .not_in_table("service", |row| row.run()?.service.clone())
        .not_in_table("created", |row| moment_of(&row.run()?.created))
        .column(column("started", 3), |row| moment_of(&row.run()?.started))
        .column(took, move |row| duration(row.run()?, now))
        .not_in_table("completed", |row| moment_of(&row.run()?.completed))
        .if_any(user, |row| row.run()?.user.clone())
        .if_any(error, |row| row.error().map(str::to_owned))
        .grid()
}

/// Says below a table for people how to find out why a run failed.
pub(crate) fn explain_failures<'a>(
    app: &App,
    answer: &ResultPrinter,
    runs: impl IntoIterator<Item = &'a Run>,
) {
    let mut runs = runs.into_iter();
    let failed = runs.find(|run| run.outcome() == Outcome::Failed);
    if let Some(Run { id, .. }) = failed.filter(|_| answer.is_for_people()) {
        app.ui
            .hint(&format!("to see why run {id} failed: tasks logs {id}"));
    }
}

/// The number of runs that are in the form of a table at a time.
const BLOCK: usize = 1000;

pub(crate) struct RunsReport {
    pub runs: Vec<Run>,
    pub places: PlaceColumns,
    pub ui_url: Option<String>,
    /// The note that people get in place of an empty table.
    pub empty_note: Option<String>,
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
        let rows: Vec<RunRow<'_>> = self.runs.iter().map(RunRow::Run).collect();
        run_table(&rows, self.places)
    }

    fn blocks(&self, now: Timestamp) -> Option<Box<dyn Iterator<Item = Grid> + '_>> {
        // At least one, for the header of csv.
        let first = self.runs.get(..BLOCK).unwrap_or(&self.runs);
        let others = self.runs[first.len()..].chunks(BLOCK);
        let grids = std::iter::once(first).chain(others).map(move |runs| {
            let rows: Vec<RunRow<'_>> = runs.iter().map(RunRow::Run).collect();
            run_table_at(&rows, self.places, now)
        });
        Some(Box::new(grids))
    }

    fn empty_note(&self) -> Option<String> {
        self.empty_note.clone()
    }
}
