//! Pauses between polls, cut short by pushed changes.
//!
//! A pushed change is only a reason to poll; its contents are not trusted.

#[cfg(feature = "cli")]
mod optional;

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;
use crate::lagoon::{Lagoon, RunEvent, RunSubscription};

#[cfg(feature = "cli")]
pub use optional::NoHints;
#[cfg(feature = "cli")]
pub(in crate::ops) use optional::hints;

#[async_trait]
pub trait ChangeHints: Send {
    /// Ends after `pause`, or when one of the runs may have changed.
    async fn pause(
        &mut self,
        clock: &dyn Clock,
        pause: Duration,
        going: &[WatchedRun],
    ) -> WakeReason;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WakeReason {
    Elapsed,
    Hinted,
}

/// A run in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchedRun {
    /// `None` for every run of the environment.
    pub run: Option<i64>,
    pub environment: Option<i64>,
}

/// One subscription per environment.
pub struct Push {
    lagoon: Lagoon,
    places: HashMap<i64, EnvironmentSubscription>,
    hinted: Option<Duration>,
}

struct EnvironmentSubscription {
    changes: Option<RunSubscription>,
    /// The time of the last attempt, or of the loss.
    since: Duration,
    /// Until the next attempt.
    rest: Duration,
    /// It was confirmed.
    was_confirmed: bool,
}

/// Until a subscription is renewed: it falls silent after five minutes (seen on Lagoon 2.33.1).
const RENEW_AFTER: Duration = Duration::from_secs(4 * 60);

/// Until a lost subscription is renewed.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Subscribed environments; others are only polled.
const MOST: usize = 16;

/// The minimum between two polls, because changes come in bursts.
const MIN_INTERVAL: Duration = Duration::from_millis(200);

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
    fn maintain(&mut self, now: Duration, going: &[WatchedRun]) {
        let wanted: HashSet<i64> = going.iter().filter_map(|g| g.environment).collect();
        self.places.retain(|id, _| wanted.contains(id));
        for environment in wanted {
            if self.places.len() >= MOST && !self.places.contains_key(&environment) {
                continue;
            }
            let place = self
                .places
                .entry(environment)
                .or_insert(EnvironmentSubscription {
                    changes: None,
                    since: now,
                    rest: Duration::ZERO,
                    was_confirmed: false,
                });
            let age = now.saturating_sub(place.since);
            let is_due = match place.changes {
                Some(_) => age >= RENEW_AFTER,
                None => age >= place.rest,
            };
            if is_due {
                *place = EnvironmentSubscription {
                    changes: self.lagoon.changes(environment).ok(),
                    since: now,
                    rest: RENEW_AFTER,
                    was_confirmed: false,
                };
            }
        }
    }

    /// Ends when one of these runs may have changed.
    async fn hint(&mut self, clock: &dyn Clock, going: &[WatchedRun]) {
        loop {
            let heard = poll_fn(|context| {
                for place in self.places.values_mut() {
                    if let Some(changes) = &mut place.changes
                        && let Poll::Ready(heard) = changes.poll_next(context)
                    {
                        place.was_confirmed |= heard.is_some();
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
                Some(RunEvent::Subscribed(_)) => return,
                Some(RunEvent::Run(id)) if going.iter().any(|g| g.run.is_none_or(|r| r == id)) => {
                    return;
                }
                _ => {}
            }
        }
    }
}

impl EnvironmentSubscription {
    fn lost(&mut self, now: Duration) {
        self.changes = None;
        // One that never stood will not stand a moment later.
        self.rest = if self.was_confirmed {
            RETRY_AFTER
        } else {
            RENEW_AFTER
        };
        self.since = now;
    }
}

#[async_trait]
impl ChangeHints for Push {
    async fn pause(
        &mut self,
        clock: &dyn Clock,
        pause: Duration,
        going: &[WatchedRun],
    ) -> WakeReason {
        self.maintain(clock.now(), going);
        let woken = tokio::select! {
            biased;
            () = self.hint(clock, going) => WakeReason::Hinted,
            () = clock.sleep(pause) => return WakeReason::Elapsed,
        };
        let since = self
            .hinted
            .map_or(MIN_INTERVAL, |hinted| clock.now().saturating_sub(hinted));
        if since < MIN_INTERVAL {
            clock.sleep(MIN_INTERVAL - since).await;
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
