//! A text at the bottom of the terminal that is redrawn in place.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::mode::Unechoed;

/// Removed on drop. Other output appears above it.
pub(crate) struct Live {
    bar: ProgressBar,
    bars: MultiProgress,
    _unechoed: Option<Unechoed>,
}

impl Live {
    pub(super) fn new(bars: &MultiProgress) -> Live {
        let bar = bars.add(ProgressBar::no_length());
        let style = ProgressStyle::with_template("{msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Live {
            bar,
            bars: bars.clone(),
            _unechoed: Unechoed::enter(),
        }
    }

    pub(crate) fn draw(&self, text: &str) {
        self.bar.set_message(text.trim_end().to_owned());
        self.bar.tick();
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        self.bars.remove(&self.bar);
    }
}
