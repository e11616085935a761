//! The results of several launches.

use serde_json::{Value, json};

use crate::app::App;
use crate::commands::report::{PlaceColumns, RunReport, RunRow, run_table};
use crate::domain::Run;
use crate::domain::run::page::add_pages;
use crate::error::Error;
use crate::ops::launch::Launch;
use crate::ops::launch::start::{LaunchOutcome, NotStartedReason};
use crate::output::{Format, Grid, Report};

/// A launch and its run, if one is known.
pub(super) struct LaunchEntry<'a> {
    launch: &'a Launch,
    run: Result<Run, LaunchFailure>,
}

struct LaunchFailure {
    outcome: &'static str,
    message: String,
    error: Value,
}

impl LaunchFailure {
    fn error(&self, ui_url: Option<&str>) -> Value {
        let mut error = self.error.clone();
        if let Some(runs) = error["runs"].as_array_mut() {
            add_pages(runs, ui_url);
        }
        error
    }
}

impl<'a> LaunchEntry<'a> {
    pub(super) fn of((launch, outcome): (&'a Launch, &LaunchOutcome)) -> Self {
        let failed = |outcome, error: &Error| {
            Err(LaunchFailure {
                outcome,
                message: error.to_string(),
                error: error.to_json()["error"].take(),
            })
        };
        let run = match outcome {
            LaunchOutcome::Started(started) => Ok(started.run.clone()),
            LaunchOutcome::Skipped(run) | LaunchOutcome::Joined(run) => Ok(run.clone()),
            LaunchOutcome::Refused(error) | LaunchOutcome::Unchecked(error) => {
                failed("refused", error)
            }
            LaunchOutcome::Unknown(error) => failed("unknown", error),
            LaunchOutcome::NotStarted(reason) => {
                failed("not-started", &Error::failed(reason_text(*reason)))
            }
        };
        LaunchEntry { launch, run }
    }

    pub(super) fn run(&self) -> Option<&Run> {
        self.run.as_ref().ok()
    }

    pub(super) fn update(&mut self, run: Run) {
        self.run = Ok(run);
    }

    fn value(&self, ui_url: Option<&str>) -> Value {
        match &self.run {
            Ok(run) => json!(RunReport::with(run, ui_url)),
            // The fields of a run, so that every element has them.
            Err(failure) => json!({
                "id": null,
                "name": self.launch.name(),
                "taskName": null,
                "status": null,
                "outcome": failure.outcome,
                "service": self.launch.service(),
                "created": null,
                "started": null,
                "completed": null,
                "environment": self.launch.place,
                "url": null,
                "duration": null,
                "sourceUser": null,
                "error": failure.error(ui_url),
            }),
        }
    }

    fn row(&self) -> RunRow<'_> {
        match &self.run {
            Ok(run) => RunRow::Run(run),
            Err(failure) => RunRow::Failed {
                name: self.launch.name(),
                place: &self.launch.place,
                outcome: failure.outcome,
                message: &failure.message,
            },
        }
    }
}

pub(super) fn reason_text(reason: NotStartedReason) -> &'static str {
    match reason {
        NotStartedReason::AfterFailure => "not started after a failure (--fail-fast)",
        NotStartedReason::Interrupted => "not started: interrupted",
    }
}

pub(super) struct LaunchResults<'a> {
    entries: Vec<LaunchEntry<'a>>,
    ui_url: Option<String>,
    places: PlaceColumns,
}

impl<'a> LaunchResults<'a> {
    /// The result; `None` if nothing could be started. Runs that were `printed` one by one are left out.
    /// Line formats are for pipes: they have the runs alone.
    pub(super) fn new(
        app: &App,
        mut entries: Vec<LaunchEntry<'a>>,
        printed: &[i64],
        format: Format,
    ) -> Option<Self> {
        let may_run = |entry: &LaunchEntry<'_>| match &entry.run {
            Ok(_) => true,
            Err(failure) => failure.outcome == "unknown",
        };
        if !entries.iter().any(may_run) {
            return None;
        }
        let project = |entry: &LaunchEntry<'_>| entry.launch.place.project.id;
        let is_other = |entry| project(entry) != project(&entries[0]);
        let places = PlaceColumns {
            project: entries.iter().any(is_other),
            environment: true,
        };
        let only_runs = matches!(
            format,
            Format::Tsv | Format::Csv | Format::Name | Format::Id
        );
        entries.retain(|entry| match &entry.run {
            Ok(run) => !printed.contains(&run.id),
            Err(_) => !only_runs,
        });
        Some(LaunchResults {
            entries,
            ui_url: app.ui_url(),
            places,
        })
    }

    pub(super) fn runs(&self) -> impl Iterator<Item = &Run> {
        self.entries.iter().filter_map(LaunchEntry::run)
    }
}

impl Report for LaunchResults<'_> {
    fn value(&self) -> Value {
        let each = self.entries.iter();
        each.map(|entry| entry.value(self.ui_url.as_deref()))
            .collect()
    }

    fn grid(&self) -> Grid {
        let rows: Vec<RunRow<'_>> = self.entries.iter().map(LaunchEntry::row).collect();
        run_table(&rows, self.places)
    }
}
