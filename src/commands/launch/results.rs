//! The results of several launches.

use serde_json::{Value, json};

use crate::app::App;
use crate::commands::report::run::{RunReport, columns, run_value, style};
use crate::domain::{Environment, Run};
use crate::error::Error;
use crate::ops::launch::Launch;
use crate::ops::launch::start::{LaunchOutcome, Reason};
use crate::output::{Cell, Column, Format, Grid, Report};
use crate::terminal::Style;

/// One launch and its result.
pub(super) struct Entry {
    name: String,
    service: Option<String>,
    environment: Environment,
    end: End,
}

enum End {
    Run(Run),
    /// No run is known.
    None {
        outcome: &'static str,
        message: String,
        error: Value,
    },
}

impl Entry {
    pub(super) fn of((launch, outcome): (&Launch, &LaunchOutcome)) -> Entry {
        let end = match outcome {
            LaunchOutcome::Started(started) => End::Run(started.run.clone()),
            LaunchOutcome::Skipped(run) => End::Run(run.clone()),
            LaunchOutcome::Refused(error) => End::none("refused", error),
            LaunchOutcome::Unknown(error) => End::none("unknown", error),
            LaunchOutcome::NotStarted(reason) => {
                End::none("not-started", &Error::failed(reason_text(*reason)))
            }
        };
        Entry {
            name: launch.name().to_owned(),
            service: launch.service().map(str::to_owned),
            environment: launch.place.clone(),
            end,
        }
    }

    pub(super) fn run(&self) -> Option<&Run> {
        match &self.end {
            End::Run(run) => Some(run),
            End::None { .. } => None,
        }
    }

    pub(super) fn update(&mut self, run: Run) {
        self.end = End::Run(run);
    }

    fn value(&self, ui_url: Option<&String>) -> Value {
        let (outcome, error) = match &self.end {
            End::Run(run) => {
                return run_value(run, ui_url.map(String::as_str));
            }
            End::None { outcome, error, .. } => (*outcome, error),
        };
        // The fields of a run, so that every element has them.
        json!({
            "id": null,
            "name": self.name,
            "taskName": null,
            "status": null,
            "outcome": outcome,
            "service": self.service,
            "created": null,
            "started": null,
            "completed": null,
            "environment": self.environment.to_json(),
            "url": null,
            "error": error,
        })
    }
}

impl End {
    fn none(outcome: &'static str, error: &Error) -> End {
        End::None {
            outcome,
            message: error.to_string(),
            error: error.to_json()["error"].take(),
        }
    }
}

/// The reason in words why a launch was not tried.
pub(super) fn reason_text(reason: Reason) -> &'static str {
    match reason {
        Reason::AfterFailure => "not started after a failure (--fail-fast)",
        Reason::Interrupted => "not started: interrupted before",
    }
}

/// The results of several launches, in the order of the command line.
pub(super) struct LaunchResults {
    entries: Vec<Entry>,
    ui_url: Option<String>,
    several_names: bool,
    for_people: bool,
}

impl LaunchResults {
    /// The result; `None` if nothing could be started. Runs that were `printed` one by one are left out.
    /// Line formats are for pipes: they have the runs alone.
    pub(super) fn new(
        app: &App,
        mut entries: Vec<Entry>,
        printed: &[i64],
        format: Format,
    ) -> Option<LaunchResults> {
        let is_known = |entry: &Entry| match &entry.end {
            End::Run(_) => true,
            End::None { outcome, .. } => *outcome == "unknown",
        };
        if !entries.iter().any(is_known) {
            return None;
        }
        let several_names = entries.iter().any(|entry| entry.name != entries[0].name);
        let only_runs = matches!(
            format,
            Format::Tsv | Format::Csv | Format::Name | Format::Id
        );
        entries.retain(|entry| match entry.end {
            End::Run(ref run) => !printed.contains(&run.id),
            End::None { .. } => !only_runs,
        });
        Some(LaunchResults {
            entries,
            ui_url: app.ui_url(),
            several_names,
            for_people: format == Format::Table,
        })
    }

    fn for_people(&self) -> Grid {
        let first = self.entries.first().map(|e| e.environment.project.id);
        let one_project = self
            .entries
            .iter()
            .all(|entry| Some(entry.environment.project.id) == first);
        let mut grid = Grid::new([
            Column::new("id"),
            Column::new("name")
                .heading("TASK")
                .in_table_if(self.several_names),
            Column::new("project").in_table_if(!one_project),
            Column::new("environment"),
            Column::new("status"),
            Column::new("took").if_any(),
            Column::new("taskName"),
            Column::new("error").if_any(),
        ]);
        for entry in &self.entries {
            let (id, status, took, task_name, error) = match &entry.end {
                End::Run(run) => (
                    Cell::id(run.id),
                    Cell::status(run.status.clone(), style(run.outcome())),
                    run.length().into(),
                    run.task_name.clone().into(),
                    Cell::Missing,
                ),
                End::None {
                    outcome, message, ..
                } => (
                    Cell::Missing,
                    Cell::status(*outcome, Style::Bad),
                    Cell::Missing,
                    Cell::Missing,
                    Cell::text(message),
                ),
            };
            grid.row([
                id,
                Cell::name(&entry.name),
                entry.environment.project.name.clone().into(),
                entry.environment.name.clone().into(),
                status,
                took,
                task_name,
                error,
            ]);
        }
        grid
    }
}

impl Report for LaunchResults {
    fn value(&self) -> Value {
        let each = self.entries.iter();
        each.map(|entry| entry.value(self.ui_url.as_ref()))
            .collect()
    }

    fn grid(&self) -> Grid {
        if self.for_people {
            return self.for_people();
        }
        let mut grid = Grid::new(columns());
        for entry in &self.entries {
            if let Some(run) = entry.run() {
                let report = RunReport {
                    run: run.clone(),
                    ui_url: None,
                };
                grid.row(report.cells());
            }
        }
        grid
    }
}
