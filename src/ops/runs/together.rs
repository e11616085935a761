//! Several runs followed at once.

use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;

use crate::clock::Clock;
use crate::domain::Run;
use crate::error::Error;
use crate::lagoon::Lagoon;

use crate::ops::runs::follow::{Live, Sink, follow};
use crate::ops::runs::push::{Hints, MOST, NoHints, Push};
use crate::ops::runs::wait::{Limits, Watcher};

/// Follows all runs at the same time, each to a sink of its own; how that ended for each of them, in
/// their order.
pub async fn follow_all<S: Sink>(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    runs: &[Run],
    live: &Live,
    limits: &Limits,
    watcher: &mut dyn Watcher,
    sinks: &mut [S],
) -> Vec<Result<Run, Error>> {
    let is_few = runs.len() <= MOST;
    let watcher = Mutex::new(watcher);
    let one = async |(run, sink): (&Run, &mut S)| {
        let mut told = Shared(&watcher);
        let mut hints: Box<dyn Hints> = if is_few {
            Box::new(Push::new(lagoon))
        } else {
            Box::new(NoHints)
        };
        let (run, hints) = (run.clone(), hints.as_mut());
        follow(lagoon, clock, run, live, limits, &mut told, hints, sink).await
    };
    join_all(runs.iter().zip(sinks).map(one)).await
}

/// One watcher for all.
struct Shared<'a, 'b>(&'a Mutex<&'b mut dyn Watcher>);

impl Watcher for Shared<'_, '_> {
    fn read(&mut self, run: &Run) {
        let mut watcher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watcher.read(run);
    }

    fn unreadable(&mut self, reason: &str) {
        let mut watcher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watcher.unreadable(reason);
    }
}
