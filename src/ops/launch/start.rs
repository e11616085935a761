//! Starts launches concurrently, each once.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::domain::Run;
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;
use crate::state::Claims;

use crate::ops::launch::Launch;
use crate::ops::launch::recover::{CHECK_RUNS, NewestRun, StartOutcome};
use crate::ops::runs::push::Push;
use crate::ops::runs::wait::{self, Limits, SharedWatcher, Watcher};

/// The policy for a run of the same task in progress.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum IfRunning {
    #[default]
    Start,
    Skip,
    /// Start after it has ended.
    Wait,
    /// Fail; the caller checks it before the start.
    Fail,
    /// Start nothing if the launch has a run to join, which the caller finds before the start.
    Join,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct StartOptions {
    /// The number of concurrent starts.
    pub concurrency: usize,
    /// Start nothing more after the first failure.
    pub fail_fast: bool,
    pub if_running: IfRunning,
    /// For waiting for such a run.
    pub limits: Limits,
    /// Time for replies after an interrupt.
    pub grace: Duration,
}

#[derive(Debug)]
pub(crate) enum LaunchOutcome {
    Started(StartedRun),
    /// Not started, because this run is in progress.
    Skipped(Run),
    /// Not started, because this run in progress has the same command line.
    Joined(Run),
    Refused(Error),
    /// Refused, and the look-up for a run that was created anyway failed.
    Unchecked(Error),
    /// It may have been started.
    Unknown(Error),
    NotStarted(NotStartedReason),
}

#[derive(Debug, Clone)]
pub(crate) struct StartedRun {
    pub run: Run,
    /// The reply was lost, and the run was found.
    pub recovered: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotStartedReason {
    AfterFailure,
    Interrupted,
}

impl From<StartOutcome> for LaunchOutcome {
    fn from(outcome: StartOutcome) -> LaunchOutcome {
        let started = |run, recovered| LaunchOutcome::Started(StartedRun { run, recovered });
        match outcome {
            StartOutcome::Started(run) => started(run, false),
            StartOutcome::Recovered(run) => started(run, true),
            StartOutcome::Refused(error) => LaunchOutcome::Refused(error),
            StartOutcome::Unchecked(error) => LaunchOutcome::Unchecked(error),
            StartOutcome::Unknown(error) => LaunchOutcome::Unknown(error),
        }
    }
}

impl LaunchOutcome {
    pub(crate) fn run(&self) -> Option<&Run> {
        match self {
            LaunchOutcome::Started(started) => Some(&started.run),
            LaunchOutcome::Skipped(run) | LaunchOutcome::Joined(run) => Some(run),
            _ => None,
        }
    }

    /// The run whose end is the outcome of the launch.
    pub(crate) fn awaited(&self) -> Option<&Run> {
        match self {
            LaunchOutcome::Skipped(_) => None,
            outcome => outcome.run(),
        }
    }

    pub(crate) fn started(&self) -> Option<&Run> {
        match self {
            LaunchOutcome::Started(started) => Some(&started.run),
            _ => None,
        }
    }
}

pub(crate) struct Starter<'a> {
    pub lagoon: &'a Lagoon,
    pub claims: &'a Claims,
    pub clock: &'a dyn Clock,
    pub options: StartOptions,
}

/// Reasons to start nothing more.
#[derive(Default)]
struct StopFlags {
    after_failure: AtomicBool,
    interrupted: AtomicBool,
}

impl StopFlags {
    fn reason(&self) -> Option<NotStartedReason> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Some(NotStartedReason::Interrupted);
        }
        let failed = self.after_failure.load(Ordering::Relaxed);
        failed.then_some(NotStartedReason::AfterFailure)
    }
}

impl Starter<'_> {
    /// Starts each launch once. `report` receives each outcome as soon as it is known, `watcher`
    /// the reads of runs that are waited for. The outcomes are in the order of `launches`, with the
    /// signal if there was one. After a signal nothing more is started, and replies have
    /// [`StartOptions::grace`] to arrive.
    pub(crate) async fn start_all(
        &self,
        launches: &[Launch],
        watcher: &mut dyn Watcher,
        signalled: impl Future<Output = Kind>,
        mut report: impl FnMut(usize, &LaunchOutcome),
    ) -> (Vec<LaunchOutcome>, Option<Kind>) {
        // The mutation was sent, and not answered yet.
        let sending: Vec<AtomicBool> = launches.iter().map(|_| AtomicBool::default()).collect();
        let is_sending = |at: usize| sending[at].load(Ordering::Relaxed);
        let stop = StopFlags::default();
        let watcher = std::sync::Mutex::new(watcher);
        // In one environment one after the other: a lost reply is looked for among newer runs.
        let mut newest: HashMap<i64, Mutex<NewestRun>> = HashMap::new();
        for launch in launches {
            newest.entry(launch.place.id).or_default();
        }
        let (newest, watcher, sent, stopped) = (&newest, &watcher, &sending, &stop);
        let one = |at: usize| async move {
            let mut newest = newest[&launches[at].place.id].lock().await;
            let shared = SharedWatcher(watcher);
            let start = self.start_one(&launches[at], &mut newest, shared, &sent[at], stopped);
            (at, start.await)
        };
        let mut outcomes: Vec<Option<LaunchOutcome>> = launches.iter().map(|_| None).collect();
        let mut starts = pin!(
            stream::iter(0..launches.len())
                .map(one)
                .buffer_unordered(self.options.concurrency.max(1))
        );
        let mut signalled = pin!(signalled);
        let mut signal = None;
        let mut grace = pin!(self.clock.sleep(self.options.grace));
        loop {
            if signal.is_some() && !(0..launches.len()).any(is_sending) {
                break;
            }
            tokio::select! {
                biased;
                kind = &mut signalled, if signal.is_none() => {
                    stop.interrupted.store(true, Ordering::Relaxed);
                    signal = Some(kind);
                }
                next = starts.next() => match next {
                    Some((at, outcome)) => {
                        let outcome = distinct(outcome, at, &outcomes, launches);
                        report(at, &outcome);
                        outcomes[at] = Some(outcome);
                    }
                    None => break,
                },
                () = &mut grace, if signal.is_some() => break,
            }
        }
        let mut ended = Vec::with_capacity(launches.len());
        for (at, outcome) in outcomes.into_iter().enumerate() {
            ended.push(outcome.unwrap_or_else(|| {
                let outcome = if is_sending(at) {
                    LaunchOutcome::Unknown(cut_off(signal.unwrap_or(Kind::Interrupted)))
                } else {
                    LaunchOutcome::NotStarted(NotStartedReason::Interrupted)
                };
                report(at, &outcome);
                outcome
            }));
        }
        (ended, signal)
    }

    async fn start_one(
        &self,
        launch: &Launch,
        newest: &mut NewestRun,
        mut watcher: SharedWatcher<'_, '_>,
        sending: &AtomicBool,
        stop: &StopFlags,
    ) -> LaunchOutcome {
        if let Some(reason) = stop.reason() {
            return LaunchOutcome::NotStarted(reason);
        }
        if let Some(run) = &launch.facts.joined {
            return LaunchOutcome::Joined(run.clone());
        }
        match (launch.newest_unfinished(), self.options.if_running) {
            (Some(run), IfRunning::Skip) => return LaunchOutcome::Skipped(run),
            (Some(_), IfRunning::Wait) => {
                if let Err(error) = self
                    .wait_for_unfinished(&launch.facts.unfinished, &mut watcher)
                    .await
                {
                    return self.failed(stop, LaunchOutcome::Refused(error));
                }
                if let Some(reason) = stop.reason() {
                    return LaunchOutcome::NotStarted(reason);
                }
                newest.refresh(self.lagoon, &launch.place).await;
            }
            _ => {}
        }
        sending.store(true, Ordering::Relaxed);
        let mut launch = launch.clone();
        launch.newest.advance(newest);
        let outcome = LaunchOutcome::from(launch.start(self.lagoon, self.claims).await);
        sending.store(false, Ordering::Relaxed);
        if let Some(run) = outcome.started() {
            newest.advance(&NewestRun::of([run]));
            return outcome;
        }
        self.failed(stop, outcome)
    }

    fn failed(&self, stop: &StopFlags, outcome: LaunchOutcome) -> LaunchOutcome {
        if self.options.fail_fast {
            stop.after_failure.store(true, Ordering::Relaxed);
        }
        outcome
    }

    /// Waits for other runs. A timeout is a failure of the launch, because the exit codes of
    /// waiting are about the launch's own run.
    async fn wait_for_unfinished(
        &self,
        others: &[Run],
        watcher: &mut dyn Watcher,
    ) -> Result<(), Error> {
        let mut push = Push::new(self.lagoon);
        let (others, limits) = (others.to_vec(), &self.options.limits);
        let waited =
            wait::wait_for_all(self.lagoon, self.clock, others, limits, watcher, &mut push);
        let mut ends = waited.await.into_iter().map(|waited| waited.end);
        ends.try_for_each(|end| {
            end.map_err(|error| Error {
                kind: match error.kind {
                    Kind::StillGoing | Kind::NeverStarted => Kind::Failed,
                    other => other,
                },
                message: format!("{}; nothing was started", error.message),
                ..error
            })
        })
    }
}

/// A run belongs to only one launch, so the outcome of a second one is unknown.
fn distinct(
    outcome: LaunchOutcome,
    at: usize,
    outcomes: &[Option<LaunchOutcome>],
    launches: &[Launch],
) -> LaunchOutcome {
    let Some(run) = outcome.started() else {
        return outcome;
    };
    let started = |outcome: &Option<LaunchOutcome>| Some(outcome.as_ref()?.started()?.id);
    let is_same = |outcome: &Option<LaunchOutcome>| started(outcome) == Some(run.id);
    let Some(other) = outcomes.iter().position(is_same) else {
        return outcome;
    };
    let [this, other] = [at, other].map(|at| launches[at].place.label());
    let message = format!(
        "it is unknown whether `{}` was started on {this}: Lagoon reported run {} for it and for {other}",
        launches[at].name(),
        run.id
    );
    let mut error = Error::new(Kind::Unreachable, message);
    error.runs = vec![run.to_json()];
    LaunchOutcome::Unknown(error.hint("check the newest runs of both before you start it again"))
}

fn cut_off(kind: Kind) -> Error {
    let signal = match kind {
        Kind::Terminated => "terminated",
        _ => "interrupted",
    };
    let message = format!("{signal} during the start; it is unknown whether a run was created");
    Error::new(kind, message).hint(CHECK_RUNS)
}
