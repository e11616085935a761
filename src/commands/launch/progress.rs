//! Reports of launches on stderr, as soon as each outcome is known.

use crate::app::App;
use crate::commands::launch::next::wait_line;
use crate::commands::launch::results::reason_text;
use crate::commands::launch::{ReadFailureNotice, Start};
use crate::commands::report::{ResultShape, RunReport};
use crate::commands::select;
use crate::domain::Run;
use crate::ops::launch::Launch;
use crate::ops::launch::batch::{Notice, by_text};
use crate::ops::launch::facts::already;
use crate::ops::launch::start::{IfRunning, LaunchOutcome, StartedRun};
use crate::ops::runs::wait::Watcher;

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
                let mut text = format!("{place}run {}", run.id);
                if app.ui.is_verbose() {
                    text.push_str(&format!(" ({})", run.task_name));
                }
                if is_one {
                    self.open_page(run);
                } else if let (Some(other), IfRunning::Start) =
                    (launch.facts.unfinished.first(), self.if_running)
                {
                    let (id, status) = (other.id, &other.status);
                    text.push_str(&format!("; run {id} is also in progress there ({status})"));
                }
                app.ui.note(&text);
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

    fn open_page(&self, run: &Run) {
        if !self.flags.web {
            return;
        }
        let url = RunReport::of(self.app, run).url;
        // The run exists, so a page that cannot be opened is only a warning.
        if let Err(error) = self.app.open_page(url.as_deref()) {
            self.app.ui.warn(&error.message);
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

/// Warns once when runs that are waited for before a start cannot be read.
pub(super) struct UnfinishedWatcher<'a> {
    pub(super) app: &'a App,
    pub(super) is_quiet: bool,
    pub(super) trouble: ReadFailureNotice,
}

impl Watcher for UnfinishedWatcher<'_> {
    fn read(&mut self, _: &Run) {
        self.trouble.ends();
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
