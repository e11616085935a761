//! Logs as Lagoon has them.

mod banner;
#[cfg(feature = "cli")]
mod current;
mod file;
#[cfg(feature = "cli")]
mod once;
#[cfg(feature = "cli")]
mod part;

use std::time::Duration;

use crate::clock::Clock;
use crate::domain::run::Log;
use crate::error::Error;
use crate::lagoon::Lagoon;
use crate::ops::runs::read;

#[cfg(feature = "cli")]
pub(crate) use current::{current, has_just_ended};
pub(crate) use file::LogFile;
#[cfg(test)]
pub(crate) use file::holding;
#[cfg(feature = "cli")]
pub(crate) use once::print;
#[cfg(feature = "cli")]
pub(crate) use part::{LogPart, is_empty, nothing_printed};

/// The limit for the final log, which arrives up to 15 s late (seen on Lagoon 2.33.1).
const LOG_GRACE: Duration = Duration::from_secs(15);

/// The limit for an empty log: most often nothing was written.
const EMPTY_GRACE: Duration = Duration::from_secs(5);

pub(crate) async fn log(lagoon: &Lagoon, id: i64) -> Result<Log<LogFile>, Error> {
    let log = read::twice(|| file::read(lagoon, id)).await?;
    log.ok_or_else(|| Error::not_found(read::gone(id)))
}

/// The final log. The status changes before the log is complete, so it is read until two reads
/// agree.
pub(crate) async fn settled(lagoon: &Lagoon, clock: &dyn Clock, id: i64) -> Log<LogFile> {
    let begun = clock.now();
    let mut before: Option<u64> = None;
    let mut pause = Duration::from_millis(300);
    loop {
        let log = match file::read(lagoon, id).await {
            Ok(Some(log)) => log,
            Ok(None) => Log::Unavailable(read::gone(id)),
            Err(error) => Log::Unavailable(error.to_string()),
        };
        let waited = clock.now().saturating_sub(begun);
        // Only a hash of the last log is kept.
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
            Log::Text(file) => match file.exit_code(nonce) {
                Ok(Some(code)) => return Ok(code),
                // Two equal reads can both be too early.
                Ok(None) if waited < EMPTY_GRACE => None,
                Ok(None) => Some("its log does not end with the code".to_owned()),
                Err(error) => Some(error.to_string()),
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

fn print_of(log: &Log<LogFile>) -> u64 {
    match log {
        Log::Text(file) => file.print(),
        Log::Empty => 0,
        Log::Unavailable(_) => 1,
    }
}
