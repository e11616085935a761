//! Limits of waiting.

use std::time::Duration;

use crate::domain::Run;
use crate::error::{Error, Kind};

use super::about;

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the end of the run.
    pub timeout: Option<Duration>,
    /// For its start.
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
    /// The time left for a request, at least 1 s: a last quick one still counts.
    pub(super) fn left(&self, waited: Duration) -> Duration {
        self.timeout
            .map_or(Duration::MAX, |limit| limit.saturating_sub(waited))
            .max(Duration::from_secs(1))
    }
}

/// Fails if a limit has passed. A run that could not be read last (`is_known` is false) counts as
/// unreachable.
pub(super) fn check(
    run: &Run,
    is_known: bool,
    waited: Duration,
    limits: &Limits,
) -> Result<(), Error> {
    let over = limits.timeout.filter(|limit| waited >= *limit);
    let is_late = !run.has_started() && waited >= limits.start_timeout;
    if over.is_none() && !is_late {
        return Ok(());
    }
    let limit = words(over.unwrap_or(limits.start_timeout));
    let status = &run.status;
    Err(if !is_known {
        let message =
            format!("could not be read within {limit}; its last known status is {status}");
        about(run, Kind::Unreachable, &message)
    } else if over.is_some() {
        about(
            run,
            Kind::StillGoing,
            &format!("is still {status} after {limit}"),
        )
    } else {
        let message = format!("did not start within {limit}; it is still {status}");
        about(run, Kind::NeverStarted, &message).hint(
            "a run never starts if its service is not deployed or the cluster refuses its pod",
        )
    })
}

/// Shortens a pause to end at the limit.
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
