//! What became of many, as an answer.

use serde_json::{Map, Value, json};

use crate::app::App;
use crate::commands::report::run::{RunReport, columns, run_value, style};
use crate::domain::{Environment, Run};
use crate::error::Error;
use crate::ops::launch::bulk::Fate;
use crate::ops::launch::ready::Ready;
use crate::output::{Cell, Column, Format, Grid, Report};
use crate::terminal::Style;

/// One target and what became of it.
pub(super) struct Entry {
    name: String,
    service: Option<String>,
    environment: Environment,
    end: End,
}

enum End {
    /// There is a run.
    Run(Run),
    /// There is none, or none is known.
    None { outcome: &'static str, why: Why },
}

/// Why there is none.
struct Why {
    message: String,
    error: Value,
}

impl Entry {
    pub(super) fn of((ready, fate): (&Ready, &Fate)) -> Entry {
        let end = match fate {
            Fate::Started(started) => End::Run(started.run.clone()),
            Fate::Skipped(run) => End::Run(run.clone()),
            Fate::Refused(error) => End::of("refused", error),
            Fate::Unknown(error) => End::of("unknown", error),
            Fate::NotStarted(reason) => End::of("not-started", &Error::failed(reason.words())),
        };
        Entry {
            name: ready.name().to_owned(),
            service: ready.service().map(str::to_owned),
            environment: ready.environment().clone(),
            end,
        }
    }

    pub(super) fn is_of(&self, id: i64) -> bool {
        matches!(&self.end, End::Run(run) if run.id == id)
    }

    pub(super) fn update(&mut self, run: Run) {
        self.end = End::Run(run);
    }

    fn value(&self, ui_url: Option<&String>) -> Value {
        let (outcome, why) = match &self.end {
            End::Run(run) => {
                return run_value(run, ui_url.map(String::as_str));
            }
            End::None { outcome, why } => (*outcome, why),
        };
        // The fields of a run, so that every element has them.
        let mut fields = Map::new();
        for (name, value) in [
            ("id", Value::Null),
            ("name", json!(self.name)),
            ("taskName", Value::Null),
            ("status", Value::Null),
            ("outcome", json!(outcome)),
            ("service", json!(self.service)),
            ("created", Value::Null),
            ("started", Value::Null),
            ("completed", Value::Null),
            ("environment", self.environment.to_json()),
            ("url", Value::Null),
            ("error", why.error.clone()),
        ] {
            fields.insert(name.to_owned(), value);
        }
        Value::Object(fields)
    }
}

impl End {
    fn of(outcome: &'static str, error: &Error) -> End {
        End::None {
            outcome,
            why: Why {
                message: error.to_string(),
                error: error.to_json()["error"].take(),
            },
        }
    }
}

/// All of them, in the order of the line.
pub(super) struct Bulk {
    entries: Vec<Entry>,
    ui_url: Option<String>,
    several_names: bool,
    for_people: bool,
}

impl Bulk {
    /// The answer, where there is one to give: nothing when nothing could be started. Runs that were
    /// `printed` one by one are left out. Line formats are for pipes: they have the runs alone.
    pub(super) fn new(
        app: &App,
        mut entries: Vec<Entry>,
        several_names: bool,
        printed: &[i64],
        format: Format,
    ) -> Option<Bulk> {
        let is_known = |entry: &Entry| match &entry.end {
            End::Run(_) => true,
            End::None { outcome, .. } => *outcome == "unknown",
        };
        if !entries.iter().any(is_known) {
            return None;
        }
        let only_runs = matches!(
            format,
            Format::Tsv | Format::Csv | Format::Name | Format::Id
        );
        entries.retain(|entry| match entry.end {
            End::Run(ref run) => !printed.contains(&run.id),
            End::None { .. } => !only_runs,
        });
        Some(Bulk {
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
        let shown = |column: Column, is_shown: bool| {
            if is_shown {
                column
            } else {
                column.not_in_table()
            }
        };
        let mut grid = Grid::new([
            Column::new("id"),
            shown(Column::new("name").heading("TASK"), self.several_names),
            shown(Column::new("project"), !one_project),
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
                End::None { outcome, why } => (
                    Cell::Missing,
                    Cell::status(*outcome, Style::Bad),
                    Cell::Missing,
                    Cell::Missing,
                    Cell::text(&why.message),
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

impl Report for Bulk {
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
            if let End::Run(run) = &entry.end {
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
