//! The renewals in progress, which the process finishes before it ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use crate::clock::timeout;

/// A refresh token may be usable only once: a renewal whose result is not stored would lose the
/// session.
#[derive(Clone, Default)]
pub(crate) struct Renewals(Arc<RwLock<()>>);

impl Renewals {
    /// In progress until the guard is dropped.
    pub(super) fn begin(&self) -> Option<OwnedRwLockReadGuard<()>> {
        Arc::clone(&self.0).try_read_owned().ok()
    }

    pub(crate) fn in_progress(&self) -> bool {
        self.0.try_write().is_err()
    }

    pub(crate) async fn finish(&self, limit: Duration) {
        // At the limit, the process ends anyway.
        let _ = timeout(limit, self.0.write()).await;
    }
}
