//! `tasks wait`: wait for runs.

mod active;

use clap::Args;

use crate::app::App;
use crate::commands::launch::{ReportPlan, RunLines, WaitFlags, Watch, usual_length};
use crate::commands::report::{ResultPrinter, ResultShape};
use crate::commands::select::{NamedRuns, RunArgs, RunUse, print_runs};
use crate::error::Error;
use crate::output::Format;
use active::ActiveWait;

/// Wait for runs to end
///
/// The outcome sets the exit code: 0 if all runs completed, 3 if one failed, 6 if one was cancelled,
/// 8 if one was still in progress after --timeout, and 10 if one had not started after
/// --start-timeout. If several apply, the first of 3, 6, 10, 8, 7, 4, 5, 1 is used (see
/// `tasks help exit-codes`).
///
/// With --active, waits until no run is in progress on the environment, including those that start in
/// the meantime; --task restricts it to one task. The outcomes do not matter: the exit code is 0 then.
#[derive(Debug, Args)]
#[command(mut_arg("task", |task| task
    .help("With --latest or --active, consider only runs of the task with this name")))]
#[command(after_help = "\
Examples:
  # Wait for a run
  tasks wait 1234
  # Wait at most 30 minutes for the last run that this machine started
  tasks wait --last --timeout 30m
  # Wait for the run that another command started
  tasks invoke Reindex -e main -o json | tasks wait -
  # Wait until nothing is running on an environment, at most an hour
  tasks wait --active -p shop -e main --timeout 1h
  # Write a report for the CI service
  tasks wait --last --report junit=tasks.xml
  # Print each run when it ends
  tasks wait 1234 1235 1236 -o jsonl")]
pub(crate) struct WaitArgs {
    #[command(flatten)]
    runs: RunArgs,
    #[command(flatten)]
    waiting: WaitFlags,
    /// Wait until no run is in progress (-e)
    #[arg(long, conflicts_with_all = ["runs", "last", "latest"])]
    active: bool,
    /// With `-`, succeed if stdin has no runs
    #[arg(long, conflicts_with = "active")]
    allow_empty: bool,
    /// With -o jsonl, print a line for each change of status
    #[arg(long)]
    changes: bool,
}

impl WaitArgs {
    /// True if it waits for whatever is in progress.
    pub(crate) fn is_active(&self) -> bool {
        self.active
    }

    pub(crate) fn reports(&self) -> ReportPlan<'_> {
        self.waiting.reports("tasks wait", false)
    }

    pub(crate) fn needs_place(&self, can_prompt: bool) -> bool {
        self.active || self.runs.needs_place(can_prompt)
    }
}

pub(crate) async fn run(args: WaitArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let is_jsonl = answer.format() == Format::Jsonl;
    if args.changes && !is_jsonl {
        return Err(Error::no_effect("--changes", "-o jsonl"));
    }
    let lines = is_jsonl.then_some(if args.changes {
        RunLines::Changes(&answer)
    } else {
        RunLines::Ends(&answer)
    });
    if args.active {
        let wait = ActiveWait {
            app,
            flags: &args.waiting,
            lines,
            task: args.runs.task_in_progress()?,
        };
        let (runs, verdict) = wait.until_none().await?;
        let is_printed = is_jsonl || (runs.is_empty() && answer.format() == Format::Table);
        let given = match is_printed {
            true => Ok(()),
            false => print_runs(app, &answer, ResultShape::Many, runs),
        };
        return verdict.and(given);
    }
    let shape = args.runs.shape();
    let NamedRuns { runs, missing } = match args.allow_empty {
        true => NamedRuns::read_any(&args.runs, app, RunUse::Wait).await?,
        false => NamedRuns::read(&args.runs, app, RunUse::Wait).await?,
    };
    for error in &missing {
        app.ui.warn(&error.to_string());
    }
    let watch = Watch {
        expected: usual_length(app, &runs).await,
        lines,
        ..args.waiting.watch(app)
    };
    let (runs, verdict) = watch.wait_for_all(runs, missing).await;
    let given = if is_jsonl {
        Ok(())
    } else {
        print_runs(app, &answer, shape, runs)
    };
    verdict.and(given)
}
