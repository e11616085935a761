//! A text at the bottom of the terminal that is redrawn in place.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::mode::EchoGuard;

/// Removed on drop. Other output appears above it.
pub(crate) struct LiveArea {
    bar: ProgressBar,
    bars: MultiProgress,
    _unechoed: Option<EchoGuard>,
}

impl LiveArea {
    pub(super) fn new(bars: &MultiProgress) -> LiveArea {
        let bar = bars.add(ProgressBar::no_length());
        let style = ProgressStyle::with_template("{msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        LiveArea {
            bar,
            bars: bars.clone(),
            _unechoed: EchoGuard::enter(),
        }
    }

    pub(crate) fn draw(&self, text: &str) {
        self.bar.set_message(text.trim_end().to_owned());
        self.bar.tick();
    }
}

impl Drop for LiveArea {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        self.bars.remove(&self.bar);
    }
}
