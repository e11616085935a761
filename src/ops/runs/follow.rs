//! Follows logs: each line once, in order, complete in the end.

pub(in crate::ops) mod live;

use std::time::Duration;

use crate::clock::Clock;
use crate::domain::Run;
use crate::domain::run::Log;
use crate::domain::run::live::Missing;
use crate::error::Error;
use crate::lagoon::Lagoon;

pub use live::{Live, LiveMode, require as require_live};

use crate::ops::runs::history;
use live::Connection;

/// The output of a log.
pub trait Sink: Send {
    /// Receives new text that ends with a line, except for the last. Fails if the output is closed.
    fn write(&mut self, piece: &str) -> Result<(), Error>;

    /// Whether Lagoon's header is part of the output.
    fn takes_banner(&self) -> bool {
        false
    }

    /// A message about the log.
    fn note(&mut self, _: &str) {}

    /// A message for verbose output.
    fn trace(&mut self, _: &str) {}
}

/// The limit for the final log, which arrives up to 15 s late (seen on Lagoon 2.33.1).
const LOG_GRACE: Duration = Duration::from_secs(15);

/// The limit for an empty log: most often nothing was written.
const EMPTY_GRACE: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
struct Shown {
    text: String,
}

impl Shown {
    /// The new part of `log`; only whole lines unless it is final.
    ///
    /// If `log` does not continue what was shown, the result begins at the first line that differs.
    fn advance<'a>(&mut self, log: &'a str, is_final: bool) -> &'a str {
        let end = if is_final {
            log.len()
        } else {
            log.rfind('\n').map_or(0, |at| at + 1)
        };
        let log = &log[..end];
        let common = common_prefix(&self.text, log);
        if common < self.text.len() && !is_final {
            // An older log than the one shown, or another one. The final log decides.
            return "";
        }
        let from = if common == self.text.len() {
            common
        } else {
            log[..common].rfind('\n').map_or(0, |at| at + 1)
        };
        self.text = log.to_owned();
        &log[from..]
    }
}

fn common_prefix(a: &str, b: &str) -> usize {
    let mut common = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    while !b.is_char_boundary(common) {
        common -= 1;
    }
    common
}

/// A log without Lagoon's header.
pub fn without_banner(log: &str) -> &str {
    let rule = |line: &str| line.len() >= 40 && line.trim_end().bytes().all(|b| b == b'=');
    let mut parts = log.splitn(4, '\n');
    let [Some(top), Some(title), Some(bottom), Some(rest)] = [(); 4].map(|()| parts.next()) else {
        return log;
    };
    if rule(top) && title.starts_with("Logs on pod ") && rule(bottom) {
        rest
    } else {
        log
    }
}

/// The log of a run in progress.
pub(super) struct FollowedLog<'a> {
    live: Connection<'a>,
    shown: Shown,
    sink: &'a mut dyn Sink,
}

impl<'a> FollowedLog<'a> {
    pub(super) fn new(clock: &'a dyn Clock, live: &Live, sink: &'a mut dyn Sink) -> Self {
        FollowedLog {
            live: Connection::new(clock, live),
            shown: Shown::default(),
            sink,
        }
    }

    /// Shows the API's log so far, unless the log is live. Fails if the output is closed, or if the
    /// log must be live and cannot be.
    pub(super) async fn advance(&mut self, lagoon: &Lagoon, run: &Run) -> Result<(), Error> {
        if !run.has_started() {
            return Ok(());
        }
        self.live.find(lagoon, run, self.sink).await?;
        if self.live.is_off()
            // A failure passes, or shows when the run is read.
            && let Ok(Some(Log::Text(text))) = lagoon.run_log(run.id).await
        {
            let text = part(&text, self.sink);
            self.sink.write(self.shown.advance(text, false))?;
        }
        Ok(())
    }

    pub(super) async fn meanwhile<T>(
        &mut self,
        run: &Run,
        work: impl Future<Output = T>,
    ) -> Result<T, Error> {
        self.live.meanwhile(run, self.sink, work).await
    }

    /// Shows the rest of the log of a finished run.
    pub(super) async fn finish(
        &mut self,
        lagoon: &Lagoon,
        clock: &dyn Clock,
        run: &Run,
    ) -> Result<(), Error> {
        self.live.ends();
        let log = self.meanwhile(run, settled(lagoon, clock, run.id)).await?;
        if is_empty(&log) && self.live.missing("").is_none() {
            self.sink.note(&nothing_printed(run.id));
        }
        match log {
            Log::Text(text) => {
                let text = part(&text, self.sink);
                match self.live.missing(text) {
                    Some(missing) => complete(&missing, self.sink),
                    None => self.sink.write(self.shown.advance(text, true)),
                }
            }
            Log::Empty => Ok(()),
            Log::Unavailable(words) => {
                let id = run.id;
                self.sink.note(&format!(
                    "the log of run {id} could not be read to its end: {words}"
                ));
                Ok(())
            }
        }
    }
}

pub fn nothing_printed(id: i64) -> String {
    format!("run {id} printed nothing")
}

/// Shows the lines that a live log missed.
fn complete(missing: &Missing<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
    if !missing.is_rest && !missing.parts.is_empty() {
        sink.note("lines of the log that were not shown yet:");
    }
    missing.parts.iter().try_for_each(|part| sink.write(part))
}

fn part<'a>(text: &'a str, sink: &dyn Sink) -> &'a str {
    if sink.takes_banner() {
        text
    } else {
        without_banner(text)
    }
}

pub async fn log(lagoon: &Lagoon, id: i64) -> Result<Log, Error> {
    let log = history::read_twice(|| lagoon.run_log(id)).await?;
    log.ok_or_else(|| Error::not_found(format!("run {id} is gone")))
}

pub fn is_nothing(log: &str) -> bool {
    without_banner(log).is_empty()
}

pub fn is_empty(log: &Log) -> bool {
    match log {
        Log::Text(text) => is_nothing(text),
        Log::Empty => true,
        Log::Unavailable(_) => false,
    }
}

/// The final log. The status changes before the log is complete, so it is read until two reads
/// agree.
pub async fn settled(lagoon: &Lagoon, clock: &dyn Clock, id: i64) -> Log {
    let begun = clock.now();
    let mut before: Option<u64> = None;
    let mut pause = Duration::from_millis(300);
    loop {
        let log = match lagoon.run_log(id).await {
            Ok(Some(log)) => log,
            Ok(None) => Log::Unavailable(format!("run {id} is gone")),
            Err(error) => Log::Unavailable(error.to_string()),
        };
        let waited = clock.now().saturating_sub(begun);
        // A log can be long, so only a hash of the last one is kept.
        let now = print_of(&log);
        let agrees = before == Some(now);
        let enough = match log {
            Log::Text(_) => agrees,
            Log::Empty => agrees && waited >= EMPTY_GRACE,
            Log::Unavailable(_) => false,
        };
        if enough || waited >= LOG_GRACE {
            return log;
        }
        before = Some(now);
        drop(log);
        clock.sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(3));
    }
}

fn print_of(log: &Log) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    match log {
        Log::Text(text) => text.hash(&mut hasher),
        Log::Empty => 0.hash(&mut hasher),
        Log::Unavailable(_) => 1.hash(&mut hasher),
    }
    hasher.finish()
}

/// Without the header.
pub fn tail(log: &str, lines: usize) -> &str {
    if lines == 0 {
        return "";
    }
    let log = without_banner(log);
    let body = log.strip_suffix('\n').unwrap_or(log);
    match body.rmatch_indices('\n').nth(lines - 1) {
        Some((at, _)) => &log[at + 1..],
        None => log,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_lines_are_no_lines() {
        assert_eq!(tail("a\nb\n", 0), "");
        assert_eq!(tail("a\nb\n", 1), "b\n");
    }

    #[test]
    fn each_line_is_shown_once() {
        let mut shown = Shown::default();
        assert_eq!(shown.advance("a\nb", false), "a\n");
        assert_eq!(shown.advance("a\nbc\nd", false), "bc\n");
        assert_eq!(shown.advance("a\n", false), "");
        assert_eq!(shown.advance("a\nbc\nd\ne", true), "d\ne");
    }

    #[test]
    fn another_log_is_continued_after_what_both_have() {
        let mut shown = Shown::default();
        assert_eq!(shown.advance("a\nb\nc\n", false), "a\nb\nc\n");
        assert_eq!(shown.advance("a\nb\nX\n", true), "X\n");
    }

    #[test]
    fn the_banner_is_known_by_its_form() {
        let rule = "=".repeat(80);
        let log =
            format!("{rule}\nLogs on pod lagoon-task-abc, assigned to cluster x\n{rule}\nhello\n");
        assert_eq!(without_banner(&log), "hello\n");
        assert_eq!(without_banner("hello\nthere\n"), "hello\nthere\n");
        assert_eq!(
            without_banner(&format!("{rule}\nb\n{rule}\nc\n")).len(),
            2 * 81 + 4
        );
        assert_eq!(without_banner(""), "");
    }

    #[test]
    fn a_tail_is_whole_lines() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc\n");
        assert_eq!(tail("a\nb\nc", 2), "b\nc");
        assert_eq!(tail("a\n", 5), "a\n");
    }
}
