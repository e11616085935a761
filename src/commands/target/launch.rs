//! What every command does that starts a run: wait for it or not, and answer with it.

use std::time::Duration;

use clap::Args;

use crate::app::{App, Executes};
use crate::domain::{Definition, Run, Work};
use crate::error::Error;
use crate::ops::exec;
use crate::ops::lost::Started;
use crate::ops::wait::Limits;
use crate::output::Format;
use crate::settings::{Source, parse_limit};
use crate::ui::Stream;

use super::watch::Watch;
use super::{Answer, RunReport};

/// Whether to wait for what was started, and how long.
#[derive(Debug, Clone, Args)]
pub struct Waiting {
    /// Wait until the run is over; the exit code says how it ended
    #[arg(long)]
    pub wait: bool,
    /// Wait, and show the log
    #[arg(long, short = 'f')]
    pub follow: bool,
    /// How long to wait for the end [default: no limit]
    #[arg(long, value_name = "TIME", value_parser = parse_limit)]
    pub timeout: Option<Duration>,
    /// How long to wait for the start
    #[arg(long, value_name = "TIME", value_parser = parse_limit, default_value = "15m")]
    pub start_timeout: Duration,
}

impl Waiting {
    /// The flags that were given, for a line that does the same.
    pub fn flags(&self) -> impl Iterator<Item = String> + use<> {
        let flags = [(self.wait, "--wait"), (self.follow, "--follow")];
        flags
            .into_iter()
            .filter_map(|(given, flag)| given.then(|| flag.to_owned()))
    }

    /// Whether the command goes on after the start.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.wait || self.follow
    }

    /// Says what was started, waits for it if that was asked for, and answers. `expected` is what
    /// runs of its kind took before.
    ///
    /// # Errors
    /// How the run ended, when it was waited for.
    pub async fn see_through(
        &self,
        app: &App,
        answer: Answer,
        started: Started,
        expected: Option<Duration>,
    ) -> Result<(), Error> {
        say_started(app, &started);
        let run = started.run;
        if answer.format() == Format::Jsonl && self.waits() {
            answer.give(&report_of(app, run.clone()))?;
        } else {
            app.ui.note(&format!("run {} ({})", run.id, run.task_name));
        }
        if !self.waits() {
            if !run.outcome().is_over() {
                app.ui.note("started, not finished");
            }
            return answer.give(&report_of(app, run));
        }
        // With --follow stdout is the log, unless -o asks for the result there.
        let result_on_stdout = !self.follow
            || app
                .settings
                .output
                .as_ref()
                .is_some_and(|o| matches!(o.source, Source::Flag(_)))
            || app.settings.jq.is_some();
        let watch = Watch {
            app,
            limits: self.limits(),
            log: self.follow.then_some(if result_on_stdout {
                Stream::Err
            } else {
                Stream::Out
            }),
            expected,
        };
        let (run, verdict) = watch.until_over(run).await;
        let answer = if result_on_stdout {
            answer
        } else {
            answer.on(Stream::Err)
        };
        let given = answer.give(&report_of(app, run));
        verdict.and(given)
    }

    /// How long to wait.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            timeout: self.timeout,
            start_timeout: self.start_timeout,
        }
    }
}

/// Has a task confirmed: its confirmation text, and that it is executed on this machine.
///
/// # Errors
/// Wrong use when it is declined, or there is nobody to ask.
pub fn confirm_task(app: &App, definition: &Definition) -> Result<(), Error> {
    if let Some(text) = definition.confirmation() {
        app.confirm(&format!("{}: {text}", definition.name))?;
    }
    match &definition.work {
        Work::Command(command) => app.confirm_execution(Executes::Command(command)),
        Work::Image(image) => app.confirm_execution(Executes::Image(image)),
        Work::Unknown(_) => Ok(()),
    }
}

/// Has a command confirmed that no task defines: in production, and that it is executed on this
/// machine. `banner` says where.
///
/// # Errors
/// Wrong use when it is declined, or there is nobody to ask.
pub fn confirm_one_off(app: &App, banner: &str, ready: &exec::Ready) -> Result<(), Error> {
    let command = &ready.one_off.command;
    if ready.environment.is_production() {
        app.confirm(&format!("{banner}: run this in production: {command}"))?;
    }
    app.confirm_execution(Executes::Command(command))
}

/// Says that a run was found whose answer was lost.
pub fn say_started(app: &App, started: &Started) {
    if started.recovered {
        app.ui.warn(&format!(
            "the answer was lost; run {} was found, and is taken for the one that was started",
            started.run.id
        ));
    }
}

/// A run as an answer.
#[must_use]
pub fn report_of(app: &App, run: Run) -> RunReport {
    RunReport {
        run,
        ui_url: app.ui_url(),
    }
}
