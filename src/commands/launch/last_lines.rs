//! The ends of the logs of failed runs, on stderr and in reports.

use futures_util::{StreamExt as _, stream};

use crate::commands::launch::Watch;
use crate::commands::launch::log::LogOutput;
use crate::commands::report::cases;
use crate::domain::run::Log;
use crate::domain::{Outcome, Run};
use crate::ops;
use crate::ops::runs::follow::LogSink as _;
use crate::ops::runs::log;
use crate::ops::runs::wait::WaitOutcome;

/// The lines of a failed run's log that are printed if it was not followed.
const LAST_LINES: usize = 30;

/// The number of failed runs whose log is printed. Reports have all.
const LAST_LOGS: usize = 10;

const CONCURRENCY: usize = 4;

impl Watch<'_> {
    pub(super) async fn show_last_lines(&self, waited: &[WaitOutcome]) {
        let failed: Vec<&Run> = waited
            .iter()
            .map(|waited| &waited.run)
            .filter(|run| run.outcome() == Outcome::Failed)
            .collect();
        let is_shown = self.log.is_none();
        let shown = if is_shown { LAST_LOGS } else { 0 };
        let read = match self.app.test_reports.is_active() {
            true => failed.len(),
            false => shown,
        };
        let logs = stream::iter(failed.iter().take(read));
        let logs = logs.map(async |run| (*run, self.end_of_log(run).await));
        let mut logs = std::pin::pin!(logs.buffered(CONCURRENCY).enumerate());
        while let Some((at, (run, log))) = logs.next().await {
            if let Ok(tail) = &log {
                cases::log(self.app, run, tail);
            }
            if at < shown {
                self.show(run, &log);
            }
        }
        if is_shown && failed.len() > LAST_LOGS {
            let left = failed.len() - LAST_LOGS;
            self.app.ui.note(&format!(
                "{left} more runs failed; to see why: tasks logs RUN"
            ));
        }
    }

    /// The end of the log, empty if there is none; or why it could not be read.
    async fn end_of_log(&self, run: &Run) -> Result<String, String> {
        let lagoon = self.app.lagoon().await.map_err(|error| error.to_string())?;
        let file = match log::settled(lagoon, &ops::clock(), run.id).await {
            Log::Text(file) => file,
            Log::Empty => return Ok(String::new()),
            Log::Unavailable(why) => return Err(why),
        };
        let mut tail = String::new();
        let lines = file.tail(LAST_LINES);
        let read = lines.and_then(|lines| {
            file.pieces(&lines, |piece| {
                tail.push_str(piece);
                Ok(())
            })
        });
        read.map_or_else(|error| Err(error.to_string()), |()| Ok(tail))
    }

    fn show(&self, run: &Run, log: &Result<String, String>) {
        let ui = &self.app.ui;
        match log {
            Ok(tail) if tail.is_empty() => ui.note(&log::nothing_printed(run.id)),
            Ok(tail) => {
                // Printed also with -q, because the lines are.
                ui.heading(&format!("last lines of the log of run {}:", run.id));
                let mut out = LogOutput::tail(self.app);
                // A closed stderr is ignored.
                let _ = out.write(tail);
                let _ = out.finish();
                ui.empty_line();
            }
            Err(why) => ui.warn(&format!("no log of run {}: {why}", run.id)),
        }
    }
}
