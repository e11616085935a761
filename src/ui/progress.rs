//! Signs of life while long work goes on.

use std::time::Duration;

use indicatif::MultiProgress;

/// Somebody who shows that work goes on. Everything is optional: without `start` nothing is shown.
pub trait Progress: Send + Sync {
    /// Work begins; `expected` is how long it took before, where that is known.
    fn start(&self, message: &str, expected: Option<Duration>);
    /// What is going on now.
    fn update(&self, message: &str);
    /// Work is over; nothing of it stays on the screen.
    fn finish(&self);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _message: &str, _expected: Option<Duration>) {}
    fn update(&self, _message: &str) {}
    fn finish(&self) {}
}

/// A line at the bottom of the terminal.
pub(super) struct Bar {
    bars: MultiProgress,
}

impl Bar {
    pub(super) fn new(bars: MultiProgress) -> Self {
        Bar { bars }
    }
}

impl Progress for Bar {
    fn start(&self, _message: &str, _expected: Option<Duration>) {
        let _ = &self.bars;
    }
    fn update(&self, _message: &str) {}
    fn finish(&self) {}
}
