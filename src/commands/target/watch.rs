//! Waiting for a run, with or without its log, and how the command ends.

use std::time::Duration;

use crate::app::App;
use crate::domain::{Environment, Run};
use crate::error::{Error, Kind};
use crate::ops;
use crate::ops::follow::{self, Log, Sink};
use crate::ops::wait::{self, Limits, Watcher};
use crate::ui::{LogCleaner, Progress, Stream, StreamError};

/// How many lines of a failed run's log are shown to somebody who did not follow it.
const LAST_LINES: usize = 30;

/// What to wait with.
pub struct Watch<'a> {
    /// Streams and Lagoon.
    pub app: &'a App,
    /// How long.
    pub limits: Limits,
    /// Show the log as it grows, on this stream.
    pub log: Option<Stream>,
    /// What runs of this task took before.
    pub expected: Option<Duration>,
}

impl Watch<'_> {
    /// Waits until the run is over, or somebody interrupts. The run as it was read last, and how
    /// waiting ended.
    pub async fn until_over(&self, run: Run) -> (Run, Result<(), Error>) {
        let progress = self.app.ui.progress();
        progress.start(&label(&run), self.expected);
        let mut shown = Shown {
            app: self.app,
            progress: progress.as_ref(),
            last: run.clone(),
            trouble: false,
        };
        let claim = self.app.claim_interrupt();
        let ended = tokio::select! {
            ended = self.work(run, &mut shown) => ended,
            kind = claim.signalled() => Err(Error::new(kind, if kind == Kind::Terminated { "terminated" } else { "interrupted" })),
        };
        progress.finish();
        let last = shown.last;
        match ended {
            Ok(run) => {
                let verdict = wait::verdict(&run);
                if run.outcome() == crate::domain::Outcome::Failed && self.log.is_none() {
                    self.show_last_lines(&run).await;
                }
                (run, verdict)
            }
            Err(error) => {
                let error = back(self.app, &last, error);
                (last, Err(error))
            }
        }
    }

    async fn work(&self, run: Run, shown: &mut Shown<'_>) -> Result<Run, Error> {
        let clock = ops::clock();
        let lagoon = self.app.lagoon().await?;
        match self.log {
            None => wait::until_over(lagoon, &clock, run, &self.limits, shown).await,
            Some(stream) => {
                let keep_colour = self.app.ui.palette(stream).is_enabled();
                let mut sink = LogOut {
                    app: self.app,
                    stream,
                    cleaner: LogCleaner::new(keep_colour),
                };
                let run =
                    follow::follow(lagoon, &clock, run, &self.limits, shown, &mut sink).await?;
                sink.finish()?;
                Ok(run)
            }
        }
    }

    async fn show_last_lines(&self, run: &Run) {
        let log = match self.app.lagoon().await {
            Ok(lagoon) => follow::settled(lagoon, &ops::clock(), run.id).await,
            Err(error) => Err(error),
        };
        match log {
            Ok(Log::Text(text)) => {
                let tail = follow::tail(&text, LAST_LINES);
                let keep_colour = self.app.ui.palette(Stream::Err).is_enabled();
                let mut cleaner = LogCleaner::new(keep_colour);
                let mut clean = cleaner.feed(tail.as_bytes());
                clean.push_str(&cleaner.finish());
                self.app
                    .ui
                    .note(&format!("the last lines of the log of run {}:", run.id));
                let _ = self.app.ui.write(Stream::Err, clean.as_bytes());
            }
            Ok(Log::Empty) => self
                .app
                .ui
                .note(&format!("the log of run {} is empty", run.id)),
            Ok(Log::Unavailable(why)) => self.app.ui.warn(&format!("no log: {why}")),
            Err(error) => self.app.ui.warn(&format!("no log: {error}")),
        }
    }
}

/// The error with the way back to a run that goes on.
fn back(app: &App, run: &Run, error: Error) -> Error {
    let error = if error.runs.is_empty() {
        Error {
            runs: vec![run.to_json()],
            ..error
        }
    } else {
        error
    };
    match error.kind {
        Kind::Interrupted
        | Kind::Terminated
        | Kind::StillGoing
        | Kind::Unreachable
        | Kind::NotAllowed => {
            let page = app.settings.context_label().unwrap_or_default();
            error.hint(format!(
                "run {} ({}) goes on in {page}; waiting for it has ended",
                run.id, run.task_name
            ))
        }
        _ => error,
    }
}

fn label(run: &Run) -> String {
    let place = run
        .environment
        .as_ref()
        .map(Environment::label)
        .unwrap_or_default();
    format!("run {} of {} on {place}: {}", run.id, run.name, run.status)
}

struct Shown<'a> {
    app: &'a App,
    progress: &'a dyn Progress,
    last: Run,
    trouble: bool,
}

impl Watcher for Shown<'_> {
    fn read(&mut self, run: &Run) {
        self.last = run.clone();
        self.progress.update(&label(run));
    }

    fn unreadable(&mut self, reason: &str) {
        // Once is enough: it is tried again until it works or the time is up.
        if !std::mem::replace(&mut self.trouble, true) {
            self.app
                .ui
                .warn(&format!("cannot read at the moment, trying on: {reason}"));
        }
    }
}

struct LogOut<'a> {
    app: &'a App,
    stream: Stream,
    cleaner: LogCleaner,
}

impl LogOut<'_> {
    fn finish(self) -> Result<(), Error> {
        let LogOut {
            app,
            stream,
            cleaner,
        } = self;
        put(app, stream, &cleaner.finish())
    }
}

fn put(app: &App, stream: Stream, text: &str) -> Result<(), Error> {
    match app.ui.write(stream, text.as_bytes()) {
        // The run goes on without a reader, and so does waiting: the exit code still counts.
        Ok(()) | Err(StreamError::Closed) => Ok(()),
        Err(StreamError::Io(e)) => Err(Error::failed("cannot write the log").because(e)),
    }
}

impl Sink for LogOut<'_> {
    fn write(&mut self, piece: &str) -> Result<(), Error> {
        let clean = self.cleaner.feed(piece.as_bytes());
        put(self.app, self.stream, &clean)
    }
}
