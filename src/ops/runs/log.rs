//! Logs as Lagoon has them.

use std::time::Duration;

use crate::clock::Clock;
use crate::domain::run::Log;
use crate::error::Error;
use crate::lagoon::Lagoon;
use crate::ops::runs::history;

/// The limit for the final log, which arrives up to 15 s late (seen on Lagoon 2.33.1).
const LOG_GRACE: Duration = Duration::from_secs(15);

/// The limit for an empty log: most often nothing was written.
const EMPTY_GRACE: Duration = Duration::from_secs(5);

pub(crate) async fn log(lagoon: &Lagoon, id: i64) -> Result<Log, Error> {
    let log = history::read_twice(|| lagoon.run_log(id)).await?;
    log.ok_or_else(|| Error::not_found(history::gone(id)))
}

pub(crate) fn is_blank(log: &str) -> bool {
    without_banner(log).is_empty()
}

pub(crate) fn is_empty(log: &Log) -> bool {
    match log {
        Log::Text(text) => is_blank(text),
        Log::Empty => true,
        Log::Unavailable(_) => false,
    }
}

/// The final log. The status changes before the log is complete, so it is read until two reads
/// agree.
pub(crate) async fn settled(lagoon: &Lagoon, clock: &dyn Clock, id: i64) -> Log {
    let begun = clock.now();
    let mut before: Option<u64> = None;
    let mut pause = Duration::from_millis(300);
    loop {
        let log = match lagoon.run_log(id).await {
            Ok(Some(log)) => log,
            Ok(None) => Log::Unavailable(history::gone(id)),
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
pub(crate) fn tail(log: &str, lines: usize) -> &str {
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

/// A log without Lagoon's header.
pub(crate) fn without_banner(log: &str) -> &str {
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

pub(crate) fn nothing_printed(id: i64) -> String {
    format!("run {id} printed nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_of_zero_lines_is_empty() {
        assert_eq!(tail("a\nb\n", 0), "");
        assert_eq!(tail("a\nb\n", 1), "b\n");
    }

    #[test]
    fn the_banner_is_recognized() {
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
