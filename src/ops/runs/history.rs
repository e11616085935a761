//! Finds runs.

mod list;
mod watch;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::domain::place::view::EnvironmentView;
use crate::domain::{Environment, Outcome, Run, RunRef};
use crate::error::Error;
use crate::lagoon::Lagoon;
use crate::ops::runs::read;

pub(crate) use list::{RunFilter, RunList, list, list_projects};
pub(crate) use watch::{PollResult, RunWatcher};

const CONCURRENCY: usize = 8;

pub(crate) async fn find(lagoon: &Lagoon, wanted: &RunRef) -> Result<Run, Error> {
    match wanted {
        RunRef::Id(id) => read::by_id(lagoon, *id).await,
        RunRef::TaskName(name) => {
            let found = read::twice(|| lagoon.run_by_task_name(name)).await?;
            found.ok_or_else(|| read::not_found(name))
        }
    }
}

/// The runs in their order. If two are of one environment, its newest runs are read in one request.
pub(crate) async fn find_all(lagoon: &Lagoon, wanted: &[RunRef]) -> Vec<Result<Run, Error>> {
    let mut found: HashMap<RunRef, Result<Run, Error>> = HashMap::new();
    let mut met: HashMap<i64, usize> = HashMap::new();
    let all: HashSet<&RunRef> = wanted.iter().collect();
    let mut left = wanted.iter();
    loop {
        let next = left.by_ref().filter(|run| !found.contains_key(*run));
        let next: Vec<&RunRef> = next.take(CONCURRENCY).collect();
        if next.is_empty() {
            break;
        }
        let read = stream::iter(next).map(async |run| (run.clone(), find(lagoon, run).await));
        let read: Vec<_> = read.buffered(CONCURRENCY).collect().await;
        let mut shared = Vec::new();
        for (wanted, run) in read {
            let environment = run.as_ref().ok().and_then(|run| run.environment.clone());
            if let Some(environment) = environment {
                let times = met.entry(environment.id).or_default();
                *times += 1;
                if *times == 2 {
                    shared.push(environment);
                }
            }
            found.insert(wanted, run);
        }
        if left.len() == 0 {
            break;
        }
        for environment in shared {
            // Those that were pushed out by newer ones are read one by one.
            let limit = i64::try_from(wanted.len()).unwrap_or(0).max(50);
            let newest = lagoon.newest_runs(&environment, limit).await;
            for run in newest.unwrap_or_default() {
                let (id, name) = (run.id, run.task_name.to_string());
                let names = [RunRef::Id(id), RunRef::TaskName(name)];
                for name in names.into_iter().filter(|name| all.contains(name)) {
                    found.entry(name).or_insert_with(|| Ok(run.clone()));
                }
            }
        }
    }
    let missing = |wanted: &RunRef| Err(read::not_found(wanted));
    let each = wanted.iter();
    each.map(|wanted| found.remove(wanted).unwrap_or_else(|| missing(wanted)))
        .collect()
}

/// Reads all runs of the environments.
pub(crate) async fn show_all(
    lagoon: &Lagoon,
    views: impl IntoIterator<Item = &mut EnvironmentView>,
) -> Result<(), Error> {
    let read = stream::iter(views).map(async |view| {
        view.runs = lagoon.newest_runs(&view.environment, 0).await?;
        Ok(())
    });
    read.buffer_unordered(CONCURRENCY).try_collect().await
}

/// The longest usual length of the unfinished runs: the median of the task's completed runs in the
/// same environment. Only a few environments are read, because this is an estimate.
pub(crate) async fn usual_length(lagoon: &Lagoon, runs: &[Run]) -> Option<Duration> {
    const LOOKED_AT: i64 = 50;
    let mut places: HashMap<i64, (&Environment, Vec<&Run>)> = HashMap::new();
    for run in runs.iter().filter(|run| !run.outcome().is_finished()) {
        if let Some(environment) = run.environment.as_deref() {
            let place = places.entry(environment.id);
            place.or_insert((environment, Vec::new())).1.push(run);
        }
    }
    let lengths =
        stream::iter(places.into_values().take(CONCURRENCY)).map(async |(environment, runs)| {
            let newest = lagoon.newest_runs(environment, LOOKED_AT).await.ok()?;
            let of_task = |run: &Run| {
                let same =
                    |other: &&Run| other.name == run.name && other.outcome() == Outcome::Completed;
                median(newest.iter().filter(same))
            };
            runs.into_iter().filter_map(of_task).max()
        });
    let lengths: Vec<_> = lengths.buffer_unordered(CONCURRENCY).collect().await;
    lengths.into_iter().flatten().max()
}

pub(in crate::ops) fn median<'a>(runs: impl Iterator<Item = &'a Run>) -> Option<Duration> {
    let mut lengths: Vec<Duration> = runs.filter_map(Run::length).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied()
}
