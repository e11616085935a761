//! Pauses between two looks at runs, cut short by a hint that something has changed.
//!
//! What is pushed is never taken for the truth: it only says that it is time to look.

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;
use crate::lagoon::{Change, Changes, Lagoon};

/// Somebody who may know before the next look that there is something to see.
#[async_trait]
pub trait Hints: Send {
    /// Ends after `pause`, or earlier when one of these runs may have changed.
    async fn pause(&mut self, clock: &dyn Clock, pause: Duration, going: &[Going]) -> Woken;
}

/// Why a pause ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// It was over.
    InTime,
    /// Something may have changed.
    ByHint,
}

/// A run that is waited for, as far as hints go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Going {
    /// The run's id; none for every run of the environment.
    pub run: Option<i64>,
    /// The environment that it runs in, where that is known.
    pub environment: Option<i64>,
}

/// Nobody knows anything before its time.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHints;

#[async_trait]
impl Hints for NoHints {
    async fn pause(&mut self, clock: &dyn Clock, pause: Duration, _: &[Going]) -> Woken {
        clock.sleep(pause).await;
        Woken::InTime
    }
}

/// Subscribes to the environments of runs that are waited for: one connection each.
pub struct Push {
    lagoon: Lagoon,
    places: HashMap<i64, Place>,
    hinted: Option<Duration>,
}

/// An environment that is subscribed to, or will be again.
struct Place {
    changes: Option<Changes>,
    /// When it was tried last.
    since: Duration,
    /// How long to wait before it is tried again.
    rest: Duration,
    /// Whether it came to stand.
    stood: bool,
}

/// A subscription falls silent after five minutes (seen on Lagoon 2.33.1): it is made anew earlier.
const ANEW: Duration = Duration::from_secs(4 * 60);

/// After a subscription that stood was lost.
const LOST: Duration = Duration::from_secs(5);

/// Beyond this many environments the others are only looked at.
pub const MOST: usize = 16;

/// Changes come in swarms: so far apart are two looks at least.
const APART: Duration = Duration::from_millis(200);

impl Push {
    /// Nothing is opened before the first pause.
    #[must_use]
    pub fn new(lagoon: &Lagoon) -> Self {
        Push {
            lagoon: lagoon.clone(),
            places: HashMap::new(),
            hinted: None,
        }
    }

    /// Makes the subscriptions that are missing, silent soon, or not needed any more right.
    fn tend(&mut self, now: Duration, going: &[Going]) {
        let wanted: HashSet<i64> = going.iter().filter_map(|g| g.environment).collect();
        self.places
            .retain(|environment, _| wanted.contains(environment));
        for environment in wanted {
            if self.places.len() >= MOST && !self.places.contains_key(&environment) {
                continue;
            }
            let place = self.places.entry(environment).or_insert(Place {
                changes: None,
                since: now,
                rest: Duration::ZERO,
                stood: false,
            });
            let age = now.saturating_sub(place.since);
            let is_due = match place.changes {
                Some(_) => age >= ANEW,
                None => age >= place.rest,
            };
            if is_due {
                *place = Place {
                    changes: self.lagoon.changes(environment).ok(),
                    since: now,
                    rest: ANEW,
                    stood: false,
                };
            }
        }
    }

    /// Ends when one of these runs may have changed.
    async fn hint(&mut self, clock: &dyn Clock, going: &[Going]) {
        loop {
            let heard = poll_fn(|context| {
                for place in self.places.values_mut() {
                    if let Some(changes) = &mut place.changes
                        && let Poll::Ready(heard) = changes.poll_next(context)
                    {
                        place.stood |= heard.is_some();
                        return Poll::Ready(heard.or_else(|| {
                            place.lost(clock.now());
                            None
                        }));
                    }
                }
                Poll::Pending
            })
            .await;
            match heard {
                Some(Change::Subscribed(_)) => return,
                Some(Change::Run(id)) if going.iter().any(|g| g.run.is_none_or(|r| r == id)) => {
                    return;
                }
                _ => {}
            }
        }
    }
}

impl Place {
    fn lost(&mut self, now: Duration) {
        self.changes = None;
        // One that never stood will not stand a moment later.
        self.rest = if self.stood { LOST } else { ANEW };
        self.since = now;
    }
}

#[async_trait]
impl Hints for Push {
    async fn pause(&mut self, clock: &dyn Clock, pause: Duration, going: &[Going]) -> Woken {
        self.tend(clock.now(), going);
        let woken = tokio::select! {
            biased;
            () = self.hint(clock, going) => Woken::ByHint,
            () = clock.sleep(pause) => return Woken::InTime,
        };
        let since = self
            .hinted
            .map_or(APART, |hinted| clock.now().saturating_sub(hinted));
        if since < APART {
            clock.sleep(APART - since).await;
        }
        self.hinted = Some(clock.now());
        // What was pushed until now is seen by the look that comes.
        for place in self.places.values_mut() {
            if let Some(changes) = &mut place.changes {
                changes.forget();
            }
        }
        woken
    }
}
