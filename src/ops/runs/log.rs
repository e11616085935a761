//! Logs as Lagoon has them.

#[cfg(feature = "cli")]
mod content;

use std::time::Duration;

use crate::clock::Clock;
use crate::domain::run::Log;
use crate::error::Error;
use crate::lagoon::Lagoon;
use crate::ops::runs::read;

#[cfg(feature = "cli")]
pub(crate) use content::{content, is_blank, is_empty, nothing_printed, tail};

/// The limit for the final log, which arrives up to 15 s late (seen on Lagoon 2.33.1).
const LOG_GRACE: Duration = Duration::from_secs(15);

/// The limit for an empty log: most often nothing was written.
const EMPTY_GRACE: Duration = Duration::from_secs(5);

pub(crate) async fn log(lagoon: &Lagoon, id: i64) -> Result<Log, Error> {
    let log = read::twice(|| lagoon.run_log(id)).await?;
    log.ok_or_else(|| Error::not_found(read::gone(id)))
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
            Ok(None) => Log::Unavailable(read::gone(id)),
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

/// The exit code at the end of the log of a finished run, as `exec --exit-status` writes it. The error is
/// the reason why there is none.
#[cfg(feature = "cli")]
pub(crate) async fn exit_code(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    id: i64,
    nonce: &str,
) -> Result<u8, String> {
    let begun = clock.now();
    let mut pause = Duration::from_millis(300);
    loop {
        let log = settled(lagoon, clock, id).await;
        let waited = clock.now().saturating_sub(begun);
        let reason = match log {
            Log::Text(text) => match crate::domain::task::exit_status::code(&text, nonce) {
                Some(code) => return Ok(code),
                // Two equal reads can both be too early.
                None if waited < EMPTY_GRACE => None,
                None => Some("its log does not end with the code".to_owned()),
            },
            Log::Empty => Some("it has no log".to_owned()),
            Log::Unavailable(words) => Some(words),
        };
        if let Some(reason) = reason {
            return Err(reason);
        }
        clock.sleep(pause).await;
        pause *= 2;
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
