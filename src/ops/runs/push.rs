//! Pauses between polls, cut short by pushed changes.
//!
//! A pushed change is only a reason to poll; its contents are not trusted.

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;
use crate::lagoon::{Change, Changes, Lagoon};

#[async_trait]
pub trait Hints: Send {
    /// Ends after `pause`, or when one of the runs may have changed.
    async fn pause(&mut self, clock: &dyn Clock, pause: Duration, going: &[Going]) -> Woken;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    InTime,
    ByHint,
}

/// A run in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Going {
    /// `None` for every run of the environment.
    pub run: Option<i64>,
    pub environment: Option<i64>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct NoHints;

#[async_trait]
impl Hints for NoHints {
    async fn pause(&mut self, clock: &dyn Clock, pause: Duration, _: &[Going]) -> Woken {
        clock.sleep(pause).await;
        Woken::InTime
    }
}

/// Push for up to [`MOST`] environments or separately followed runs.
pub(in crate::ops) fn hints(lagoon: &Lagoon, count: usize) -> Box<dyn Hints> {
    if count <= MOST {
        Box::new(Push::new(lagoon))
    } else {
        Box::new(NoHints)
    }
}

/// One subscription per environment.
pub struct Push {
    lagoon: Lagoon,
    places: HashMap<i64, Place>,
    hinted: Option<Duration>,
}

struct Place {
    changes: Option<Changes>,
    /// The time of the last attempt, or of the loss.
    since: Duration,
    /// Until the next attempt.
    rest: Duration,
    /// It was confirmed.
    stood: bool,
}

/// Until a subscription is renewed: it falls silent after five minutes (seen on Lagoon 2.33.1).
const ANEW: Duration = Duration::from_secs(4 * 60);

/// Until a lost subscription is renewed.
const LOST: Duration = Duration::from_secs(5);

/// Subscribed environments; others are only polled.
const MOST: usize = 16;

/// The minimum between two polls, because changes come in bursts.
const APART: Duration = Duration::from_millis(200);

impl Push {
    /// Connects at the first pause.
    pub fn new(lagoon: &Lagoon) -> Self {
        Push {
            lagoon: lagoon.clone(),
            places: HashMap::new(),
            hinted: None,
        }
    }

    /// Opens, renews and closes subscriptions.
    fn tend(&mut self, now: Duration, going: &[Going]) {
        let wanted: HashSet<i64> = going.iter().filter_map(|g| g.environment).collect();
        self.places.retain(|id, _| wanted.contains(id));
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
        // The next poll covers the changes until now.
        for place in self.places.values_mut() {
            if let Some(changes) = &mut place.changes {
                changes.forget();
            }
        }
        woken
    }
}
