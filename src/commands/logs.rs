//! `tasks logs`: what runs printed.

use clap::Args;
use jiff::Timestamp;

use crate::app::App;
use crate::domain::Run;
use crate::domain::run::moment;
use crate::error::Error;
use crate::ops;
use crate::ops::follow::{self, Log};
use crate::ops::history;
use crate::ui::Stream;

use super::target::{Found, LogOut, RunArgs, WaitFlags, Watch};

/// Show what runs printed
///
/// The lines that Lagoon puts before a log are left out. At a terminal colours stay and all other
/// escape sequences go; elsewhere colours go, too. Of a run that is still going Lagoon has a part
/// at best: -f shows what comes, and all of it at the end.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks logs 1234
  tasks logs --last -f
  tasks logs 1234 --tail 20
  tasks logs 1234 --raw > run.log")]
pub struct LogsArgs {
    #[command(flatten)]
    runs: RunArgs,
    /// Show the log as it grows, until the run is over; the exit code says how it ended
    #[arg(long, short = 'f')]
    follow: bool,
    /// Only the last lines
    #[arg(long, value_name = "LINES", conflicts_with = "follow")]
    tail: Option<usize>,
    /// The log as Lagoon has it, each byte
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    waiting: WaitFlags,
}

/// Runs the command.
///
/// # Errors
/// Not found, or no log to be had; with --follow, how the run ended.
pub async fn run(args: LogsArgs, app: &App) -> Result<(), Error> {
    let Found { runs, missing } = Found::read(&args.runs, app).await?;
    if args.follow {
        let watch = Watch {
            app,
            limits: args.waiting.limits(),
            on_interrupt: args.waiting.on_interrupt,
            log: Some(Stream::Out),
            raw: args.raw,
            quits: true,
            expected: match runs.as_slice() {
                [run] if app.ui.terminal().stderr && !run.outcome().is_over() => {
                    history::usual_length(app.lagoon().await?, run).await
                }
                _ => None,
            },
            changes: None,
        };
        return watch.until_all_over(runs, missing).await.1;
    }
    let several = runs.len() + missing.len() > 1;
    let mut failures = missing;
    for run in &runs {
        if several {
            app.ui.note(&format!("run {} ({}):", run.id, run.name));
        }
        match show(app, run, &args).await {
            Ok(true) => {}
            // Nobody reads any more.
            Ok(false) => return Ok(()),
            Err(error) => failures.push(error),
        }
    }
    ops::wait::first_of_all(failures)
}

/// Whether somebody still reads.
async fn show(app: &App, run: &Run, args: &LogsArgs) -> Result<bool, Error> {
    let log = read(app, run).await?;
    let about = |message: String| Error {
        runs: vec![run.to_json()],
        ..Error::failed(message)
    };
    let text = match log {
        Log::Text(text) => text,
        Log::Empty if run.outcome().is_over() => {
            app.ui.note(&format!("the log of run {} is empty", run.id));
            return Ok(true);
        }
        Log::Empty => {
            app.ui.note(&format!(
                "run {} is {}: there is no log yet; -f waits for it",
                run.id, run.status
            ));
            return Ok(true);
        }
        Log::Unavailable(_) if !run.outcome().is_over() => {
            app.ui.note(&format!(
                "run {} is {}: there is no log yet; -f waits for it",
                run.id, run.status
            ));
            return Ok(true);
        }
        Log::Unavailable(words) => {
            return Err(about(format!("no log of run {}: {words}", run.id)));
        }
    };
    let part = match args.tail {
        Some(lines) => follow::tail(&text, lines),
        None if args.raw => &text,
        None => follow::without_banner(&text),
    };
    let mut out = LogOut::new(app, Stream::Out, args.raw);
    out.give(part)?;
    let closed = out.is_closed();
    out.finish()?;
    Ok(!closed)
}

/// The log as it is; the final one when the run has just ended.
async fn read(app: &App, run: &Run) -> Result<Log, Error> {
    const JUST: i64 = 30;
    let lagoon = app.lagoon().await?;
    let ended = run.completed.as_deref().and_then(moment);
    let just_ended = run.outcome().is_over()
        && ended.is_some_and(|at| Timestamp::now().duration_since(at).as_secs().abs() < JUST);
    if just_ended {
        return Ok(follow::settled(lagoon, &ops::clock(), run.id).await);
    }
    match lagoon.run_log(run.id).await? {
        Some((_, log)) => Ok(log),
        None => Err(Error::not_found(format!("run {} is gone", run.id))),
    }
}
