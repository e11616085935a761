//! Watches the runs of environments.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use smol_str::SmolStr;

use crate::clock::Clock;
use crate::domain::Environment;
use crate::domain::run::RecentRun;
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;

use super::{RunFilter, RunList, list};
use crate::ops::runs::push::{self, ChangeHints, WakeReason, WatchedRun};
use crate::ops::runs::wait::first_of_all;

/// Between polls, initially and after a change.
const SHORTEST: Duration = Duration::from_secs(2);

/// Between polls without a change.
const LONGEST: Duration = Duration::from_secs(10);

/// The minimum between polls after a push.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// A run that has just finished is listed for this time, whatever the filter.
const KEPT: Duration = Duration::from_secs(60);

/// The interval for looking up the environments.
const LOOKUP_INTERVAL: Duration = Duration::from_secs(60);

pub(crate) struct RunWatcher<'a> {
    lagoon: &'a Lagoon,
    clock: &'a dyn Clock,
    hints: Box<dyn ChangeHints>,
    environments: Vec<Environment>,
    wanted: RunFilter,
    /// By run id.
    known: HashMap<i64, SmolStr>,
    /// By run id, the times at which runs were last seen active.
    active: HashMap<i64, Duration>,
    pause: Duration,
    last_poll: Option<Duration>,
    since: Duration,
}

/// The result of a poll.
#[derive(Debug)]
pub(crate) struct PollResult {
    /// Newest first. A run that was active is included for a while after it has finished.
    pub runs: Vec<RecentRun>,
    /// New runs and those with a new status, oldest first.
    pub changed: Vec<RecentRun>,
    /// Permanent ones; at the first poll, also others.
    pub failures: Vec<Error>,
}

impl<'a> RunWatcher<'a> {
    /// Changes are pushed if there are few environments.
    pub(crate) fn new(
        lagoon: &'a Lagoon,
        clock: &'a dyn Clock,
        environments: Vec<Environment>,
        wanted: RunFilter,
    ) -> Self {
        RunWatcher {
            lagoon,
            clock,
            hints: push::hints(lagoon, environments.len()),
            environments,
            wanted,
            known: HashMap::new(),
            active: HashMap::new(),
            pause: SHORTEST,
            last_poll: None,
            since: clock.now(),
        }
    }

    pub(crate) fn turn_to(&mut self, environments: Vec<Environment>) {
        self.environments = environments;
        self.since = self.clock.now();
    }

    pub(crate) fn may_have_changed(&self) -> bool {
        self.clock.now().saturating_sub(self.since) >= LOOKUP_INTERVAL
    }

    /// Polls, after a pause except for the first time. `trouble` receives temporary failures, after
    /// which it polls again. Fails if nothing can be read, and at the first poll also for a
    /// temporary failure.
    pub(crate) async fn poll(
        &mut self,
        mut trouble: impl FnMut(&str),
    ) -> Result<PollResult, Error> {
        loop {
            if let Some(last_poll) = self.last_poll {
                self.rest(last_poll).await;
            }
            let is_first = self.last_poll.is_none();
            let listed = list(self.lagoon, &self.environments, &self.wanted).await;
            self.last_poll = Some(self.clock.now());
            let passes = |error: &&Error| error.kind == Kind::Unreachable;
            if let (Some(error), false) = (listed.failures.iter().find(passes), is_first) {
                trouble(&error.to_string());
                continue;
            }
            let RunList { runs, failures, .. } = listed;
            if runs.is_empty() && !failures.is_empty() {
                first_of_all(failures)?;
                continue;
            }
            return Ok(self.taken(runs, failures));
        }
    }

    fn taken(&mut self, runs: Vec<RecentRun>, failures: Vec<Error>) -> PollResult {
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
        let now = self.clock.now();
        let active = runs
            .iter()
            .filter(|recent| !recent.run.outcome().is_finished());
        self.active
            .extend(active.map(|recent| (recent.run.id, now)));
        self.active
            .retain(|_, seen| now.saturating_sub(*seen) < KEPT);
        self.wanted.also = self.active.keys().copied().collect();
        PollResult {
            runs,
            changed,
            failures,
        }
    }

    async fn rest(&mut self, last_poll: Duration) {
        let all = self.environments.iter().map(|environment| WatchedRun {
            run: None,
            environment: Some(environment.id),
        });
        let all: Vec<WatchedRun> = all.collect();
        let pause = self.pause.mul_f64(0.9 + 0.2 * fastrand::f64());
        if self.hints.pause(self.clock, pause, &all).await == WakeReason::Hinted {
            let since = self.clock.now().saturating_sub(last_poll);
            self.clock.sleep(MIN_INTERVAL.saturating_sub(since)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;

    use crate::domain::Run;
    use crate::lagoon::network::variables::NetworkVariables;
    use crate::lagoon::{Connection, Credentials, CredentialsError, Network};

    #[derive(Default)]
    struct SteppedClock(Mutex<Duration>);

    #[async_trait]
    impl Clock for SteppedClock {
        fn now(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        async fn sleep(&self, length: Duration) {
            *self.0.lock().unwrap() += length;
        }
    }

    struct NoCredentials;

    #[async_trait]
    impl Credentials for NoCredentials {
        async fn token(&self) -> Result<String, CredentialsError> {
            Ok(String::new())
        }

        async fn renew(&self, _: &str) -> Result<Option<String>, CredentialsError> {
            Ok(None)
        }
    }

    /// A Lagoon that is not asked.
    fn lagoon() -> Lagoon {
        Lagoon::new(Connection {
            url: "http://127.0.0.1:1/graphql".parse().unwrap(),
            credentials: Arc::new(NoCredentials),
            network: Network {
                ca_pem: None,
                timeout: KEPT,
                allow_http: false,
                proxy: None,
                variables: NetworkVariables::default(),
                observer: None,
            },
            max_response: 1,
            trace: None,
        })
    }

    fn run(id: i64, status: &str) -> RecentRun {
        let run = Run {
            id,
            name: "Reindex".into(),
            task_name: format!("lagoon-task-a{id}").into(),
            status: status.into(),
            service: None,
            created: None,
            started: None,
            completed: None,
            environment: None,
            user: None,
        };
        let command = "true".into();
        RecentRun { run, command }
    }

    #[tokio::test]
    async fn a_run_that_has_ended_is_removed_after_a_minute() {
        let (lagoon, clock) = (lagoon(), SteppedClock::default());
        let active = RunFilter {
            active: true,
            ..RunFilter::default()
        };
        let mut watcher = RunWatcher::new(&lagoon, &clock, Vec::new(), active);
        let [ended, going] = [1, 2].map(|id| run(id, "running"));
        watcher.taken(vec![ended.clone(), going.clone()], Vec::new());
        clock.sleep(KEPT - SHORTEST).await;
        let ended = run(1, "complete");
        let is_listed = |watcher: &RunWatcher<'_>| watcher.wanted.takes(&ended, None);
        assert!(is_listed(&watcher));
        let poll = watcher.taken(vec![ended.clone(), going.clone()], Vec::new());
        assert_eq!(poll.changed.len(), 1);
        assert!(is_listed(&watcher));
        clock.sleep(SHORTEST).await;
        watcher.taken(vec![ended.clone(), going.clone()], Vec::new());
        assert!(!is_listed(&watcher));
        assert!(watcher.wanted.takes(&going, None));
        let poll = watcher.taken(vec![going], Vec::new());
        assert_eq!((poll.changed.len(), watcher.active.len()), (0, 1));
    }
}
