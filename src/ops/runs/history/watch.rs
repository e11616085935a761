//! Watches the runs of environments.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use smol_str::SmolStr;

use crate::clock::Clock;
use crate::domain::Environment;
use crate::domain::run::RecentRun;
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;

use super::{Listed, Wanted, list};
use crate::ops::runs::push::{self, Going, Hints, Woken};
use crate::ops::runs::wait::first_of_all;

/// Between polls, initially and after a change.
const SHORTEST: Duration = Duration::from_secs(2);

/// Between polls without a change.
const LONGEST: Duration = Duration::from_secs(10);

/// The minimum between polls after a push.
const APART: Duration = Duration::from_secs(1);

/// The interval for looking up the environments.
const MOVED: Duration = Duration::from_secs(60);

pub(crate) struct Watching<'a> {
    lagoon: &'a Lagoon,
    clock: &'a dyn Clock,
    hints: Box<dyn Hints>,
    environments: Vec<Environment>,
    wanted: Wanted,
    /// By run id.
    known: HashMap<i64, SmolStr>,
    pause: Duration,
    looked: Option<Duration>,
    since: Duration,
}

/// The result of a poll.
#[derive(Debug)]
pub(crate) struct Look {
    /// Newest first. A run that was active at the last poll is included when it has finished.
    pub runs: Vec<RecentRun>,
    /// New runs and those with a new status, oldest first.
    pub changed: Vec<RecentRun>,
    /// Permanent ones; at the first poll, also others.
    pub failures: Vec<Error>,
}

impl<'a> Watching<'a> {
    /// Changes are pushed if there are few environments.
    pub(crate) fn new(
        lagoon: &'a Lagoon,
        clock: &'a dyn Clock,
        environments: Vec<Environment>,
        wanted: Wanted,
    ) -> Self {
        Watching {
            lagoon,
            clock,
            hints: push::hints(lagoon, environments.len()),
            environments,
            wanted,
            known: HashMap::new(),
            pause: SHORTEST,
            looked: None,
            since: clock.now(),
        }
    }

    pub(crate) fn turn_to(&mut self, environments: Vec<Environment>) {
        self.environments = environments;
        self.since = self.clock.now();
    }

    pub(crate) fn may_have_moved(&self) -> bool {
        self.clock.now().saturating_sub(self.since) >= MOVED
    }

    /// Polls, after a pause except for the first time. `trouble` receives temporary failures, after
    /// which it polls again. Fails if nothing can be read, and at the first poll also for a
    /// temporary failure.
    pub(crate) async fn look(&mut self, mut trouble: impl FnMut(&str)) -> Result<Look, Error> {
        loop {
            if let Some(looked) = self.looked {
                self.rest(looked).await;
            }
            let is_first = self.looked.is_none();
            let listed = list(self.lagoon, &self.environments, &self.wanted).await;
            self.looked = Some(self.clock.now());
            let passes = |error: &&Error| error.kind == Kind::Unreachable;
            if let (Some(error), false) = (listed.failures.iter().find(passes), is_first) {
                trouble(&error.to_string());
                continue;
            }
            let Listed { runs, failures } = listed;
            if runs.is_empty() && !failures.is_empty() {
                first_of_all(failures)?;
                continue;
            }
            return Ok(self.taken(runs, failures));
        }
    }

    fn taken(&mut self, runs: Vec<RecentRun>, failures: Vec<Error>) -> Look {
        let is_new =
            |recent: &&RecentRun| self.known.get(&recent.run.id) != Some(&recent.run.status);
        let changed: Vec<RecentRun> = runs.iter().rev().filter(is_new).cloned().collect();
        self.pause = if changed.is_empty() {
            self.pause.mul_f64(1.25).min(LONGEST)
        } else {
            SHORTEST
        };
        self.known = runs
            .iter()
            .map(|recent| (recent.run.id, recent.run.status.clone()))
            .collect();
        self.wanted.listed = match failures.as_slice() {
            [] => self
                .environments
                .iter()
                .map(|e| (e.id, HashSet::new()))
                .collect(),
            _ => HashMap::new(),
        };
        for run in runs.iter().map(|recent| &recent.run) {
            let place = run.environment.as_ref();
            if let Some(listed) = place.and_then(|e| self.wanted.listed.get_mut(&e.id)) {
                listed.insert(run.id);
            }
        }
        // Runs that finish before the next poll are listed once more.
        self.wanted.also = runs
            .iter()
            .filter(|recent| !recent.run.outcome().is_over())
            .map(|recent| recent.run.id)
            .collect();
        Look {
            runs,
            changed,
            failures,
        }
    }

    async fn rest(&mut self, looked: Duration) {
        let all = self.environments.iter().map(|environment| Going {
            run: None,
            environment: Some(environment.id),
        });
        let all: Vec<Going> = all.collect();
        let pause = self.pause.mul_f64(0.9 + 0.2 * fastrand::f64());
        if self.hints.pause(self.clock, pause, &all).await == Woken::ByHint {
            let since = self.clock.now().saturating_sub(looked);
            self.clock.sleep(APART.saturating_sub(since)).await;
        }
    }
}
