//! A log as it is written, over ssh, where the environment's cluster lets its users in.
//!
//! The connection never ends by itself: whoever follows looks at the run's status beside it.

use std::future::pending;
use std::time::Duration;

use crate::clock::Clock;
use crate::clock::Instant;
use crate::domain::run::live::{Missing, ShownLines};
use crate::domain::{Environment, Run, SshEndpoint};

use crate::error::{Error, Hint};
use crate::lagoon::operations::portal::Portal;
use crate::lagoon::{Lagoon, LagoonError};
use crate::ssh::{Destination, Key, LONGEST_TAIL, LogStream, Ssh, SshError, follow_log};

use super::Sink;

/// Whether a log is followed over ssh.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LiveMode {
    /// Where it is possible; else as far as the API has it.
    Auto,
    /// Or not at all.
    Always,
    /// As far as the API has it.
    #[default]
    Never,
}

/// How a log is followed while it grows.
#[derive(Debug, Clone, Default)]
pub struct Live {
    /// Whether over ssh.
    pub mode: LiveMode,
    /// The private key; without it ssh takes its own.
    pub key: Option<Key>,
}

/// How often a portal may refuse before anything was shown: the pod may not be there yet.
const REFUSALS: u32 = 3;

/// How often a connection may fail before anything was shown.
const FAILURES: u32 = 2;

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How long to search for the best way to tell what was not shown; a good one is found at once.
const SEARCH: Duration = Duration::from_secs(3);

/// The connection to a portal, and what came over it.
pub(super) struct Connection<'a> {
    clock: &'a dyn Clock,
    mode: LiveMode,
    ssh: Ssh,
    state: State,
    /// Attempts in a row that gave no line.
    failures: u32,
    shown: ShownLines,
    /// The run is over: nothing is tried any more.
    is_ending: bool,
}

enum State {
    /// Where the portal is was not asked yet.
    Unasked,
    /// To be made, at this time.
    Due(Destination, Duration),
    /// It stands, or is about to.
    Open(Destination, Box<LogStream>),
    /// There is none, and will be none.
    Off,
}

impl<'a> Connection<'a> {
    pub(super) fn new(clock: &'a dyn Clock, live: &Live) -> Self {
        Connection {
            clock,
            mode: live.mode,
            // Never asking: the terminal shows how far the run is.
            ssh: Ssh::new().with_key(live.key.clone()),
            state: match live.mode {
                LiveMode::Never => State::Off,
                LiveMode::Auto | LiveMode::Always => State::Unasked,
            },
            failures: 0,
            shown: ShownLines::default(),
            is_ending: false,
        }
    }

    /// Whether what the API has is shown instead.
    pub(super) fn is_off(&self) -> bool {
        matches!(self.state, State::Off) && self.shown.is_empty()
    }

    /// Finds out where the portal is, once; to be called when the run has started.
    pub(super) async fn find(
        &mut self,
        lagoon: &Lagoon,
        run: &Run,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        if !matches!(self.state, State::Unasked) {
            return Ok(());
        }
        let Some(environment) = &run.environment else {
            let why = Error::failed("its environment is not known");
            return self.give_up(run, why, sink);
        };
        match lagoon.ssh_portal(environment.id).await {
            Ok(Some(portal)) => match destination(&portal) {
                Ok(to) => {
                    sink.trace(&format!("live log: ssh to {}", to.server()));
                    self.state = State::Due(to, self.clock.now());
                    Ok(())
                }
                Err(error) => self.give_up(run, of_ssh(&error), sink),
            },
            Ok(None) => self.give_up(run, without_portal(environment), sink),
            // That passes, or shows when the run is read.
            Err(
                LagoonError::NotReached { .. }
                | LagoonError::NoAnswer { .. }
                | LagoonError::NotLagoon { .. },
            ) => Ok(()),
            Err(error) => self.give_up(run, error.into(), sink),
        }
    }

    /// Shows lines as they come while something else is done.
    ///
    /// # Errors
    /// When the sink takes nothing any more, or it has to be live and cannot be.
    pub(super) async fn meanwhile<T>(
        &mut self,
        run: &Run,
        sink: &mut dyn Sink,
        work: impl Future<Output = T>,
    ) -> Result<T, Error> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            error = self.show(run, sink) => Err(error),
        }
    }

    /// From now on a lost connection is not made anew.
    pub(super) fn ends(&mut self) {
        self.is_ending = true;
        if !matches!(self.state, State::Open(..)) {
            self.state = State::Off;
        }
    }

    /// What of the whole log was not shown; none when nothing was.
    pub(super) fn missing<'l>(&self, log: &'l str) -> Option<Missing<'l>> {
        let deadline = Instant::now() + SEARCH;
        let search = || self.shown.missing(log, Some(deadline.into_std()));
        (!self.shown.is_empty()).then(search)
    }

    /// Shows lines; whoever stops waiting for it loses none. Comes back only with an error.
    async fn show(&mut self, run: &Run, sink: &mut dyn Sink) -> Error {
        loop {
            let went = match &mut self.state {
                State::Unasked | State::Off => return pending().await,
                State::Due(to, due) => {
                    let pause = due.saturating_sub(self.clock.now());
                    self.clock.sleep(pause).await;
                    match follow_log(&self.ssh, to, &run.task_name, LONGEST_TAIL) {
                        Ok(stream) => {
                            self.shown.begin();
                            self.state = State::Open(to.clone(), Box::new(stream));
                            Ok(())
                        }
                        Err(error) => self.lost(run, &error, sink),
                    }
                }
                State::Open(_, stream) => match stream.next().await {
                    Ok(line) => {
                        self.failures = 0;
                        if self.shown.take(&line.source, line.at, &line.text) {
                            sink.write(&format!("{}\n", line.text))
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

    /// The connection is gone, or did not come to stand.
    fn lost(&mut self, run: &Run, error: &SshError, sink: &mut dyn Sink) -> Result<(), Error> {
        self.failures += 1;
        let is_refusal = matches!(error, SshError::Refused { .. });
        let most = if is_refusal { REFUSALS } else { FAILURES };
        let is_hopeless = self.shown.is_empty() && self.failures >= most;
        let to = match std::mem::replace(&mut self.state, State::Off) {
            State::Due(to, _) | State::Open(to, _) => to,
            State::Unasked | State::Off => return Ok(()),
        };
        if self.is_ending {
            return Ok(());
        }
        if is_hopeless || !(is_refusal || error.is_passing()) {
            if matches!(error, SshError::HostKeyChanged { .. }) && self.mode == LiveMode::Auto {
                // Somebody may be in between: that is said to everybody.
                sink.note(&format!("the log is not live: {error}"));
            }
            return self.give_up(run, of_ssh(error), sink);
        }
        sink.trace(&format!("live log: {error}; trying again"));
        let pause = Duration::from_secs(1 << (self.failures - 1).min(4)).min(LONGEST_PAUSE);
        self.state = State::Due(to, self.clock.now() + pause);
        Ok(())
    }

    fn give_up(&mut self, run: &Run, why: Error, sink: &mut dyn Sink) -> Result<(), Error> {
        self.state = State::Off;
        let why = Error {
            message: format!("the log of run {} is not live: {}", run.id, why.message),
            runs: vec![run.to_json()],
            ..why
        };
        match self.mode {
            LiveMode::Always => {
                return Err(why.hint(Hint::WithoutLiveLog));
            }
            LiveMode::Auto if !self.shown.is_empty() => {
                sink.note(&format!("{}; the rest comes at the end", why.message));
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

/// Makes sure that a log can be followed over ssh, before there is one.
///
/// # Errors
/// There is no ssh portal; or any failure of the request.
pub async fn require(lagoon: &Lagoon, environment: &Environment) -> Result<(), Error> {
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
