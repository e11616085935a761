//! `tasks logs`: print the logs of runs.

mod plain;
mod report;

use std::ops::Range;

use clap::Args;
use jiff::Timestamp;

use crate::app::App;
use crate::commands::launch::{LiveFlags, ReportPlan, WaitFlags, Watch, usual_length};
use crate::commands::report::ResultPrinter;
use crate::commands::select::{NamedRuns, RunArgs, RunUse};
use crate::domain::run::Log;
use crate::domain::{Outcome, Run};
use crate::error::Error;
use crate::ops;
use crate::ops::runs::follow::LiveOptions;
use crate::ops::runs::log::{self, LogFile, LogPart};
use crate::output::Format;
use crate::output::status::{status_phrase, status_style};
use crate::settings::number;
use crate::terminal::Stream;

use report::{Logs, RunLog};

/// Print the logs of runs
///
/// The lines that Lagoon adds before a log are omitted, and at a terminal all escape sequences
/// except colours; --raw keeps both. With -o, each run is an object with its log. For a run in
/// progress Lagoon may have only part of the log; use -f to follow it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Print the log of a run
  tasks logs 1234
  # Follow the last run that this machine started
  tasks logs --last -f
  # Print the log of the newest failed run of an environment
  tasks logs --latest -e main --status failed
  # Follow it in a script that does not depend on the outcome
  tasks logs 1234 -f --no-exit-status
  # Print the last 20 lines
  tasks logs 1234 --tail 20
  # Print the log as a JSON string
  tasks logs 1234 -o json --jq .log
  # Save the log byte for byte
  tasks logs 1234 --raw > run.log")]
pub(crate) struct LogsArgs {
    #[command(flatten)]
    pub(crate) runs: RunArgs,
    /// Follow the log to the end; the outcome sets the exit code
    #[arg(long, short = 'f')]
    follow: bool,
    /// Print only this many lines from the end
    #[arg(long, value_name = "LINES", conflicts_with = "follow", value_parser = number::<usize>(0..=u64::MAX))]
    tail: Option<usize>,
    /// Print the log byte for byte as Lagoon stores it
    #[arg(long, conflicts_with = "live")]
    raw: bool,
    /// Print the log without a pager
    #[arg(long)]
    no_pager: bool,
    /// With --follow, succeed even if the run failed
    #[arg(long, requires = "follow")]
    no_exit_status: bool,
    #[command(flatten)]
    live: LiveFlags,
    #[command(flatten)]
    waiting: WaitFlags,
}

impl LogsArgs {
    pub(crate) fn reports(&self) -> ReportPlan<'_> {
        self.waiting.reports("tasks logs", self.follow)
    }
}

pub(crate) async fn run(args: LogsArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    // As with --follow of other commands, stdout is the log unless -o is given.
    let as_objects = answer.format() != Format::Table && app.settings.output_is_asked_for();
    if !args.follow {
        args.waiting.require_none("--follow")?;
    }
    let found = NamedRuns::read(&args.runs, app, RunUse::Read).await?;
    if args.follow {
        let log = if as_objects { Stream::Err } else { Stream::Out };
        let (runs, verdict) = follow(&args, app, found, log).await;
        if !as_objects && app.ui.terminal().stderr {
            print_ends(&args, app, &runs);
        }
        if !as_objects || runs.is_empty() {
            return verdict;
        }
        // Failures to read them again do not change the verdict.
        let given = print(&args, app, &answer, runs).await.map(|_| ());
        return verdict.and(given);
    }
    if !as_objects {
        return plain::print(&args, app, found).await;
    }
    let NamedRuns { runs, missing } = found;
    let mut failures = missing;
    failures.extend(print(&args, app, &answer, runs).await?);
    ops::runs::wait::first_of_all(failures)
}

async fn follow(
    args: &LogsArgs,
    app: &App,
    found: NamedRuns,
    log: Stream,
) -> (Vec<Run>, Result<(), Error>) {
    let NamedRuns { runs, missing } = found;
    let watch = Watch {
        log: Some(log),
        // ssh delivers lines, not exact bytes.
        live: if args.raw {
            LiveOptions::default()
        } else {
            args.live.live(app)
        },
        raw: args.raw,
        quits: log == Stream::Out,
        ignores_outcome: args.no_exit_status,
        expected: usual_length(app, &runs).await,
        ..args.waiting.watch(app)
    };
    watch.wait_for_all(runs, missing).await
}

/// Says that the followed runs have ended. Of a failure that is an error, the error says so.
fn print_ends(args: &LogsArgs, app: &App, runs: &[Run]) {
    let (now, symbols) = (Timestamp::now(), app.ui.symbols());
    for run in runs {
        let is_said = match run.outcome() {
            Outcome::Completed => true,
            outcome => args.no_exit_status && outcome.is_finished(),
        };
        if is_said {
            let mark = symbols.mark(status_style(run));
            let words = status_phrase(run, now);
            app.ui.note(&format!("{mark}run {} {words}", run.id));
        }
    }
}

/// Prints runs with their logs, and returns the failures.
async fn print(
    args: &LogsArgs,
    app: &App,
    answer: &ResultPrinter,
    runs: Vec<Run>,
) -> Result<Vec<Error>, Error> {
    let mut logs = Logs {
        shape: args.runs.shape(),
        ui_url: app.ui_url(),
        logs: Vec::new(),
    };
    let mut failures = Vec::new();
    for run in runs {
        let log = match read(app, &run).await {
            Ok(Log::Text(file)) => {
                let range = part(args, &file)?;
                RunLog::Text(Box::new(LogPart::new(file, range)))
            }
            Ok(Log::Empty) if run.outcome().is_finished() => RunLog::Empty,
            Ok(log) => {
                failures.extend(unavailable(&run, &log));
                RunLog::None
            }
            Err(error) => {
                failures.push(error);
                RunLog::None
            }
        };
        logs.logs.push((run, log));
    }
    answer.print(&logs)?;
    failures.extend(logs.into_failures());
    Ok(failures)
}

fn part(args: &LogsArgs, log: &LogFile) -> Result<Range<u64>, Error> {
    match args.tail {
        Some(lines) => log.tail(lines),
        None if args.raw => Ok(log.whole()),
        None => log.content(),
    }
}

/// The error about a finished run without a log.
fn unavailable<T>(run: &Run, log: &Log<T>) -> Option<Error> {
    match log {
        Log::Unavailable(words) if run.outcome().is_finished() => Some(Error {
            runs: vec![run.to_json()],
            ..Error::failed(format!("no log of run {}: {words}", run.id))
        }),
        _ => None,
    }
}

async fn read(app: &App, run: &Run) -> Result<Log<LogFile>, Error> {
    log::current(app.lagoon().await?, &ops::clock(), run).await
}
