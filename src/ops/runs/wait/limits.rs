//! How long to wait.

use std::time::Duration;

use crate::domain::Run;
use crate::error::{Error, Kind};

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

impl Limits {
    /// How much time is left after `waited`, for a request; at the very end one more that is
    /// answered at once still counts.
    pub(in crate::ops) fn left(&self, waited: Duration) -> Duration {
        self.timeout
            .map_or(Duration::MAX, |limit| limit.saturating_sub(waited))
            .max(Duration::from_secs(1))
    }
}

/// Whether the time is up. Of a run that could not be read in the end (`is_known` is false) nobody can
/// say that it goes on.
pub(in crate::ops) fn check(
    run: &Run,
    is_known: bool,
    waited: Duration,
    limits: &Limits,
) -> Result<(), Error> {
    let over = limits.timeout.filter(|limit| waited >= *limit);
    let is_over = over.is_some();
    let is_late = !run.has_started() && waited >= limits.start_timeout;
    let limit = words(over.unwrap_or(limits.start_timeout));
    if !is_known && (is_over || is_late) {
        let message = format!(
            "run {} of `{}` cannot be read, and {limit} are over: it was {} when it was last read",
            run.id, run.name, run.status
        );
        return Err(super::verdict::about(run, Kind::Unreachable, message));
    }
    if is_over {
        let message = format!(
            "run {} of `{}` is still {} after {limit}",
            run.id, run.name, run.status
        );
        return Err(super::verdict::about(run, Kind::StillGoing, message));
    }
    if is_late {
        let message = format!(
            "run {} of `{}` has not started after {limit}: it is still {}",
            run.id, run.name, run.status
        );
        return Err(super::verdict::about(run, Kind::NeverStarted, message).hint(
            "a run whose service is not deployed, or whose pod the cluster refuses, waits for ever",
        ));
    }
    Ok(())
}

/// A pause that does not go past a limit.
pub(in crate::ops) fn pause_within(
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

/// A length of time for people.
fn words(length: Duration) -> String {
    let seconds = length.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) if !length.is_zero() => format!("{} ms", length.as_millis()),
        (0, 0, s) => format!("{s} s"),
        (0, m, 0) => format!("{m} min"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}
