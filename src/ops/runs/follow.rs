//! Follows logs: each line once, in order, complete in the end.

pub(in crate::ops) mod live;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use crate::clock::Clock;
use crate::domain::Run;
use crate::domain::run::Log;
use crate::domain::run::live::MissingLines;
use crate::error::Error;
use crate::lagoon::Lagoon;

pub(crate) use live::{LiveMode, LiveOptions, require as require_live};

use crate::ops::runs::log::{content, is_empty, nothing_printed, settled};
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

#[derive(Debug, Default)]
struct PrintedLog {
    text: String,
}

impl PrintedLog {
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
            && let Ok(Some(Log::Text(text))) = lagoon.run_log(run.id).await
        {
            let text = part(&text, self.sink);
            self.sink.write(self.shown.advance(text, false))?;
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

fn part<'a>(text: &'a str, sink: &dyn LogSink) -> &'a str {
    if sink.takes_banner() {
        text
    } else {
        content(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_shown_once() {
        let mut shown = PrintedLog::default();
        assert_eq!(shown.advance("a\nb", false), "a\n");
        assert_eq!(shown.advance("a\nbc\nd", false), "bc\n");
        assert_eq!(shown.advance("a\n", false), "");
        assert_eq!(shown.advance("a\nbc\nd\ne", true), "d\ne");
    }

    #[test]
    fn a_changed_log_continues_after_the_common_prefix() {
        let mut shown = PrintedLog::default();
        assert_eq!(shown.advance("a\nb\nc\n", false), "a\nb\nc\n");
        assert_eq!(shown.advance("a\nb\nX\n", true), "X\n");
    }
}
