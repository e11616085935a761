//! `tasks cancel`: cancel runs.

use crate::app::App;
use crate::commands::launch::{ReportFlags, ReportPlan, Watch};
use crate::commands::report::{ResultPrinter, cases};
use crate::commands::select::{NamedRuns, RunArgs, RunUse, print_runs};
use crate::commands::{launch, scope};
use crate::domain::{Environment, Run};
use crate::error::{Error, Kind};
use crate::ops;
use crate::ops::runs::cancel::CancelOutcome;
use crate::ops::runs::wait::{self, Limits, WaitOutcome};
use crate::settings::{TargetSetting, parse_limit};
use std::time::Duration;

use clap::Args;

/// Cancel runs and wait for them to end
///
/// Asks for confirmation; without a terminal, pass --yes. The exit code is 1 if a run ended with
/// another outcome or had already ended.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Cancel a run
  tasks cancel 1234
  # Cancel the last run that this machine started, without confirmation
  tasks cancel --last --yes
  # Cancel two runs and print them as JSON
  tasks cancel 1234 1235 --yes -o json")]
pub(crate) struct CancelArgs {
    #[command(flatten)]
    pub(crate) runs: RunArgs,
    /// Limit the wait for the end
    #[arg(long, value_name = "TIME", value_parser = parse_limit, default_value = "10m")]
    timeout: Duration,
    #[command(flatten)]
    report: ReportFlags,
}

impl CancelArgs {
    pub(crate) fn reports(&self) -> ReportPlan<'_> {
        self.report.plan("tasks cancel", false)
    }
}

pub(crate) async fn run(args: CancelArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    app.require_explicit(&[TargetSetting::Context])?;
    let shape = args.runs.shape();
    let NamedRuns { runs, missing } = NamedRuns::read(&args.runs, app, RunUse::Cancel).await?;
    let mut failures = missing;
    let mut going = Vec::new();
    for run in runs {
        match ops::runs::cancel::require_in_progress(&run) {
            Ok(()) => going.push(run),
            Err(error) => {
                cases::failed(app, &run, &error);
                failures.push(error);
            }
        }
    }
    if going.is_empty() {
        return wait::first_of_all(failures);
    }
    for error in &failures {
        app.ui.warn(&error.to_string());
    }
    going.iter().for_each(|run| cases::seen(app, run));
    confirm(app, &going)?;
    let lagoon = app.lagoon().await?;
    let progress = app.ui.progress();
    let mut asked = Vec::new();
    for run in going {
        progress.start(&format!("cancelling run {}", run.id), None);
        match ops::runs::cancel::request(lagoon, &run).await {
            Ok(request) => {
                if request == CancelOutcome::Unknown {
                    app.ui.warn(&launch::unknown_cancel(&run));
                }
                asked.push(run);
            }
            Err(error) => {
                cases::failed(app, &run, &error);
                failures.push(error);
            }
        }
    }
    progress.finish();
    if asked.is_empty() {
        return wait::first_of_all(failures);
    }
    let limits = Limits {
        timeout: Some(args.timeout),
        start_timeout: args.timeout,
    };
    match Watch::new(app, limits).wait_for(asked).await {
        Ok(waited) => {
            let runs = waited.iter().map(|waited| waited.run.clone()).collect();
            let given = print_runs(app, &answer, shape, runs);
            failures.extend(waited.into_iter().filter_map(|waited| ended(app, waited)));
            wait::first_of_all(failures).and(given)
        }
        Err((runs, error)) => {
            // The end of the wait takes precedence over a failure to print.
            let _ = print_runs(app, &answer, shape, runs);
            Err(error)
        }
    }
}

/// Reports the result for one run, and returns its error.
fn ended(app: &App, waited: WaitOutcome) -> Option<Error> {
    let run = waited.run.clone();
    let error = failure(waited);
    match &error {
        Some(error) => cases::failed(app, &run, error),
        None => cases::passed(app, &run),
    }
    error
}

/// Maps the end of the wait to the result of `cancel`.
fn failure(waited: WaitOutcome) -> Option<Error> {
    match waited.end {
        Ok(()) => ops::runs::cancel::verdict(&waited.run).err(),
        // Exit codes 8 and 10 are for waiting for the regular end of a run.
        Err(error) if matches!(error.kind, Kind::StillGoing | Kind::NeverStarted) => Some(
            Error {
                kind: Kind::Failed,
                hints: Vec::new(),
                ..error
            }
            .hint("the request was accepted and may still take effect"),
        ),
        Err(error) => Some(error),
    }
}

fn confirm(app: &App, runs: &[Run]) -> Result<(), Error> {
    let mut all = Vec::new();
    for run in runs {
        let place = run.environment.as_deref().map(Environment::label);
        let place = scope::banner(app, &place.unwrap_or_default())?;
        let (id, name, status) = (run.id, &run.name, &run.status);
        all.push(format!("run {id} of `{name}` ({status}) on {place}"));
    }
    if app.settings.yes {
        all.iter().for_each(|what| app.ui.note(what));
    }
    let question = match all.as_slice() {
        [what] => format!("Cancel {what}?"),
        _ => format!(
            "runs to cancel:\n  {}\nCancel these {} runs?",
            all.join("\n  "),
            runs.len()
        ),
    };
    app.confirm(&question)
}
