//! Follows logs: each line once, in order, complete in the end.

pub(in crate::ops) mod live;

use std::ops::Range;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use crate::clock::Clock;
use crate::domain::Run;
use crate::domain::run::Log;
use crate::domain::run::live::MissingLines;
use crate::error::Error;
use crate::lagoon::Lagoon;

pub(crate) use live::{LiveMode, LiveOptions, require as require_live};

use crate::ops::runs::log::{self, LogFile, is_empty, nothing_printed, settled};
use crate::ops::runs::push::WakeReason;
use crate::ops::runs::wait::Companion;
use live::LiveConnection;

/// The output of a log.
pub(crate) trait LogSink: Send {
    /// Receives new text that ends with a line, except for the last. Fails if the output is closed.
    fn write(&mut self, piece: &str) -> Result<(), Error>;

    /// True if Lagoon's header is part of the output.
    fn takes_banner(&self) -> bool {
        false
    }

    /// A message about the log.
    fn note(&mut self, _: &str) {}

    /// A message for verbose output.
    fn trace(&mut self, _: &str) {}
}

/// The log as it was shown last.
#[derive(Default)]
struct PrintedLog(Option<(LogFile, Range<u64>)>);

impl PrintedLog {
    /// Shows the new part of `log`; only whole lines unless it is final.
    ///
    /// If `log` does not continue what was shown, the new part begins at the first line that differs.
    fn advance(
        &mut self,
        log: LogFile,
        is_final: bool,
        sink: &mut dyn LogSink,
    ) -> Result<(), Error> {
        let mut range = part(&log, sink)?;
        if !is_final {
            range = log.lines(&range)?;
        }
        let (common, shown) = match &self.0 {
            Some((before, shown)) => {
                let common = log.common(&range, before, shown)?;
                (common, shown.end - shown.start)
            }
            None => (0, 0),
        };
        if common < shown && !is_final {
            // An older log than the one shown, or another one. The final log decides.
            return Ok(());
        }
        let mut from = range.start + common;
        if common < shown {
            from = log.lines(&(range.start..from))?.end;
        }
        let end = log.pieces(&(from..range.end), |piece| sink.write(piece));
        self.0 = Some((log, range));
        end
    }
}

/// The log of a run in progress.
pub(super) struct FollowedLog<'a> {
    live: LiveConnection<'a>,
    shown: PrintedLog,
    sink: &'a mut dyn LogSink,
}

impl<'a> FollowedLog<'a> {
    pub(super) fn new(clock: &'a dyn Clock, live: &LiveOptions, sink: &'a mut dyn LogSink) -> Self {
        FollowedLog {
            live: LiveConnection::new(clock, live),
            shown: PrintedLog::default(),
            sink,
        }
    }

    /// Shows the rest of the log of a finished run.
    pub(super) async fn finish(
        &mut self,
        lagoon: &Lagoon,
        clock: &dyn Clock,
        run: &Run,
    ) -> Result<(), Error> {
        self.live.ends();
        let log = {
            let settled = settled(lagoon, clock, run.id);
            self.live.run_during(run, self.sink, settled).await?
        };
        if is_empty(&log)? && self.live.is_empty() {
            self.sink.note(&nothing_printed(run.id));
        }
        match log {
            Log::Text(file) if self.live.is_empty() => self.shown.advance(file, true, self.sink),
            Log::Text(file) => {
                let range = part(&file, self.sink)?;
                let mut beginning = self.live.beginning();
                file.pieces(&range, |lines| {
                    beginning.take(lines);
                    Ok(())
                })?;
                if let Some(shown) = beginning.end() {
                    let rest = range.start + shown..range.end;
                    return file.pieces(&rest, |piece| self.sink.write(piece));
                }
                let text = file.text(&range)?;
                complete(&self.live.missing(&text), self.sink)
            }
            Log::Empty => Ok(()),
            Log::Unavailable(words) => {
                let id = run.id;
                self.sink.note(&format!(
                    "the log of run {id} could not be read completely: {words}"
                ));
                Ok(())
            }
        }
    }
}

#[async_trait]
impl Companion for FollowedLog<'_> {
    /// Shows the API's log so far, unless the log is live. Fails if the output is closed, or if the
    /// log must be live and cannot be.
    async fn advance(&mut self, lagoon: &Lagoon, run: &Run) -> Result<(), Error> {
        if !run.has_started() {
            return Ok(());
        }
        self.live.find(lagoon, run, self.sink).await?;
        if self.live.is_off()
            // A failure passes, or shows when the run is read.
            && let Ok(Log::Text(file)) = log::log(lagoon, run.id).await
        {
            self.shown.advance(file, false, self.sink)?;
        }
        Ok(())
    }

    async fn run_during(
        &mut self,
        run: &Run,
        pause: BoxFuture<'_, WakeReason>,
    ) -> Result<WakeReason, Error> {
        self.live.run_during(run, self.sink, pause).await
    }
}

/// Shows the lines that a live log missed.
fn complete(missing: &MissingLines<'_>, sink: &mut dyn LogSink) -> Result<(), Error> {
    if !missing.is_rest && !missing.parts.is_empty() {
        sink.note("log lines that were not shown yet:");
    }
    missing.parts.iter().try_for_each(|part| sink.write(part))
}

fn part(log: &LogFile, sink: &dyn LogSink) -> Result<Range<u64>, Error> {
    if sink.takes_banner() {
        Ok(log.whole())
    } else {
        log.content()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::runs::log::holding;

    struct Printed(String);

    impl LogSink for Printed {
        fn write(&mut self, piece: &str) -> Result<(), Error> {
            self.0.push_str(piece);
            Ok(())
        }
    }

    /// The new part of each log; the last one is final.
    fn shown<const N: usize>(logs: [&str; N]) -> [String; N] {
        let mut printed = PrintedLog::default();
        let mut number = 0;
        logs.map(|log| {
            number += 1;
            let mut sink = Printed(String::new());
            let advanced = printed.advance(holding(log), number == N, &mut sink);
            advanced.expect("a temporary file");
            sink.0
        })
    }

    #[test]
    fn each_line_is_shown_once() {
        let logs = ["a\nb", "a\nbc\nd", "a\n", "a\nbc\nd\ne"];
        assert_eq!(shown(logs), ["a\n", "bc\n", "", "d\ne"]);
    }

    #[test]
    fn a_changed_log_continues_after_the_common_prefix() {
        assert_eq!(shown(["a\nb\nc\n", "a\nb\nX\n"]), ["a\nb\nc\n", "X\n"]);
        assert_eq!(shown(["a\nb\n", "a\n"]), ["a\nb\n", ""]);
    }
}
