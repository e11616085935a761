//! Several runs followed at once.

use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;

use crate::clock::Clock;
use crate::domain::Run;
use crate::lagoon::Lagoon;

use crate::ops::runs::follow::{Live, Sink, follow};
use crate::ops::runs::push::{Hints, MOST, NoHints, Push};
use crate::ops::runs::wait::{Limits, Waited, Watcher};

/// Follows all runs at the same time, each to a sink of its own. The runs come back in their order, as
/// from [`until_all_over`](super::wait::until_all_over).
pub async fn follow_all<S: Sink>(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    runs: Vec<Run>,
    live: &Live,
    limits: &Limits,
    watcher: &mut dyn Watcher,
    sinks: &mut [S],
) -> Vec<Waited> {
    let is_few = runs.len() <= MOST;
    let watcher = Mutex::new(watcher);
    let one = async |(mut run, sink): (Run, &mut S)| {
        let mut shared = Shared(&watcher);
        let mut hints: Box<dyn Hints> = if is_few {
            Box::new(Push::new(lagoon))
        } else {
            Box::new(NoHints)
        };
        let (hints, watcher) = (hints.as_mut(), &mut shared);
        let end = follow(lagoon, clock, &mut run, live, limits, watcher, hints, sink).await;
        Waited { run, end }
    };
    join_all(runs.into_iter().zip(sinks).map(one)).await
}

/// One watcher for all.
pub(in crate::ops) struct Shared<'a, 'b>(pub(in crate::ops) &'a Mutex<&'b mut dyn Watcher>);

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
