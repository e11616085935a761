//! Waiting for runs, with or without their log, and the outcome of the command.

use std::collections::HashMap;
use std::time::Duration;

use crate::app::App;
use crate::commands::launch::ReadFailureNotice;
use crate::commands::launch::flags::OnInterrupt;
use crate::commands::launch::log::LogOutput;
use crate::commands::launch::next::{follow_line, wait_line};
use crate::commands::report::{ResultPrinter, RunReport, cases};
use crate::domain::{Outcome, Run};
use crate::error::{Error, Kind};
use crate::ops;
use crate::ops::runs::cancel::CancelOutcome;
use crate::ops::runs::follow::LiveOptions;
use crate::ops::runs::history;
use crate::ops::runs::push::Push;
use crate::ops::runs::together::follow_all;
use crate::ops::runs::wait::{self, Limits, WaitOutcome, Watcher};
use crate::terminal::{Progress, Stream};

pub(crate) struct Watch<'a> {
    pub app: &'a App,
    pub limits: Limits,
    pub on_interrupt: OnInterrupt,
    /// The stream on which the log is followed.
    pub log: Option<Stream>,
    pub live: LiveOptions,
    /// Print each byte of the log, with its banner.
    pub raw: bool,
    /// The log is the whole output: when the output is closed, the command exits quietly.
    pub quits: bool,
    pub expected: Option<Duration>,
    /// Notify the user when the wait ends.
    pub bell: bool,
    /// Succeed also if a run fails or is cancelled.
    pub ignores_outcome: bool,
    /// Print runs one by one (`-o jsonl`).
    pub lines: Option<RunLines<'a>>,
}

#[derive(Clone, Copy)]
pub(crate) enum RunLines<'a> {
    /// A line for each run when it has ended or the wait has ended.
    Ends(&'a ResultPrinter),
    /// A line for each run at first, and for each change of its status.
    Changes(&'a ResultPrinter),
}

impl<'a> Watch<'a> {
    /// A watch that shows no log and leaves runs alone on an interrupt.
    pub(crate) fn new(app: &'a App, limits: Limits) -> Self {
        Watch {
            app,
            limits,
            on_interrupt: OnInterrupt::Leave,
            log: None,
            live: LiveOptions::default(),
            raw: false,
            quits: false,
            expected: None,
            bell: false,
            ignores_outcome: false,
            lines: None,
        }
    }

    /// Waits until all runs are over or a signal arrives. Returns the last state of each run, and
    /// one verdict that includes the `missing` runs.
    pub(crate) async fn wait_for_all(
        &self,
        runs: Vec<Run>,
        missing: Vec<Error>,
    ) -> (Vec<Run>, Result<(), Error>) {
        let total = runs.len() + missing.len();
        let waited = match self.wait_for(runs).await {
            Ok(waited) => waited,
            Err((runs, error)) => return (runs, Err(error)),
        };
        if waited.is_empty() {
            // The output is closed.
            return (Vec::new(), Ok(()));
        }
        let runs: Vec<Run> = waited.iter().map(|w| w.run.clone()).collect();
        runs.iter().for_each(|run| self.app.record_run(run));
        self.show_last_lines(&waited).await;
        let mut failures: Vec<Error> = waited
            .into_iter()
            .filter_map(WaitOutcome::failure)
            .collect();
        if self.ignores_outcome {
            failures.retain(|error| !matches!(error.kind, Kind::RunFailed | Kind::RunCancelled));
        }
        failures.extend(missing);
        let verdict = wait::verdict_of_all(failures, total);
        (runs, verdict.map_err(|e| self.with_wait_line(e)))
    }

    /// Waits until all runs are over, whatever their outcome. Returns no runs if the output was
    /// closed. An error comes with the last state of each run.
    pub(crate) async fn wait_for(
        &self,
        runs: Vec<Run>,
    ) -> Result<Vec<WaitOutcome>, (Vec<Run>, Error)> {
        runs.iter().for_each(|run| cases::seen(self.app, run));
        self.app.warn_of_token_end(self.limits.timeout);
        let mut display = WaitDisplay::new(self, &runs);
        let claim = self.app.claim_interrupt();
        let ended = tokio::select! {
            waited = self.work(runs, &mut display) => Ok(waited),
            kind = claim.signalled() => Err(kind),
        };
        display.finish();
        if self.bell && ended.is_ok() {
            self.app.ui.notify(&progress_text(&display.last()));
        }
        let last = || display.last().into_iter().cloned().collect::<Vec<Run>>();
        match ended {
            Ok(Ok(waited)) => {
                waited.iter().for_each(|one| cases::waited(self.app, one));
                Ok(waited)
            }
            Ok(Err(error)) => {
                let error = self.with_wait_line(error);
                Err((last(), error))
            }
            Err(kind) => {
                let last = last();
                let error = self.interrupted(&last, kind).await;
                Err((last, error))
            }
        }
    }

    async fn work(
        &self,
        runs: Vec<Run>,
        display: &mut WaitDisplay<'_>,
    ) -> Result<Vec<WaitOutcome>, Error> {
        let clock = ops::clock();
        let lagoon = self.app.lagoon().await?;
        let Some(stream) = self.log else {
            let mut push = Push::new(lagoon);
            let limits = &self.limits;
            return Ok(wait::wait_for_all(lagoon, &clock, runs, limits, display, &mut push).await);
        };
        let (limits, live) = (&self.limits, &self.live);
        let mut logs = LogOutput::all(self, stream, &runs);
        let following = follow_all(lagoon, &clock, runs, live, limits, display, &mut logs);
        let waited = following.await;
        if self.quits && logs.iter().any(LogOutput::is_closed) {
            return Ok(Vec::new());
        }
        logs.into_iter().try_for_each(LogOutput::finish)?;
        Ok(waited)
    }

    async fn interrupted(&self, runs: &[Run], kind: Kind) -> Error {
        let mut error = Error::new(kind, kind.word());
        let going: Vec<&Run> = runs.iter().filter(|r| !r.outcome().is_finished()).collect();
        error.runs = going.iter().map(|run| run.to_json()).collect();
        if self.on_interrupt == OnInterrupt::Cancel {
            for run in going {
                let asked = match self.app.lagoon().await {
                    Ok(lagoon) => ops::runs::cancel::request(lagoon, run).await,
                    Err(error) => Err(error),
                };
                match asked {
                    Ok(CancelOutcome::Unknown) => self.app.ui.warn(&unknown_cancel(run)),
                    Ok(CancelOutcome::Accepted) => self.app.ui.note(&format!(
                        "requested cancellation of run {} ({})",
                        run.id, run.task_name
                    )),
                    Err(error) => self.app.ui.warn(&format!("not cancelled: {error}")),
                }
            }
            return error;
        }
        self.with_wait_line(error)
    }

    /// Adds the command line that waits for runs still in progress, or follows them.
    fn with_wait_line(&self, error: Error) -> Error {
        let goes_on = matches!(
            error.kind,
            Kind::Interrupted
                | Kind::Terminated
                | Kind::StillGoing
                | Kind::NeverStarted
                | Kind::Unreachable
                | Kind::NotAllowed
        );
        let going: Vec<String> = error
            .runs
            .iter()
            .filter(|run| !Outcome::of(run["status"].as_str().unwrap_or_default()).is_finished())
            .map(|run| run["id"].to_string())
            .collect();
        if !goes_on || going.is_empty() {
            return error;
        }
        let (continues, it) = match going.len() {
            1 => ("the run continues", "it"),
            _ => ("the runs continue", "them"),
        };
        error.hint(match self.log {
            Some(_) => format!("{continues}; to follow {it}: {}", follow_line(going)),
            None => format!("{continues}; to wait for {it}: {}", wait_line(going)),
        })
    }
}

/// The usual length of these runs, for the progress line; `None` if it is not shown.
pub(crate) async fn usual_length(app: &App, runs: &[Run]) -> Option<Duration> {
    if !app.ui.terminal().stderr || app.ui.is_quiet() {
        return None;
    }
    history::usual_length(app.lagoon().await.ok()?, runs).await
}

/// The text of the progress line. What changes comes first, because the line may be cut.
fn progress_text(runs: &[&Run]) -> String {
    if let [run] = runs {
        let (id, status, name) = (run.id, &run.status, &run.name);
        let place = run.environment.as_ref().map_or(String::new(), |place| {
            format!(" on {}/{}", place.project.name, place.name)
        });
        return format!("run {id} is {status}: {name}{place}");
    }
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for status in runs.iter().map(|run| run.status.as_str()) {
        match counts.iter_mut().find(|(of, _)| *of == status) {
            Some((_, count)) => *count += 1,
            None => counts.push((status, 1)),
        }
    }
    counts.sort_by_key(|(status, _)| Outcome::of(status).is_finished());
    let counts = counts
        .iter()
        .map(|(status, count)| format!("{count} {status}"));
    let counts: Vec<String> = counts.collect();
    format!("{} runs: {}", runs.len(), counts.join(", "))
}

/// The warning after a lost reply to a request to cancel.
pub(crate) fn unknown_cancel(run: &Run) -> String {
    let id = run.id;
    format!("no reply to the request to cancel run {id}; it is unknown whether Lagoon received it")
}

/// The progress line of all runs, and the lines on stdout.
struct WaitDisplay<'a> {
    app: &'a App,
    lines: Option<RunLines<'a>>,
    /// As given; [`WaitDisplay::last`] has their last states.
    runs: Vec<Run>,
    last: HashMap<i64, Run>,
    progress: Box<dyn Progress>,
    trouble: ReadFailureNotice,
}

impl<'a> WaitDisplay<'a> {
    fn new(watch: &'a Watch<'_>, runs: &[Run]) -> Self {
        let display = WaitDisplay {
            app: watch.app,
            lines: watch.lines,
            runs: runs.to_vec(),
            last: HashMap::new(),
            progress: watch.app.ui.progress(),
            trouble: ReadFailureNotice::default(),
        };
        if runs.iter().any(|run| !run.outcome().is_finished()) {
            let text = progress_text(&runs.iter().collect::<Vec<_>>());
            display.progress.start(&text, watch.expected);
        }
        display
    }

    /// Ends the display; prints the lines of runs that have not ended.
    fn finish(&mut self) {
        self.progress.finish();
        if let Some(RunLines::Ends(answer)) = self.lines {
            for run in self.last() {
                if !run.outcome().is_finished() {
                    self.print(answer, run);
                }
            }
        }
    }

    fn print(&self, answer: &ResultPrinter, run: &Run) {
        // A failure to print does not end the wait; it affects the exit code at the end.
        let _ = answer.print(&RunReport::of(self.app, run));
    }

    fn last(&self) -> Vec<&Run> {
        let runs = self.runs.iter();
        runs.map(|run| self.last.get(&run.id).unwrap_or(run))
            .collect()
    }
}

impl Watcher for WaitDisplay<'_> {
    fn read(&mut self, run: &Run) {
        self.trouble.ends();
        cases::seen(self.app, run);
        let before = self.last.insert(run.id, run.clone());
        let is_finished = run.outcome().is_finished();
        match self.lines {
            Some(RunLines::Changes(answer))
                if before
                    .as_ref()
                    .is_none_or(|before| before.status != run.status) =>
            {
                self.print(answer, run);
            }
            Some(RunLines::Ends(answer))
                if is_finished && !before.is_some_and(|before| before.outcome().is_finished()) =>
            {
                self.print(answer, run);
            }
            _ => {}
        }
        let runs = self.last();
        if runs.iter().all(|run| run.outcome().is_finished()) {
            self.progress.finish();
        } else {
            self.progress.update(&progress_text(&runs));
        }
    }

    fn unreadable(&mut self, reason: &str) {
        self.trouble.begins(self.app, reason);
    }
}
