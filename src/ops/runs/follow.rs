//! A run's log as it grows: each line once, in order, and whole in the end.

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
use crate::ops::runs::push::Hints;
use crate::ops::runs::wait::{self, Limits, Pauses, Reader, Watcher};
use live::Connection;

/// Where the lines of a log go.
pub trait Sink: Send {
    /// A piece of the log that was not there before; ends with a line's end, but for the last.
    ///
    /// # Errors
    /// When nobody takes it any more.
    fn write(&mut self, piece: &str) -> Result<(), Error>;

    /// Whether the banner that Lagoon puts before a log is wanted, too.
    fn takes_banner(&self) -> bool {
        false
    }

    /// Something about the log that is no part of it.
    fn note(&mut self, _: &str) {}

    /// The same, for those who want to know it exactly.
    fn trace(&mut self, _: &str) {}
}

/// How long after the end the final log may take to arrive (some 15 s, seen on Lagoon 2.33.1).
const LOG_GRACE: Duration = Duration::from_secs(15);

/// How long a log that stays empty is waited for: most often nothing was written.
const EMPTY_GRACE: Duration = Duration::from_secs(5);

/// What of a log has been shown.
#[derive(Debug, Default)]
pub struct Shown {
    text: String,
}

impl Shown {
    /// What of `log` is new. While the run is going only whole lines are.
    ///
    /// A log that is not a continuation of what was shown is continued after the part that both
    /// have in common, from the start of that line.
    pub fn advance<'a>(&mut self, log: &'a str, is_final: bool) -> &'a str {
        let end = if is_final {
            log.len()
        } else {
            log.rfind('\n').map_or(0, |at| at + 1)
        };
        let log = &log[..end];
        let common = common_prefix(&self.text, log);
        if common < self.text.len() && !is_final {
            // An older snapshot than what was shown, or another one: the end will tell.
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

/// A log without the banner that Lagoon puts before it.
#[must_use]
pub fn without_banner(log: &str) -> &str {
    let rule = |line: &str| line.len() >= 40 && line.trim_end().bytes().all(|b| b == b'=');
    let mut rest = log;
    let mut lines = [""; 3];
    for line in &mut lines {
        let Some((first, after)) = rest.split_once('\n') else {
            return log;
        };
        (*line, rest) = (first, after);
    }
    let [top, title, bottom] = lines;
    if rule(top) && title.starts_with("Logs on pod ") && rule(bottom) {
        rest
    } else {
        log
    }
}

/// Shows the log while the run is in progress, then the rest of it. `run` is then as it was read last.
///
/// # Errors
/// As [`wait::until_all_over`]; when the sink takes nothing any more; when the log has to be live and
/// cannot be.
#[allow(clippy::too_many_arguments, reason = "each is somebody else's")]
pub(super) async fn follow(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    run: &mut Run,
    live: &Live,
    limits: &Limits,
    watcher: &mut dyn Watcher,
    hints: &mut dyn Hints,
    sink: &mut dyn Sink,
) -> Result<(), Error> {
    let begun = clock.now();
    let mut live = Connection::new(clock, live);
    let mut pauses = Pauses::new();
    let mut reader = Reader::default();
    let mut shown = Shown::default();
    let mut is_known = true;
    watcher.read(run);
    while !run.outcome().is_over() {
        let waited = clock.now().saturating_sub(begun);
        wait::check_limits(run, is_known, waited, limits)?;
        if run.has_started() {
            let lagoon = lagoon.within(limits.left(waited));
            live.find(&lagoon, run, sink).await?;
            if live.is_off() {
                // What the API has so far; a failure here passes or shows when the run is read.
                if let Ok(Some(Log::Text(text))) = lagoon.run_log(run.id).await {
                    let text = part(&text, sink);
                    sink.write(shown.advance(text, false))?;
                }
            }
        }
        let waited = clock.now().saturating_sub(begun);
        let pause = wait::pause_within(pauses.next(), waited, run, limits);
        let going = [wait::going(run)];
        let woken = hints.pause(clock, pause, &going);
        pauses.after(live.meanwhile(run, sink, woken).await?);
        let lagoon = lagoon.within(limits.left(clock.now().saturating_sub(begun)));
        let newer = reader.one(&lagoon, run, watcher).await?;
        is_known = newer.is_some();
        if let Some(newer) = newer {
            *run = newer;
            watcher.read(run);
        }
    }
    live.ends();
    let log = settled(lagoon, clock, run.id);
    let log = live.meanwhile(run, sink, log).await?;
    if is_empty(&log) && live.missing("").is_none() {
        sink.note(&nothing_printed(run.id));
    }
    match log {
        Log::Text(text) => {
            let text = part(&text, sink);
            match live.missing(text) {
                Some(missing) => complete(&missing, sink)?,
                None => sink.write(shown.advance(text, true))?,
            }
        }
        Log::Empty => {}
        Log::Unavailable(words) => {
            let text = format!(
                "the log of run {} could not be read to its end: {words}",
                run.id
            );
            sink.note(&text);
        }
    }
    Ok(())
}

/// The note about a log without a line.
#[must_use]
pub fn nothing_printed(id: i64) -> String {
    format!("run {id} printed nothing")
}

/// What a live log did not show.
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

/// The log of a run as Lagoon has it at the moment.
///
/// # Errors
/// Not found, or any failure of the request.
pub async fn log(lagoon: &Lagoon, id: i64) -> Result<Log, Error> {
    let log = history::read_twice(|| lagoon.run_log(id)).await?;
    log.ok_or_else(|| Error::not_found(format!("run {id} is gone")))
}

/// Whether a log has no line but Lagoon's header.
#[must_use]
pub fn is_nothing(log: &str) -> bool {
    without_banner(log).is_empty()
}

/// Whether the run printed nothing, as far as its log shows.
#[must_use]
pub fn is_empty(log: &Log) -> bool {
    match log {
        Log::Text(text) => is_nothing(text),
        Log::Empty => true,
        Log::Unavailable(_) => false,
    }
}

/// The final log: the status comes before it, so it is read until two reads agree.
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
        // A log can be long: of the one before, what tells it from another is enough.
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

/// The last lines of a log, without its banner.
#[must_use]
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
