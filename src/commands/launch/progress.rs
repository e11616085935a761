//! Reports of launches on stderr, as soon as each outcome is known.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::app::App;
use crate::commands::launch::next::wait_line;
use crate::commands::launch::results::reason_text;
use crate::commands::launch::{ReadFailureNotice, Start};
use crate::commands::report::{ResultShape, RunReport};
use crate::commands::select;
use crate::domain::Run;
use crate::error::messages::counted;
use crate::ops::launch::Launch;
use crate::ops::launch::batch::{Notice, by_text};
use crate::ops::launch::facts::already;
use crate::ops::launch::start::{IfRunning, LaunchOutcome, StartedRun};
use crate::ops::runs::wait::Watcher;
use crate::terminal::Progress;

impl Start<'_> {
    /// Reports an outcome on stderr, and remembers the run.
    pub(super) fn report_outcome(&self, launch: &Launch, outcome: &LaunchOutcome) {
        let (app, is_one) = (self.app, self.shape == ResultShape::One);
        let label = launch.place.label();
        let place = if is_one {
            String::new()
        } else {
            format!("{label}: ")
        };
        match outcome {
            LaunchOutcome::Started(started) => {
                record_last_run(app, started);
                let run = &started.run;
                let mut text = match self.prints_runs_later() {
                    true => String::new(),
                    false => format!("{place}run {}", run.id),
                };
                if app.ui.is_verbose() && !text.is_empty() {
                    text.push_str(&format!(" ({})", run.task_name));
                }
                if let (Some(other), IfRunning::Start, false) =
                    (launch.facts.unfinished.first(), self.if_running, is_one)
                {
                    let (id, status) = (other.id, &other.status);
                    let also = format!("run {id} is also in progress there ({status})");
                    text = match text.as_str() {
                        "" => format!("{place}{also}"),
                        text => format!("{text}; {also}"),
                    };
                }
                if !text.is_empty() {
                    app.ui.note(&text);
                }
            }
            LaunchOutcome::Skipped(run) => {
                app.record_run(run);
                app.ui
                    .note(&format!("{place}{}; nothing was started", already(run)));
                if self.flags.waits() {
                    let line = wait_line([run.id.to_string()]);
                    let id = run.id;
                    let text = format!("not waiting for run {id}; to wait for it: {line}");
                    app.ui.warn(&text);
                }
            }
            LaunchOutcome::Joined(run) => {
                app.record_run(run);
                let text = format!("{place}{} with the same values", already(run));
                app.ui.note(&if self.flags.waits() {
                    format!("{text}; waiting for it")
                } else {
                    format!("{text}; nothing was started")
                });
            }
            // The error of a single launch is the command's error.
            LaunchOutcome::Refused(error)
            | LaunchOutcome::Unchecked(error)
            | LaunchOutcome::Unknown(error)
                if !is_one =>
            {
                app.ui.warn(&format!("{place}{error}"));
            }
            _ => {}
        }
        // A run that is waited for is printed when it ends.
        if let (Some(run), true) = (outcome.run(), self.prints_lines() && !self.flags.waits()) {
            // A failure to print does not stop the starts; it affects the exit code at the end.
            let _ = self.answer.print(&RunReport::of(app, run));
        }
    }

    /// True if a person gets the runs in a result, and sees until then that they are in progress.
    fn prints_runs_later(&self) -> bool {
        let ui = &self.app.ui;
        let is_seen = ui.terminal().stderr && !ui.is_quiet();
        self.answer.is_for_people() && (is_seen || !self.flags.waits())
    }

    /// Opens the page of the only run.
    pub(super) async fn open_page(&self, outcomes: &[LaunchOutcome]) {
        let run = match (self.flags.web, outcomes) {
            (true, [outcome]) => outcome.started(),
            _ => None,
        };
        let Some(run) = run else { return };
        let url = RunReport::of(self.app, run).url;
        // The run exists, so a page that cannot be opened is only a warning.
        if let Err(error) = self.app.open_page(url.as_deref()).await {
            self.app.ui.warn(&error.to_string());
            error
                .hint_texts()
                .iter()
                .for_each(|hint| self.app.ui.hint(hint));
        }
    }

    /// Reports launches that were not tried, each reason once.
    pub(super) fn report_not_started(&self, launches: &[Launch], outcomes: &[LaunchOutcome]) {
        if self.shape == ResultShape::One {
            return;
        }
        let texts = launches.iter().zip(outcomes);
        let texts = texts.filter_map(|(launch, outcome)| match outcome {
            LaunchOutcome::NotStarted(reason) => {
                Some((reason_text(*reason).to_owned(), launch.place.label()))
            }
            _ => None,
        });
        for Notice { text, labels } in by_text(texts) {
            self.app.ui.warn(&format!("{text}: {}", labels.join(", ")));
        }
    }
}

/// The progress of the starts, until drop.
pub(super) struct StartProgress {
    progress: Box<dyn Progress>,
    what: String,
    count: usize,
    done: AtomicUsize,
}

impl StartProgress {
    pub(super) fn begin(app: &App, launches: &[Launch]) -> Self {
        let what = match launches {
            [launch] => format!("`{}` on {}", launch.name(), launch.place.label()),
            many => counted(many.len(), "run"),
        };
        let progress = app.ui.progress();
        progress.start(&format!("starting {what}"), None);
        StartProgress {
            progress,
            what,
            count: launches.len(),
            done: AtomicUsize::new(0),
        }
    }

    /// One more start has an outcome.
    pub(super) fn advance(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.count > 1 {
            let what = &self.what;
            self.progress
                .update(&format!("starting {what}, {done} done"));
        }
    }

    /// The only start waits for this run.
    fn waits_for(&self, run: &Run) {
        let (id, status) = (run.id, &run.status);
        match (self.count, run.outcome().is_finished()) {
            (1, true) => self.progress.update(&format!("starting {}", self.what)),
            (1, false) => {
                let text = format!("waiting for run {id} ({status}) to end first");
                self.progress.update(&text);
            }
            _ => {}
        }
    }
}

impl Drop for StartProgress {
    fn drop(&mut self) {
        self.progress.finish();
    }
}

/// Shows the runs that are waited for before a start, and warns once when they cannot be read.
pub(super) struct UnfinishedWatcher<'a> {
    pub(super) app: &'a App,
    pub(super) progress: &'a StartProgress,
    pub(super) is_quiet: bool,
    pub(super) trouble: ReadFailureNotice,
}

impl Watcher for UnfinishedWatcher<'_> {
    fn read(&mut self, run: &Run) {
        self.trouble.ends();
        self.progress.waits_for(run);
    }

    fn unreadable(&mut self, reason: &str) {
        if !self.is_quiet {
            self.trouble.begins(self.app, reason);
        }
    }
}

/// Saves a started run for --last, and warns if its reply was lost.
fn record_last_run(app: &App, started: &StartedRun) {
    app.record_run(&started.run);
    select::record_last_run(app, &started.run);
    if started.recovered {
        app.ui.warn(&format!(
            "the reply was lost; run {} was found and is assumed to be the one that was started",
            started.run.id
        ));
    }
}
