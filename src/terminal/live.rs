//! A text at the bottom of the terminal that is redrawn in place.

use super::bottom::Bottom;
use super::mode::EchoGuard;

/// Removed on drop. Other output appears above it.
pub(crate) struct LiveArea {
    bottom: Bottom,
    _unechoed: Option<EchoGuard>,
}

impl LiveArea {
    pub(super) fn new(bottom: &Bottom) -> LiveArea {
        LiveArea {
            bottom: bottom.clone(),
            _unechoed: EchoGuard::enter(),
        }
    }

    /// Shows a text, which is rendered again as time passes and when the terminal is resized.
    pub(crate) fn draw(&self, render: impl Fn() -> String + Send + 'static) {
        self.bottom.set_text(Some(Box::new(render)));
    }
}

impl Drop for LiveArea {
    fn drop(&mut self) {
        self.bottom.set_text(None);
    }
}
