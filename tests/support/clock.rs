//! A clock that tests step.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use lagoon_tasks::internal::Clock;

/// Advances only by sleeping, and does so at once.
#[derive(Debug, Default)]
pub(crate) struct SteppedClock {
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
