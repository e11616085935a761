//! Progress of long operations.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthStr;

use super::bottom::Bottom;
use super::clean_line;
use super::mode::EchoGuard;
use super::style::Symbols;

const WIDEST_GAUGE: usize = 20;
const NARROWEST_GAUGE: usize = 8;

/// A message is cut to this width before the time beside it is cut.
const SHORTEST_MESSAGE: usize = 12;

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const ASCII_SPINNER: [&str; 4] = ["|", "/", "-", "\\"];
const SPINNER_TIME: u128 = 120;

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
    bottom: Bottom,
    shown: Mutex<Option<ShownBar>>,
}

struct ShownBar {
    id: u64,
    _unechoed: Option<EchoGuard>,
}

impl Bar {
    pub(super) fn new(bottom: Bottom) -> Self {
        let shown = Mutex::new(None);
        Bar { bottom, shown }
    }

    fn replace(&self, new: Option<ShownBar>) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = std::mem::replace(&mut *shown, new) {
            self.bottom.remove_progress(old.id);
        }
    }
}

impl Progress for Bar {
    fn start(&self, message: &str, expected: Option<Duration>) {
        let unechoed = EchoGuard::enter();
        let line = ProgressLine::new(message, expected);
        let id = self.bottom.add_progress(line);
        self.replace(Some(ShownBar {
            id,
            _unechoed: unechoed,
        }));
    }

    fn update(&self, message: &str) {
        if let Some(shown) = &*self.shown.lock().unwrap_or_else(PoisonError::into_inner) {
            self.bottom.update_progress(shown.id, clean_line(message));
        }
    }

    fn finish(&self) {
        self.replace(None);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.finish();
    }
}

/// A message and the time since it began.
pub(super) struct ProgressLine {
    pub(super) message: String,
    pub(super) begun: Instant,
    expected: Option<Duration>,
}

impl ProgressLine {
    pub(super) fn new(message: &str, expected: Option<Duration>) -> Self {
        ProgressLine {
            message: clean_line(message),
            begun: Instant::now(),
            expected: expected.filter(|expected| !expected.is_zero()),
        }
    }

    /// At most this many cells wide.
    pub(super) fn drawn(&self, cells: usize, symbols: Symbols) -> String {
        self.after(self.begun.elapsed(), cells, symbols)
    }

    fn after(&self, elapsed: Duration, cells: usize, symbols: Symbols) -> String {
        let frames: &[&str] = match symbols {
            Symbols::Unicode => &SPINNER,
            Symbols::Ascii => &ASCII_SPINNER,
        };
        let turns = elapsed.as_millis() / SPINNER_TIME % frames.len() as u128;
        let spinner = frames[turns as usize];
        let message = &self.message;
        let time = match self.expected {
            None => spelled(elapsed),
            Some(expected) => {
                let usual = spelled(expected.max(Duration::from_secs(1)));
                format!("{} of about {usual}", spelled(elapsed))
            }
        };
        let beside = format!("{spinner}  {time}").width();
        let left = cells.saturating_sub(beside);
        match (self.expected, left.saturating_sub(message.width())) {
            (None, 1..) | (Some(_), 1..=NARROWEST_GAUGE) => format!("{spinner} {message} {time}"),
            (Some(expected), room @ 1..) => {
                let gauge = gauge(elapsed, expected, (room - 1).min(WIDEST_GAUGE), symbols);
                format!("{spinner} {message} {gauge} {time}")
            }
            (_, 0) => {
                let message = symbols.cut(message, left.max(SHORTEST_MESSAGE));
                symbols.cut(&format!("{spinner} {message} {time}"), cells)
            }
        }
    }
}

/// A bar of this many cells, full after the usual time.
fn gauge(elapsed: Duration, expected: Duration, cells: usize, symbols: Symbols) -> String {
    let share = (elapsed.as_secs_f64() / expected.as_secs_f64()).min(1.0);
    let full = |cell: usize| (cell as f64) < share * cells as f64;
    let (done, left) = match symbols {
        Symbols::Unicode => ('━', '─'),
        Symbols::Ascii => ('#', '-'),
    };
    (0..cells)
        .map(|cell| if full(cell) { done } else { left })
        .collect()
}

fn spelled(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..60 => format!("{seconds} s"),
        seconds @ ..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn drawn(message: &str, elapsed: u64, expected: Option<u64>, cells: usize) -> String {
        let line = ProgressLine::new(message, expected.map(s));
        let ascii = line.after(s(elapsed), cells, Symbols::Ascii);
        let only_ascii = ascii.is_ascii() || !message.is_ascii();
        assert!(only_ascii && ascii.width() <= cells, "{ascii}");
        let drawn = line.after(s(elapsed), cells, Symbols::Unicode);
        assert!(drawn.width() <= cells, "{drawn}");
        let after_spinner = drawn.chars().skip(2);
        after_spinner.collect()
    }

    #[test]
    fn the_progress_bar_fills_over_time_without_overflow() {
        assert_eq!(drawn("run", 7, None, 79), "run 7 s");
        for (elapsed, line) in [
            (0, "run ──────────────────── 0 s of about 40 s"),
            (20, "run ━━━━━━━━━━────────── 20 s of about 40 s"),
            (90, "run ━━━━━━━━━━━━━━━━━━━━ 1 min 30 s of about 40 s"),
        ] {
            assert_eq!(drawn("run", elapsed, Some(40), 79), line);
        }
        assert_eq!(
            drawn("run", 20, Some(40), 36),
            "run ━━━━━━───── 20 s of about 40 s"
        );
        assert_eq!(drawn("run", 20, Some(40), 30), "run 20 s of about 40 s");
        assert_eq!(drawn("run", 3, Some(0), 79), "run 3 s");
        assert_eq!(drawn("run", 7325, None, 79), "run 2 h 2 min");
    }

    #[test]
    fn a_narrow_progress_line_keeps_the_time_and_cuts_the_message() {
        let long = "run 2 is running: 日本語の長い名前 on lagoon-demo/main";
        assert_eq!(
            drawn(long, 20, Some(40), 59),
            "run 2 is running: 日本語の長い名前 on… 20 s of about 40 s"
        );
        assert_eq!(drawn(long, 20, Some(40), 25), "run 2 is ru… 20 s of a…");
        assert_eq!(drawn(long, 20, None, 29), "run 2 is running: 日… 20 s");
        for cells in 0..140 {
            drawn(long, 20, Some(40), cells);
        }
    }

    #[test]
    fn progress_can_be_finished_without_a_start() {
        let bar = Bar::new(Bottom::new(None, Symbols::Unicode));
        bar.update("early");
        bar.finish();
        bar.start("one", None);
        bar.start("two", Some(s(1)));
        bar.update("late");
        bar.finish();
        assert!(bar.shown.lock().unwrap().is_none());
    }
}
