//! The only module that reads the time or waits for it.
//!
//! Operations that poll take a [`Clock`], so that tests can step it. Limits of requests, locks and
//! processes use tokio's time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

pub use tokio::time::{Instant, sleep, timeout, timeout_at};

/// The time of day by this machine's clock.
#[must_use]
pub fn wall_time() -> Timestamp {
    Timestamp::now()
}

/// Somebody who knows how much time has passed and can wait.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Time since some fixed moment; never goes back.
    fn now(&self) -> Duration;
    /// Waits.
    async fn sleep(&self, length: Duration);
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that starts at zero.
    #[must_use]
    pub fn new() -> Self {
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

/// A clock for tests: sleeping moves it on at once, and nothing else does.
#[derive(Debug, Default)]
pub struct SteppedClock {
    now: Mutex<Duration>,
}

#[async_trait]
impl Clock for SteppedClock {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, length: Duration) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) += length;
        tokio::task::yield_now().await;
    }
}
