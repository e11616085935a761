//! Live logs over ssh.
//!
//! The connection does not end with the run, so the caller polls the status.

use std::future::pending;
use std::time::Duration;

use crate::clock::Clock;
use crate::clock::Instant;
use crate::domain::run::live::{MissingLines, ShownBeginning, ShownLines};
use crate::domain::task::exit_status::without_marker;
use crate::domain::{Environment, Run, SshEndpoint};

use crate::error::{Error, Hint};
use crate::lagoon::operations::portal::Portal;
use crate::lagoon::{Lagoon, LagoonError};
use crate::ssh::{Destination, Key, LONGEST_TAIL, LogStream, Ssh, SshError, follow_log};

use super::LogSink;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum LiveMode {
    /// Over ssh if possible, otherwise from the API.
    Auto,
    /// Fail without ssh.
    Always,
    /// From the API.
    #[default]
    Never,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct LiveOptions {
    pub mode: LiveMode,
    /// `None` for ssh's default keys.
    pub key: Option<Key>,
}

/// Refusals before the first line: the pod may not exist yet.
const REFUSALS: u32 = 3;

/// Failures before the first line.
const FAILURES: u32 = 2;

/// Between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// For comparing the shown lines with the whole log.
const SEARCH: Duration = Duration::from_secs(3);

/// The connection to a portal, and the lines received.
pub(super) struct LiveConnection<'a> {
    clock: &'a dyn Clock,
    mode: LiveMode,
    ssh: Ssh,
    state: LiveState,
    /// In a row, without a line.
    failures: u32,
    shown: ShownLines,
    /// The run has finished: no new attempts.
    is_ending: bool,
}

enum LiveState {
    /// The portal is unknown.
    Unasked,
    /// To connect at this time.
    Due(Destination, Duration),
    Open(Destination, Box<LogStream>),
    /// For good.
    Off,
}

impl<'a> LiveConnection<'a> {
    pub(super) fn new(clock: &'a dyn Clock, live: &LiveOptions) -> Self {
        LiveConnection {
            clock,
            mode: live.mode,
            // Never asking: the terminal shows how far the run is.
            ssh: Ssh::new().with_key(live.key.clone()),
            state: match live.mode {
                LiveMode::Never => LiveState::Off,
                LiveMode::Auto | LiveMode::Always => LiveState::Unasked,
            },
            failures: 0,
            shown: ShownLines::default(),
            is_ending: false,
        }
    }

    pub(super) fn is_off(&self) -> bool {
        matches!(self.state, LiveState::Off) && self.shown.is_empty()
    }

    /// Looks up the portal once. The run must have started.
    pub(super) async fn find(
        &mut self,
        lagoon: &Lagoon,
        run: &Run,
        sink: &mut dyn LogSink,
    ) -> Result<(), Error> {
        if !matches!(self.state, LiveState::Unasked) {
            return Ok(());
        }
        let Some(environment) = &run.environment else {
            let why = Error::failed("its environment is unknown");
            return self.give_up(run, why, sink);
        };
        let to = match lagoon.ssh_portal(environment.id).await {
            Ok(Some(portal)) => destination(&portal).map_err(|error| of_ssh(&error)),
            Ok(None) => Err(without_portal(environment)),
            // A failure that passes, or shows when the run is read.
            Err(
                LagoonError::NotReached { .. }
                | LagoonError::NoAnswer { .. }
                | LagoonError::NotLagoon { .. },
            ) => return Ok(()),
            Err(error) => Err(error.into()),
        };
        match to {
            Ok(to) => {
                sink.trace(&format!("live log: ssh to {}", to.server()));
                self.state = LiveState::Due(to, self.clock.now());
                Ok(())
            }
            Err(why) => self.give_up(run, why, sink),
        }
    }

    /// Shows live lines during `work`.
    pub(super) async fn run_during<T>(
        &mut self,
        run: &Run,
        sink: &mut dyn LogSink,
        work: impl Future<Output = T>,
    ) -> Result<T, Error> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            error = self.show(run, sink) => Err(error),
        }
    }

    /// Stops reconnecting.
    pub(super) fn ends(&mut self) {
        self.is_ending = true;
        if !matches!(self.state, LiveState::Open(..)) {
            self.state = LiveState::Off;
        }
    }

    /// No line was shown.
    pub(super) fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// Compares the beginning of the whole log.
    pub(super) fn beginning(&self) -> ShownBeginning<'_> {
        self.shown.beginning()
    }

    /// The part of the log that was not shown.
    pub(super) fn missing<'l>(&self, log: &'l str) -> MissingLines<'l> {
        let deadline = Instant::now() + SEARCH;
        self.shown.missing(log, Some(deadline.into_std()))
    }

    /// Shows lines until an error. Safe to cancel.
    async fn show(&mut self, run: &Run, sink: &mut dyn LogSink) -> Error {
        loop {
            let went = match &mut self.state {
                LiveState::Unasked | LiveState::Off => return pending().await,
                LiveState::Due(to, due) => {
                    let pause = due.saturating_sub(self.clock.now());
                    self.clock.sleep(pause).await;
                    match follow_log(&self.ssh, to, &run.task_name, LONGEST_TAIL) {
                        Ok(stream) => {
                            self.shown.begin();
                            self.state = LiveState::Open(to.clone(), Box::new(stream));
                            Ok(())
                        }
                        Err(error) => self.lost(run, &error, sink),
                    }
                }
                LiveState::Open(_, stream) => match stream.next().await {
                    Ok(line) => {
                        self.failures = 0;
                        let text = without_marker(&line.text);
                        let is_only_marker = text.is_empty() && !line.text.is_empty();
                        if !is_only_marker && self.shown.take(&line.source, line.at, text) {
                            sink.write(&format!("{text}\n"))
                        } else {
                            Ok(())
                        }
                    }
                    Err(error) => self.lost(run, &error, sink),
                },
            };
            if let Err(error) = went {
                return error;
            }
        }
    }

    fn lost(&mut self, run: &Run, error: &SshError, sink: &mut dyn LogSink) -> Result<(), Error> {
        self.failures += 1;
        let is_refusal = matches!(error, SshError::Refused { .. });
        let most = if is_refusal { REFUSALS } else { FAILURES };
        let is_hopeless = self.shown.is_empty() && self.failures >= most;
        let to = match std::mem::replace(&mut self.state, LiveState::Off) {
            LiveState::Due(to, _) | LiveState::Open(to, _) => to,
            LiveState::Unasked | LiveState::Off => return Ok(()),
        };
        if self.is_ending {
            return Ok(());
        }
        if is_hopeless || !(is_refusal || error.is_transient()) {
            if matches!(error, SshError::HostKeyChanged { .. }) && self.mode == LiveMode::Auto {
                // Possibly an attack, so it is always reported.
                sink.note(&format!("no live log: {error}"));
            }
            return self.give_up(run, of_ssh(error), sink);
        }
        sink.trace(&format!("live log: {error}; retrying"));
        let pause = Duration::from_secs(1 << (self.failures - 1).min(4)).min(LONGEST_PAUSE);
        self.state = LiveState::Due(to, self.clock.now() + pause);
        Ok(())
    }

    fn give_up(&mut self, run: &Run, why: Error, sink: &mut dyn LogSink) -> Result<(), Error> {
        self.state = LiveState::Off;
        let why = Error {
            message: format!("no live log for run {}: {}", run.id, why.message),
            runs: vec![run.to_json()],
            ..why
        };
        match self.mode {
            LiveMode::Always => {
                return Err(why.hint(Hint::WithoutLiveLog));
            }
            LiveMode::Auto if !self.shown.is_empty() => {
                sink.note(&format!("{}; the rest is printed at the end", why.message));
            }
            LiveMode::Auto | LiveMode::Never => sink.trace(&why.message),
        }
        Ok(())
    }
}

pub(in crate::ops) fn destination(portal: &Portal) -> Result<Destination, SshError> {
    let server = SshEndpoint::parse(&portal.host, Some(&portal.port))?;
    Destination::new(&portal.namespace, server)
}

/// Checks that an environment has an ssh portal.
pub(crate) async fn require(lagoon: &Lagoon, environment: &Environment) -> Result<(), Error> {
    match lagoon.ssh_portal(environment.id).await? {
        Some(portal) => destination(&portal).map(|_| ()).map_err(|e| of_ssh(&e)),
        None => Err(without_portal(environment).hint(Hint::WithoutLiveLog)),
    }
}

fn without_portal(environment: &Environment) -> Error {
    Error::failed(format!(
        "the cluster of {} has no ssh portal",
        environment.label()
    ))
}

pub(in crate::ops) fn of_ssh(error: &SshError) -> Error {
    Error::failed(error.to_string()).with_hints(error.hints())
}
