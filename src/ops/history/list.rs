//! The runs of environments, newest first, as far as somebody wants to see them.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::domain::names::same_in_database;
use crate::domain::run::moment;
use crate::domain::{Environment, Run};
use crate::error::{Error, Kind};
use crate::lagoon::{Lagoon, LagoonError};

pub use crate::lagoon::operations::runs::RecentRun;
use crate::lagoon::operations::runs::RecentView;

/// Which runs are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Lagoon's status words or our outcomes; none is all.
    pub statuses: Vec<String>,
    /// Only those that are not over.
    pub active: bool,
    /// Only those of tasks of this name.
    pub task: Option<String>,
    /// Only those that the asking user started.
    pub mine: bool,
    /// Only those made since then.
    pub since: Option<Timestamp>,
    /// How many at most.
    pub limit: usize,
    /// These as well, whatever became of them.
    pub also: HashSet<i64>,
    /// What was listed the last time, by environment: where all of that is among the newest again,
    /// there is nothing older to look for.
    pub listed: HashMap<i64, HashSet<i64>>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Listed {
    /// Newest first.
    pub runs: Vec<RecentRun>,
    /// Why those of other environments are not there.
    pub failures: Vec<Error>,
}

/// How many are read first when what is wanted may be anywhere.
const FIRST: i64 = 200;

/// How many environments are read at once.
const AT_ONCE: usize = 8;

/// The wanted runs of these environments, newest first. A request for each environment; a second
/// one where the server does not say who started a run, or where older runs are wanted too. What
/// fails for one environment, that `mine` cannot be told among it, leaves the others.
pub async fn list(lagoon: &Lagoon, environments: &[Environment], wanted: &Wanted) -> Listed {
    let mut lists = stream::iter(environments)
        .map(|environment| of_one(lagoon, environment, wanted))
        .buffered(AT_ONCE);
    let mut listed = Listed::default();
    while let Some(list) = lists.next().await {
        match list {
            Ok(runs) => {
                listed.runs.extend(runs);
                newest_first(&mut listed.runs, wanted.limit);
            }
            Err(error) => {
                let same = |other: &Error| other.message == error.message;
                if !listed.failures.iter().any(same) {
                    listed.failures.push(error);
                }
            }
        }
    }
    listed
}

fn newest_first(runs: &mut Vec<RecentRun>, limit: usize) {
    let age = |recent: &RecentRun| {
        let created = recent.run.created.as_deref().and_then(moment);
        Reverse((created, recent.run.id))
    };
    runs.sort_by_cached_key(age);
    runs.truncate(limit);
}

async fn of_one(
    lagoon: &Lagoon,
    environment: &Environment,
    wanted: &Wanted,
) -> Result<Vec<RecentRun>, Error> {
    let place = Arc::new(environment.clone());
    let enough = i64::try_from(wanted.limit).unwrap_or(FIRST);
    let mut limit = if wanted.takes_all() {
        enough
    } else {
        enough.max(FIRST)
    };
    loop {
        let view = recent(lagoon, environment.id, limit).await?;
        if wanted.mine && view.me.is_none() {
            let why = if view.runs.iter().any(|run| run.user.is_some()) {
                "the one who asks is no user"
            } else {
                "this Lagoon does not say who started a run"
            };
            return Err(Error::new(Kind::Failed, format!("--mine: {why}")));
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
        let found: Vec<RecentRun> = view
            .runs
            .into_iter()
            .filter(|recent| wanted.takes(recent, me.as_deref()))
            .take(wanted.limit)
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
            return Ok(found);
        }
        // All of them: the rest may be anywhere.
        limit = 0;
    }
}

/// The newest runs of an environment, with who started them where the server knows it; that it does
/// not must not cost the list.
pub(in crate::ops) async fn recent(
    lagoon: &Lagoon,
    environment: i64,
    limit: i64,
) -> Result<RecentView, LagoonError> {
    match lagoon.recent_runs(environment, limit, true).await {
        Err(LagoonError::Refused { status: 400, .. }) => {
            lagoon.recent_runs(environment, limit, false).await
        }
        other => other,
    }
}

impl Wanted {
    /// Whether the newest are it, whatever they are.
    fn takes_all(&self) -> bool {
        self.statuses.is_empty()
            && !self.active
            && self.task.is_none()
            && !self.mine
            && self.since.is_none()
    }

    fn takes(&self, recent: &RecentRun, me: Option<&str>) -> bool {
        let run = &recent.run;
        if self.also.contains(&run.id) {
            return true;
        }
        let is_wanted = |word: &String| {
            word.eq_ignore_ascii_case(&run.status)
                || word.eq_ignore_ascii_case(run.outcome().word())
        };
        (self.statuses.is_empty() || self.statuses.iter().any(is_wanted))
            && (!self.active || !run.outcome().is_over())
            && self
                .task
                .as_ref()
                .is_none_or(|task| same_in_database(task, &run.name))
            && (!self.mine
                || matches!((me, &recent.user), (Some(me), Some(user)) if me.eq_ignore_ascii_case(user)))
            && !self.is_too_old(run)
    }

    fn is_too_old(&self, run: &Run) -> bool {
        let made = run.created.as_deref().and_then(moment);
        matches!((self.since, made), (Some(since), Some(made)) if made < since)
    }
}
