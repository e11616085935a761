//! Runs that exist already: found by what somebody calls them.

mod list;
mod watch;

use std::time::Duration;

use futures_util::{StreamExt, stream};

use crate::domain::{Outcome, Run, RunRef};
use crate::error::Error;
use crate::lagoon::Lagoon;

pub use list::{Listed, RecentRun, Wanted, list};
pub use watch::{Look, Watching};

/// How many are looked up at once.
const AT_ONCE: usize = 8;

/// The run.
///
/// # Errors
/// Not found, or any failure of the request.
pub async fn find(lagoon: &Lagoon, wanted: &RunRef) -> Result<Run, Error> {
    let found = match wanted {
        RunRef::Id(id) => lagoon.run_by_id(*id).await?,
        RunRef::TaskName(name) => lagoon.run_by_task_name(name).await?,
    };
    found.ok_or_else(|| {
        Error::not_found(format!("there is no run {wanted}"))
            .hint("runs are kept for a limited time; `tasks runs` lists those of an environment")
    })
}

/// Each of the runs, in their order.
pub async fn find_all(lagoon: &Lagoon, wanted: &[RunRef]) -> Vec<Result<Run, Error>> {
    stream::iter(wanted)
        .map(|wanted| find(lagoon, wanted))
        .buffered(AT_ONCE)
        .collect()
        .await
}

/// What runs of this run's task usually take in its environment; `None` where nothing says so.
pub async fn usual_length(lagoon: &Lagoon, run: &Run) -> Option<Duration> {
    const LOOKED_AT: i64 = 50;
    let environment = run.environment.as_ref()?;
    let runs = lagoon.newest_runs(environment, LOOKED_AT).await.ok()?;
    let same = |other: &&Run| other.name == run.name && other.outcome() == Outcome::Completed;
    median(runs.iter().filter(same))
}

/// The median of what these runs took.
pub(super) fn median<'a>(runs: impl Iterator<Item = &'a Run>) -> Option<Duration> {
    let mut lengths: Vec<Duration> = runs.filter_map(Run::length).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied()
}
