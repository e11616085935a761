//! Follows several runs at once.

use std::sync::Mutex;

use futures_util::future::join_all;

use crate::clock::Clock;
use crate::domain::Run;
use crate::lagoon::Lagoon;

use crate::ops::runs::follow::{FollowedLog, LiveOptions, LogSink};
use crate::ops::runs::push;
use crate::ops::runs::wait::{Companion, Limits, SharedWatcher, WaitOutcome, Watcher, wait};

/// Follows all runs, each to its own sink. The results are in their order, as from
/// [`wait_for_all`](super::wait::wait_for_all).
pub(crate) async fn follow_all<S: LogSink>(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    runs: Vec<Run>,
    live: &LiveOptions,
    limits: &Limits,
    watcher: &mut dyn Watcher,
    sinks: &mut [S],
) -> Vec<WaitOutcome> {
    let count = runs.len();
    let watcher = Mutex::new(watcher);
    let one = async |(run, sink): (Run, &mut S)| {
        let mut shared = SharedWatcher(&watcher);
        let mut hints = push::hints(lagoon, count);
        let mut log = FollowedLog::new(clock, live, sink);
        let (runs, hints, followed) = (
            vec![run],
            hints.as_mut(),
            Some(&mut log as &mut dyn Companion),
        );
        let mut waited = wait(lagoon, clock, runs, limits, &mut shared, hints, followed).await;
        for WaitOutcome { run, end } in waited.iter_mut().filter(|waited| waited.end.is_ok()) {
            *end = log.finish(lagoon, clock, run).await;
        }
        waited
    };
    let waited = join_all(runs.into_iter().zip(sinks).map(one)).await;
    waited.into_iter().flatten().collect()
}
