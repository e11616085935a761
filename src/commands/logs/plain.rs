//! Printing logs as they are.

use super::{LogsArgs, part, read, unavailable};
use crate::app::App;
use crate::commands::launch::LogOutput;
use crate::commands::select::NamedRuns;
use crate::domain::Run;
use crate::domain::run::Log;
use crate::error::Error;
use crate::ops;
use crate::ops::runs::follow::LogSink;
use crate::ops::runs::log;
use crate::terminal::Stream;

/// Prints one log after another.
pub(super) async fn print(args: &LogsArgs, app: &App, found: NamedRuns) -> Result<(), Error> {
    let NamedRuns { runs, missing } = found;
    let several = runs.len() + missing.len() > 1;
    let mut failures = missing;
    let mut pager = None;
    for run in &runs {
        let mut sink = PlainLog {
            out: LogOutput::new(app, Stream::Out, args.raw),
            open: || {
                if pager.is_none() && !args.no_pager && !args.raw {
                    pager = app.page();
                }
                heading(app, run, several);
            },
            is_open: false,
        };
        let log = pass(args, app, run, &mut sink).await;
        let PlainLog { out, is_open, .. } = sink;
        if out.is_closed() {
            return Ok(());
        }
        match log.and_then(|log| unavailable(run, &log).map_or(Ok(()), Err)) {
            Ok(()) if is_open => {}
            Ok(()) => {
                heading(app, run, several);
                app.ui.note(&nothing(run));
            }
            Err(error) => failures.push(error),
        }
        failures.extend(out.finish().err());
    }
    // Errors are printed when the pager has ended.
    drop(pager);
    ops::runs::wait::first_of_all(failures)
}

fn heading(app: &App, run: &Run, several: bool) {
    if several {
        app.ui.note(&format!("run {} ({}):", run.id, run.name));
    }
}

fn nothing(run: &Run) -> String {
    if run.outcome().is_finished() {
        return log::nothing_printed(run.id);
    }
    let (id, status) = (run.id, &run.status);
    format!("run {id} is {status} and has no log yet; use -f to follow it")
}

/// Passes the log on as it arrives, if it is the final one.
async fn pass(
    args: &LogsArgs,
    app: &App,
    run: &Run,
    sink: &mut dyn LogSink,
) -> Result<Log<()>, Error> {
    if args.tail.is_none() && !log::has_just_ended(run) {
        return log::print(app.lagoon().await?, run.id, sink).await;
    }
    Ok(match read(app, run).await? {
        Log::Text(file) => {
            let range = part(args, &file)?;
            file.pieces(&range, |piece| sink.write(piece))?;
            Log::Text(())
        }
        Log::Empty => Log::Empty,
        Log::Unavailable(words) => Log::Unavailable(words),
    })
}

/// The output of one log. The pager and the heading come with its first part.
struct PlainLog<'a, F> {
    out: LogOutput<'a>,
    open: F,
    is_open: bool,
}

impl<F: FnMut() + Send> LogSink for PlainLog<'_, F> {
    fn write(&mut self, piece: &str) -> Result<(), Error> {
        if !self.is_open {
            self.is_open = true;
            (self.open)();
        }
        self.out.print(piece)?;
        if self.out.is_closed() {
            return Err(Error::failed("output closed"));
        }
        Ok(())
    }

    fn takes_banner(&self) -> bool {
        self.out.takes_banner()
    }
}
