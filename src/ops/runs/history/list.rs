//! Lists runs of environments, newest first.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use jiff::Timestamp;

use crate::domain::names::same_in_database;
use crate::domain::run::{RecentRun, moment};
use crate::domain::{Environment, Project, Run};
use crate::error::{Error, Flag, Kind};
use crate::lagoon::{Lagoon, LagoonError};

use crate::lagoon::operations::runs::RecentView;

#[derive(Debug, Clone, Default)]
pub(crate) struct RunFilter {
    /// Lagoon's statuses or our outcomes; empty for all.
    pub statuses: Vec<String>,
    pub active: bool,
    pub task: Option<String>,
    pub mine: bool,
    /// Time of creation.
    pub since: Option<Timestamp>,
    /// Time of creation, exclusive.
    pub until: Option<Timestamp>,
    /// `usize::MAX` for all.
    pub limit: usize,
    /// The limit is that of each environment.
    pub each: bool,
    /// Also count the runs beyond the limit.
    pub counts: bool,
    /// Runs to list in any case.
    pub also: HashSet<i64>,
    /// The last listing, by environment. If all of it is among the newest again, older runs are not
    /// read.
    pub listed: HashMap<i64, HashSet<i64>>,
}

#[derive(Debug, Default)]
pub(crate) struct RunList {
    pub runs: Vec<RecentRun>,
    pub count: RunCount,
    /// Of environments or projects that could not be read.
    pub failures: Vec<Error>,
}

/// The number of runs that match a filter, listed or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RunCount {
    pub known: usize,
    /// Older runs were not read.
    pub may_be_more: bool,
}

/// The number of runs of an environment that are read first.
const FIRST: i64 = 200;

/// Projects or environments read concurrently.
const CONCURRENCY: usize = 8;

/// An environment with its newest runs, if they were read.
type EnvironmentRead = (Environment, Result<Option<RecentView>, LagoonError>);

/// One request per project, and one per environment whose older runs are needed. Failures concern
/// only their environment or project.
pub(crate) async fn list(
    lagoon: &Lagoon,
    environments: &[Environment],
    wanted: &RunFilter,
) -> RunList {
    let mut projects: Vec<(&str, Vec<&Environment>)> = Vec::new();
    for environment in environments {
        let name = environment.project.name.as_str();
        match projects.iter_mut().find(|(other, _)| *other == name) {
            Some((_, of_project)) => of_project.push(environment),
            None => projects.push((name, vec![environment])),
        }
    }
    let reads = projects.into_iter().map(|(name, environments)| async move {
        if let [only] = environments.as_slice() {
            return Ok(vec![((*only).clone(), Ok(None))]);
        }
        let takes = |e: &Environment| environments.iter().any(|wanted| wanted.id == e.id);
        of_project(lagoon, name, takes, wanted).await
    });
    // A stream's own `map` would make a future that is not `Send`.
    let reads = stream::iter(reads.collect::<Vec<_>>()).buffered(CONCURRENCY);
    gather(lagoon, reads, wanted).await.1
}

/// The runs of all environments of the projects that `takes` accepts, and those environments, by
/// project and name.
pub(crate) async fn list_projects(
    lagoon: &Lagoon,
    projects: &[Project],
    takes: impl Fn(&Environment) -> bool,
    wanted: &RunFilter,
) -> (Vec<Environment>, RunList) {
    let takes = &takes;
    let reads = stream::iter(projects)
        .map(|project| of_project(lagoon, &project.name, takes, wanted))
        .buffered(CONCURRENCY);
    gather(lagoon, reads, wanted).await
}

async fn of_project(
    lagoon: &Lagoon,
    project: &str,
    takes: impl Fn(&Environment) -> bool,
    wanted: &RunFilter,
) -> Result<Vec<EnvironmentRead>, Error> {
    let found = lagoon.project_runs(project, wanted.first_limit()).await?;
    let found = found.unwrap_or_default().into_iter();
    let taken = found.filter(|found| takes(&found.environment));
    let read = taken.map(|found| (found.environment, found.runs.map(Some)));
    Ok(read.collect())
}

async fn gather(
    lagoon: &Lagoon,
    reads: impl Stream<Item = Result<Vec<EnvironmentRead>, Error>>,
    wanted: &RunFilter,
) -> (Vec<Environment>, RunList) {
    let each = reads.flat_map(|read| match read {
        Ok(read) => stream::iter(read.into_iter().map(Ok).collect::<Vec<_>>()),
        Err(error) => stream::iter(vec![Err(error)]),
    });
    let found = each.map(|read| async move {
        match read {
            Ok((environment, Ok(newest))) => {
                let runs = of_one(lagoon, &environment, wanted, newest).await;
                (Some(environment), runs)
            }
            Ok((environment, Err(error))) => (Some(environment), Err(error.into())),
            Err(error) => (None, Err(error)),
        }
    });
    let mut found = pin!(found.buffered(CONCURRENCY));
    let (mut environments, mut listed) = (Vec::new(), RunList::default());
    while let Some((environment, runs)) = found.next().await {
        environments.extend(environment);
        match runs {
            Ok((runs, count)) => {
                if listed.runs.is_empty() {
                    listed.runs = runs;
                } else {
                    listed.runs.extend(runs);
                }
                listed.count.known += count.known;
                listed.count.may_be_more |= count.may_be_more;
                let limit = if wanted.each {
                    usize::MAX
                } else {
                    wanted.limit
                };
                newest_first(&mut listed.runs, limit);
            }
            Err(error) if listed.failures.iter().all(|e| e.message != error.message) => {
                listed.failures.push(error);
            }
            Err(_) => {}
        }
    }
    (environments, listed)
}

fn newest_first(runs: &mut Vec<RecentRun>, limit: usize) {
    let age = |recent: &RecentRun| {
        let created = recent.run.created.as_deref().and_then(moment);
        Reverse((created, recent.run.id))
    };
    runs.sort_by_cached_key(age);
    runs.truncate(limit);
}

/// The runs of an environment, of which the newest may have been read.
async fn of_one(
    lagoon: &Lagoon,
    environment: &Environment,
    wanted: &RunFilter,
    mut newest: Option<RecentView>,
) -> Result<(Vec<RecentRun>, RunCount), Error> {
    let place = Arc::new(environment.clone());
    let mut limit = wanted.first_limit();
    loop {
        let view = match newest.take() {
            Some(view) => view,
            None => lagoon.recent_runs(environment.id, limit).await?,
        };
        if wanted.mine && view.me.is_none() {
            let why = if view.runs.iter().any(|run| run.run.user.is_some()) {
                "the token does not belong to a user"
            } else {
                "this Lagoon does not show the users who started runs"
            };
            return Err(Error::new(Kind::Failed, why).about(Flag::Mine));
        }
        let read = view.runs.len();
        let reaches_back = view
            .runs
            .last()
            .is_some_and(|oldest| wanted.is_too_old(&oldest.run));
        let has_listed = wanted.listed.get(&environment.id).is_some_and(|listed| {
            let newest: HashSet<i64> = view.runs.iter().map(|recent| recent.run.id).collect();
            listed.is_subset(&newest)
        });
        let me = view.me;
        let mut found = view.runs;
        found.retain(|recent| wanted.takes(recent, me.as_deref()));
        let known = found.len();
        found.truncate(wanted.limit);
        let found: Vec<RecentRun> = found
            .into_iter()
            .map(|recent| RecentRun {
                run: Run {
                    environment: Some(Arc::clone(&place)),
                    ..recent.run
                },
                ..recent
            })
            .collect();
        let there_is_more = limit != 0 && i64::try_from(read).is_ok_and(|read| read >= limit);
        if found.len() >= wanted.limit || reaches_back || has_listed || !there_is_more {
            let may_be_more = there_is_more && !reaches_back;
            return Ok((found, RunCount { known, may_be_more }));
        }
        // All of them: the rest may be anywhere.
        limit = 0;
    }
}

impl RunFilter {
    fn first_limit(&self) -> i64 {
        match (i64::try_from(self.limit), self.takes_all()) {
            (Err(_), true) => 0,
            (Ok(limit), true) if !self.counts => limit,
            (limit, _) => limit.unwrap_or(FIRST).max(FIRST),
        }
    }

    fn takes_all(&self) -> bool {
        self.statuses.is_empty()
            && !self.active
            && self.task.is_none()
            && !self.mine
            && self.since.is_none()
            && self.until.is_none()
    }

    pub(super) fn takes(&self, recent: &RecentRun, me: Option<&str>) -> bool {
        let run = &recent.run;
        if self.also.contains(&run.id) {
            return true;
        }
        let is_wanted = |word: &String| {
            word.eq_ignore_ascii_case(&run.status)
                || word.eq_ignore_ascii_case(run.outcome().word())
        };
        (self.statuses.is_empty() || self.statuses.iter().any(is_wanted))
            && (!self.active || !run.outcome().is_finished())
            && self
                .task
                .as_ref()
                .is_none_or(|task| same_in_database(task, &run.name))
            && (!self.mine
                || matches!((me, &run.user), (Some(me), Some(user)) if me.eq_ignore_ascii_case(user)))
            && !self.is_too_old(run)
            && !self.is_too_new(run)
    }

    fn is_too_new(&self, run: &Run) -> bool {
        let made = run.created.as_deref().and_then(moment);
        matches!((self.until, made), (Some(until), Some(made)) if made >= until)
    }

    fn is_too_old(&self, run: &Run) -> bool {
        let made = run.created.as_deref().and_then(moment);
        matches!((self.since, made), (Some(since), Some(made)) if made < since)
    }
}
