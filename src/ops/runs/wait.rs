//! Waiting for runs to end. Waiting tells the truth: only a terminal status is an end.
//!
//! A run that was seen to be over is never looked at again, so that an update which comes late
//! cannot bring it back.

mod limits;
mod reading;
mod verdict;

use std::time::Duration;

use crate::clock::Clock;
use crate::domain::Run;
use crate::error::Error;
use crate::lagoon::Lagoon;

use crate::ops::runs::push::{Going, Hints, Woken};

pub use limits::Limits;
pub use verdict::{Waited, first_of_all, verdict_of_all};

pub(in crate::ops) use limits::{check as check_limits, pause_within};
pub(in crate::ops) use reading::Reader;
pub(in crate::ops) use verdict::{about as verdict_about, all_together};

/// Somebody who is told how it goes.
pub trait Watcher: Send {
    /// The run was read; called each time, changed or not.
    fn read(&mut self, run: &Run);
    /// Runs could not be read; it will be tried again.
    fn unreadable(&mut self, reason: &str);
}

/// Pauses between two looks: short at first, then longer, never quite regular.
pub(in crate::ops) struct Pauses {
    next: Duration,
}

impl Pauses {
    const FIRST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(10);

    pub(in crate::ops) fn new() -> Self {
        Pauses { next: Self::FIRST }
    }

    pub(in crate::ops) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (self.next.mul_f64(1.25)).min(Self::LONGEST);
        pause.mul_f64(0.9 + 0.2 * fastrand::f64())
    }

    /// What was pushed may have been early: the next look is not far.
    pub(in crate::ops) fn after(&mut self, woken: Woken) {
        if woken == Woken::ByHint {
            self.next = Self::FIRST;
        }
    }
}

/// Waits until every one of these runs is over, or waiting for it has ended otherwise: still in progress
/// after the limit (8), never started (10), vanished (5), or a failure that will not pass. The runs
/// come back in their order, each as it was read last; `end` is `Ok` for those that are over.
pub async fn until_all_over(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    runs: Vec<Run>,
    limits: &Limits,
    watcher: &mut dyn Watcher,
    hints: &mut dyn Hints,
) -> Vec<Waited> {
    let begun = clock.now();
    let mut pauses = Pauses::new();
    let mut reader = Reader::default();
    let mut ended: Vec<Option<Result<(), Error>>> = runs.iter().map(|_| None).collect();
    let mut known: Vec<bool> = runs.iter().map(|_| true).collect();
    let mut runs = runs;
    for run in &runs {
        watcher.read(run);
    }
    loop {
        let waited = clock.now().saturating_sub(begun);
        let open = runs.iter().zip(&mut ended).zip(&known);
        for ((run, end), is_known) in open.filter(|((_, end), _)| end.is_none()) {
            *end = if run.outcome().is_over() {
                Some(Ok(()))
            } else {
                check_limits(run, *is_known, waited, limits).err().map(Err)
            };
        }
        let left: Vec<usize> = (0..runs.len()).filter(|at| ended[*at].is_none()).collect();
        if left.is_empty() {
            break;
        }
        let going: Vec<Going> = left.iter().map(|at| going(&runs[*at])).collect();
        let pause = left.iter().fold(pauses.next(), |pause, at| {
            pause_within(pause, waited, &runs[*at], limits)
        });
        pauses.after(hints.pause(clock, pause, &going).await);
        let patience = limits.left(clock.now().saturating_sub(begun));
        let wanted: Vec<&Run> = left.iter().map(|at| &runs[*at]).collect();
        let read = reader
            .read(&lagoon.within(patience), &wanted, watcher)
            .await;
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
        .map(|(run, end)| Waited {
            run,
            end: end.unwrap_or(Ok(())),
        })
        .collect()
}

pub(in crate::ops) fn going(run: &Run) -> Going {
    Going {
        run: Some(run.id),
        environment: run.environment.as_ref().map(|e| e.id),
    }
}
