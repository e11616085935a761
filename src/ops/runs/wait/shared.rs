//! A watcher shared by several tasks.

use std::sync::{Mutex, PoisonError};

use super::Watcher;
use crate::domain::Run;

pub(in crate::ops) struct SharedWatcher<'a, 'b>(pub(in crate::ops) &'a Mutex<&'b mut dyn Watcher>);

impl Watcher for SharedWatcher<'_, '_> {
    fn read(&mut self, run: &Run) {
        let mut watcher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watcher.read(run);
    }

    fn unreadable(&mut self, reason: &str) {
        let mut watcher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watcher.unreadable(reason);
    }
}
