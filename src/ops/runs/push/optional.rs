//! Polling without push.

use std::time::Duration;

use async_trait::async_trait;

use super::{ChangeHints, MOST, Push, WakeReason, WatchedRun};
use crate::clock::Clock;
use crate::lagoon::Lagoon;

#[derive(Debug, Clone, Copy, Default)]
pub struct NoHints;

#[async_trait]
impl ChangeHints for NoHints {
    async fn pause(&mut self, clock: &dyn Clock, pause: Duration, _: &[WatchedRun]) -> WakeReason {
        clock.sleep(pause).await;
        WakeReason::Elapsed
    }
}

/// Push for up to [`MOST`] environments or separately followed runs.
pub(in crate::ops) fn hints(lagoon: &Lagoon, count: usize) -> Box<dyn ChangeHints> {
    if count <= MOST {
        Box::new(Push::new(lagoon))
    } else {
        Box::new(NoHints)
    }
}
