//! Progress of long operations.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use super::clean_line;
use super::mode::EchoGuard;

const TICK: Duration = Duration::from_millis(120);
const GAUGE: u32 = 20;

pub(crate) trait Progress: Send + Sync {
    /// `expected` is the usual duration, if known.
    fn start(&self, message: &str, expected: Option<Duration>);
    fn update(&self, message: &str);
    fn finish(&self);
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NoProgress;

impl Progress for NoProgress {
    fn start(&self, _message: &str, _expected: Option<Duration>) {}
    fn update(&self, _message: &str) {}
    fn finish(&self) {}
}

pub(super) struct Bar {
    bars: MultiProgress,
    bar: Mutex<Option<ShownBar>>,
}

struct ShownBar {
    bar: ProgressBar,
    _unechoed: Option<EchoGuard>,
}

impl Bar {
    pub(super) fn new(bars: MultiProgress) -> Self {
        let bar = Mutex::new(None);
        Bar { bars, bar }
    }

    fn clear(&self) {
        let mut current = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = current.take() {
            old.bar.finish_and_clear();
            self.bars.remove(&old.bar);
        }
    }
}

impl Progress for Bar {
    fn start(&self, message: &str, expected: Option<Duration>) {
        self.clear();
        let unechoed = EchoGuard::enter();
        let bar = self.bars.add(ProgressBar::no_length());
        bar.set_style(style(expected));
        bar.set_message(clean_line(message));
        bar.enable_steady_tick(TICK);
        let shown = ShownBar {
            bar,
            _unechoed: unechoed,
        };
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
    }

    fn update(&self, message: &str) {
        if let Some(shown) = &*self.bar.lock().unwrap_or_else(PoisonError::into_inner) {
            shown.bar.set_message(clean_line(message));
        }
    }

    fn finish(&self) {
        self.clear();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.finish();
    }
}

fn style(expected: Option<Duration>) -> ProgressStyle {
    let draw = move |state: &ProgressState, line: &mut dyn fmt::Write| {
        // A line that cannot be drawn must not stop the operation.
        let _ = line.write_str(&gauge(state.elapsed(), expected));
    };
    ProgressStyle::with_template("{spinner} {msg} {gauge}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .with_key("gauge", draw)
}

fn gauge(elapsed: Duration, expected: Option<Duration>) -> String {
    let so_far = elapsed.as_secs();
    let Some(expected) = expected.filter(|expected| !expected.is_zero()) else {
        return format!("{so_far}s");
    };
    let share = (elapsed.as_secs_f64() / expected.as_secs_f64()).min(1.0);
    let full = (0..GAUGE)
        .filter(|cell| f64::from(*cell) < share * f64::from(GAUGE))
        .count();
    let bar: String = (0..GAUGE as usize)
        .map(|cell| if cell < full { '━' } else { '─' })
        .collect();
    let usual = expected.as_secs().max(1);
    format!("{bar} {so_far}s of about {usual}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_progress_bar_fills_over_time_without_overflow() {
        assert_eq!(gauge(s(7), None), "7s");
        assert_eq!(
            gauge(s(0), Some(s(40))),
            "──────────────────── 0s of about 40s"
        );
        assert_eq!(
            gauge(s(20), Some(s(40))),
            "━━━━━━━━━━────────── 20s of about 40s"
        );
        assert_eq!(
            gauge(s(90), Some(s(40))),
            "━━━━━━━━━━━━━━━━━━━━ 90s of about 40s"
        );
        assert_eq!(gauge(s(3), Some(s(0))), "3s");
    }

    #[test]
    fn progress_can_be_finished_without_a_start() {
        let bar = Bar::new(MultiProgress::with_draw_target(
            indicatif::ProgressDrawTarget::hidden(),
        ));
        bar.update("early");
        bar.finish();
        bar.start("one", None);
        bar.start("two", Some(s(1)));
        bar.update("late");
        bar.finish();
        assert!(bar.bar.lock().unwrap().is_none());
    }
}
