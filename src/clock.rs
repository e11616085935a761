//! Now and sleep, so that tests can step time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;

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
        tokio::time::sleep(length).await;
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
