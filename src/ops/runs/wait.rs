//! Waits for runs to end. Only a final status ends waiting.
//!
//! A finished run is not read again, so that a late update cannot revive it.

pub(crate) mod limits;
mod reading;
#[cfg(feature = "cli")]
mod shared;
#[cfg(feature = "cli")]
mod verdict;

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use crate::clock::Clock;
use crate::domain::Run;
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;

use crate::ops::runs::push::{ChangeHints, WakeReason, WatchedRun};

pub(crate) use limits::Limits;

use limits::{check as check_limits, pause_within};
use reading::RunReader;
#[cfg(feature = "cli")]
pub(in crate::ops) use shared::SharedWatcher;
#[cfg(feature = "cli")]
pub(in crate::ops) use verdict::combined_error;
#[cfg(feature = "cli")]
pub(crate) use verdict::{first_of_all, verdict, verdict_of_all};

#[derive(Debug)]
pub struct WaitOutcome {
    /// As read last.
    pub run: Run,
    /// `Ok` if it has finished, whatever its outcome.
    pub end: Result<(), Error>,
}

pub trait Watcher: Send {
    /// Called for each read, changed or not.
    fn read(&mut self, run: &Run);
    /// A read failed and will be repeated.
    fn unreadable(&mut self, reason: &str);
}

/// Work on a run while it is waited for, such as showing its log. A failure ends waiting.
#[async_trait]
pub(super) trait Companion: Send {
    /// Called after each read of the run.
    async fn advance(&mut self, lagoon: &Lagoon, run: &Run) -> Result<(), Error>;
    /// Works until the pause is over.
    async fn run_during(
        &mut self,
        run: &Run,
        pause: BoxFuture<'_, WakeReason>,
    ) -> Result<WakeReason, Error>;
}

/// Pauses between polls: growing, with jitter.
struct PollIntervals {
    next: Duration,
}

impl PollIntervals {
    const FIRST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(10);

    fn new() -> Self {
        PollIntervals { next: Self::FIRST }
    }

    fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (self.next.mul_f64(1.25)).min(Self::LONGEST);
        pause.mul_f64(0.9 + 0.2 * fastrand::f64())
    }

    /// A push can come too early, so the next poll is soon.
    fn after(&mut self, woken: WakeReason) {
        if woken == WakeReason::Hinted {
            self.next = Self::FIRST;
        }
    }
}

/// Waits for all runs. The results are in their order. An end is an error if the run is still in
/// progress after the limit (8), never started (10) or vanished (5), or if reading fails for good.
pub async fn wait_for_all(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    runs: Vec<Run>,
    limits: &Limits,
    watcher: &mut dyn Watcher,
    hints: &mut dyn ChangeHints,
) -> Vec<WaitOutcome> {
    wait(lagoon, clock, runs, limits, watcher, hints, None).await
}

/// As [`wait_for_all`], with work on the only run.
pub(super) async fn wait(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    mut runs: Vec<Run>,
    limits: &Limits,
    watcher: &mut dyn Watcher,
    hints: &mut dyn ChangeHints,
    mut companion: Option<&mut dyn Companion>,
) -> Vec<WaitOutcome> {
    let begun = clock.now();
    let waited = || clock.now().saturating_sub(begun);
    let mut pauses = PollIntervals::new();
    let mut reader = RunReader::default();
    let mut ended: Vec<Option<Result<(), Error>>> = runs.iter().map(|_| None).collect();
    let mut known = vec![true; runs.len()];
    for run in &runs {
        watcher.read(run);
    }
    loop {
        let now = waited();
        let open = runs.iter().zip(&mut ended).zip(&known);
        for ((run, end), is_known) in open.filter(|((_, end), _)| end.is_none()) {
            *end = if run.outcome().is_finished() {
                Some(Ok(()))
            } else {
                check_limits(run, *is_known, now, limits).err().map(Err)
            };
        }
        let left: Vec<usize> = (0..runs.len()).filter(|at| ended[*at].is_none()).collect();
        if left.is_empty() {
            break;
        }
        if let Some(companion) = &mut companion
            && let Err(error) = companion
                .advance(&lagoon.within(limits.left(now)), &runs[0])
                .await
        {
            ended[0] = Some(Err(error));
            continue;
        }
        let going: Vec<WatchedRun> = left.iter().map(|at| going(&runs[*at])).collect();
        let now = waited();
        let pause = left.iter().fold(pauses.next(), |pause, at| {
            pause_within(pause, now, &runs[*at], limits)
        });
        let pause = hints.pause(clock, pause, &going);
        let woken = match &mut companion {
            Some(companion) => companion.run_during(&runs[0], pause).await,
            None => Ok(pause.await),
        };
        match woken {
            Ok(woken) => pauses.after(woken),
            Err(error) => {
                ended[0] = Some(Err(error));
                continue;
            }
        }
        let wanted: Vec<&Run> = left.iter().map(|at| &runs[*at]).collect();
        let lagoon = lagoon.within(limits.left(waited()));
        let read = reader.read(&lagoon, &wanted, watcher).await;
        for (at, read) in left.into_iter().zip(read) {
            known[at] = matches!(read, Ok(Some(_)));
            match read {
                Ok(Some(run)) => {
                    watcher.read(&run);
                    runs[at] = run;
                }
                Ok(None) => {}
                Err(error) => ended[at] = Some(Err(error)),
            }
        }
    }
    runs.into_iter()
        .zip(ended)
        .map(|(run, end)| WaitOutcome {
            run,
            end: end.unwrap_or(Ok(())),
        })
        .collect()
}

fn going(run: &Run) -> WatchedRun {
    WatchedRun {
        run: Some(run.id),
        environment: run.environment.as_ref().map(|e| e.id),
    }
}

/// An error that begins with the run's id and name.
pub(in crate::ops) fn about(run: &Run, kind: Kind, words: &str) -> Error {
    let message = format!("run {} of `{}` {words}", run.id, run.name);
    Error {
        runs: vec![run.to_json()],
        ..Error::new(kind, message)
    }
}
