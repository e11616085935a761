//! Waiting for a run to end. Waiting tells the truth: only a terminal status is an end.

use std::time::Duration;

use crate::clock::Clock;
use crate::domain::{Outcome, Run};
use crate::error::{Error, Kind};
use crate::lagoon::{Lagoon, LagoonError};

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the end; `None` is for ever.
    pub timeout: Option<Duration>,
    /// For the start.
    pub start_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            timeout: None,
            start_timeout: Duration::from_secs(15 * 60),
        }
    }
}

/// Somebody who is told how it goes.
pub trait Watcher: Send {
    /// The run was read; called each time, changed or not.
    fn read(&mut self, run: &Run);
    /// The run could not be read; it will be tried again.
    fn unreadable(&mut self, reason: &str);
}

/// Pauses between two looks: short at first, then longer, never quite regular.
pub(super) struct Pauses {
    next: Duration,
}

impl Pauses {
    const FIRST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(10);

    pub(super) fn new() -> Self {
        Pauses { next: Self::FIRST }
    }

    pub(super) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (self.next.mul_f64(1.25)).min(Self::LONGEST);
        pause.mul_f64(0.9 + 0.2 * fastrand::f64())
    }
}

/// Waits until the run is over.
///
/// # Errors
/// Still going after the limit (8), never started (10), vanished (5), or a failure that will not
/// pass: not signed in any more, not allowed.
pub async fn until_over(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    run: Run,
    limits: &Limits,
    watcher: &mut dyn Watcher,
) -> Result<Run, Error> {
    let begun = clock.now();
    let mut pauses = Pauses::new();
    let mut run = run;
    loop {
        watcher.read(&run);
        if run.outcome().is_over() {
            return Ok(run);
        }
        let waited = clock.now().saturating_sub(begun);
        check_limits(&run, waited, limits)?;
        clock
            .sleep(pause_within(pauses.next(), waited, &run, limits))
            .await;
        run = read(lagoon, run, watcher).await?;
    }
}

/// Reads the run again; what passes (a gateway, a lost connection) leaves it as it was.
pub(super) async fn read(
    lagoon: &Lagoon,
    run: Run,
    watcher: &mut dyn Watcher,
) -> Result<Run, Error> {
    match lagoon.run_by_id(run.id).await {
        Ok(Some(mut newer)) => {
            newer.environment = newer.environment.or(run.environment);
            Ok(newer)
        }
        Ok(None) => Err(vanished(&run)),
        Err(error) if passes(&error) => {
            watcher.unreadable(&error.to_string());
            Ok(run)
        }
        Err(error) => {
            let error = Error::from(error);
            Err(Error {
                runs: vec![run.to_json()],
                ..error
            }
            .hint(format!(
                "run {} goes on; it was {} when it was last read",
                run.id, run.status
            )))
        }
    }
}

fn passes(error: &LagoonError) -> bool {
    matches!(
        error,
        LagoonError::NotReached { .. }
            | LagoonError::NoAnswer { .. }
            | LagoonError::NotLagoon { .. }
    )
}

/// Whether the time is up.
pub(super) fn check_limits(run: &Run, waited: Duration, limits: &Limits) -> Result<(), Error> {
    if limits.timeout.is_some_and(|limit| waited >= limit) {
        return Err(ended(
            Kind::StillGoing,
            format!(
                "run {} of `{}` is still {} after {}",
                run.id,
                run.name,
                run.status,
                words(waited)
            ),
            run,
        ));
    }
    if !run.has_started() && waited >= limits.start_timeout {
        return Err(ended(
            Kind::NeverStarted,
            format!(
                "run {} of `{}` has not started after {}: it is still {}",
                run.id,
                run.name,
                words(waited),
                run.status
            ),
            run,
        )
        .hint(
            "a run whose service is not deployed, or whose pod the cluster refuses, waits for ever",
        ));
    }
    Ok(())
}

/// A pause that does not go past a limit.
pub(super) fn pause_within(
    pause: Duration,
    waited: Duration,
    run: &Run,
    limits: &Limits,
) -> Duration {
    let mut left = limits
        .timeout
        .map_or(Duration::MAX, |limit| limit.saturating_sub(waited));
    if !run.has_started() {
        left = left.min(limits.start_timeout.saturating_sub(waited));
    }
    pause.min(left).max(Duration::from_millis(1))
}

/// The error that a finished run means for somebody who waited for it; `Ok` if it completed.
///
/// # Errors
/// The run failed (3) or was cancelled (6).
pub fn verdict(run: &Run) -> Result<(), Error> {
    match run.outcome() {
        Outcome::Completed => Ok(()),
        Outcome::Failed => Err(ended(
            Kind::RunFailed,
            format!("run {} of `{}` failed", run.id, run.name),
            run,
        )),
        Outcome::Cancelled => Err(ended(
            Kind::RunCancelled,
            format!("run {} of `{}` was cancelled", run.id, run.name),
            run,
        )),
        Outcome::Going | Outcome::Unknown => Err(ended(
            Kind::StillGoing,
            format!("run {} of `{}` is {}", run.id, run.name, run.status),
            run,
        )),
    }
}

fn vanished(run: &Run) -> Error {
    ended(
        Kind::NotFound,
        format!(
            "run {} of `{}` is gone: Lagoon does not have it any more",
            run.id, run.name
        ),
        run,
    )
}

fn ended(kind: Kind, message: String, run: &Run) -> Error {
    Error {
        runs: vec![run.to_json()],
        ..Error::new(kind, message)
    }
}

/// A length of time for people.
#[must_use]
pub fn words(length: Duration) -> String {
    let seconds = length.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, 0) => format!("{m} min"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}
