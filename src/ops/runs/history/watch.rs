//! The runs of environments as they change.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use smol_str::SmolStr;

use crate::clock::Clock;
use crate::domain::Environment;
use crate::domain::run::RecentRun;
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;

use super::{Listed, Wanted, list};
use crate::ops::runs::push::{Going, Hints, MOST, NoHints, Push, Woken};
use crate::ops::runs::wait::first_of_all;

/// The first pause between two looks, and after every change.
const SHORTEST: Duration = Duration::from_secs(2);

/// Where nothing changes pauses grow to this.
const LONGEST: Duration = Duration::from_secs(10);

/// So far apart are two looks at least, whatever is pushed.
const APART: Duration = Duration::from_secs(1);

/// So often it is time to ask which environments there are.
const MOVED: Duration = Duration::from_secs(60);

/// Looks at runs again and again.
pub struct Watching<'a> {
    lagoon: &'a Lagoon,
    clock: &'a dyn Clock,
    hints: Box<dyn Hints>,
    environments: Vec<Environment>,
    wanted: Wanted,
    /// The status of each run that was seen last.
    known: HashMap<i64, SmolStr>,
    pause: Duration,
    /// When the last look was; none before the first.
    looked: Option<Duration>,
    /// Since when it is these environments.
    since: Duration,
}

/// What is to be seen.
#[derive(Debug)]
pub struct Look {
    /// All of it, newest first. One that was shown as active is there once more when it is over.
    pub runs: Vec<RecentRun>,
    /// What is new or has another status than before, oldest first.
    pub changed: Vec<RecentRun>,
    /// What could not be read; on the first look also what may pass.
    pub failures: Vec<Error>,
}

impl<'a> Watching<'a> {
    /// Nothing is read before the first look. Changes are pushed where there are few environments.
    #[must_use]
    pub fn new(
        lagoon: &'a Lagoon,
        clock: &'a dyn Clock,
        environments: Vec<Environment>,
        wanted: Wanted,
    ) -> Self {
        let hints: Box<dyn Hints> = if environments.len() <= MOST {
            Box::new(Push::new(lagoon))
        } else {
            Box::new(NoHints)
        };
        Watching {
            lagoon,
            clock,
            hints,
            environments,
            wanted,
            known: HashMap::new(),
            pause: SHORTEST,
            looked: None,
            since: clock.now(),
        }
    }

    /// Other environments from now on.
    pub fn turn_to(&mut self, environments: Vec<Environment>) {
        self.environments = environments;
        self.since = self.clock.now();
    }

    /// Whether it is so long since that there may be others by now.
    #[must_use]
    pub fn may_have_moved(&self) -> bool {
        self.clock.now().saturating_sub(self.since) >= MOVED
    }

    /// The next look: the first at once, each further one after a pause. What passes is tried
    /// again; `trouble` hears of it.
    ///
    /// # Errors
    /// A failure of the first look, where nothing else could be read; when nothing can be read any
    /// more.
    pub async fn look(&mut self, mut trouble: impl FnMut(&str)) -> Result<Look, Error> {
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
        let is_new = |recent: &&RecentRun| {
            let run = &recent.run;
            self.known.get(&run.id) != Some(&run.status)
        };
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
        // What is over by the next look is to be seen once more.
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
        let all: Vec<Going> = self
            .environments
            .iter()
            .map(|environment| Going {
                run: None,
                environment: Some(environment.id),
            })
            .collect();
        let pause = self.pause.mul_f64(0.9 + 0.2 * fastrand::f64());
        if self.hints.pause(self.clock, pause, &all).await == Woken::ByHint {
            let since = self.clock.now().saturating_sub(looked);
            self.clock.sleep(APART.saturating_sub(since)).await;
        }
    }
}
