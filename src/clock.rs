//! Time and sleep, so that tests can step the clock.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

pub(crate) use tokio::time::{Instant, sleep, timeout, timeout_at};

pub(crate) fn wall_time() -> Timestamp {
    Timestamp::now()
}

#[async_trait]
pub trait Clock: Send + Sync {
    /// The time since a fixed moment; monotonic.
    fn now(&self) -> Duration;
    async fn sleep(&self, length: Duration);
}

#[derive(Debug)]
pub(crate) struct SystemClock {
    start: Instant,
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        SystemClock {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    async fn sleep(&self, length: Duration) {
        sleep(length).await;
    }
}
