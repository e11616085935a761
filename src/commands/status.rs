//! `tasks status`: show the status of runs.

use clap::Args;

use crate::app::App;
use crate::commands::report::{ResultPrinter, ResultShape, RunReport};
use crate::commands::select::{NamedRuns, RunArgs, RunUse, print_runs};
use crate::domain::Run;
use crate::error::Error;
use crate::ops::launch::rerun;
use crate::ops::runs::wait;
use crate::secret::conceal_recognized;

/// Show the status of runs
///
/// The exit code is 0 whatever the outcome of the runs. To get the outcome as an exit code, use
/// `tasks wait`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Show a run
  tasks status 1234
  # Show the newest run of an environment
  tasks status --latest -e main
  # Print two runs as JSON
  tasks status lagoon-task-x7k2p9 1234 -o json
  # Print only the outcome
  tasks status 1234 --jq .outcome
  # Show the run that another command started
  tasks invoke Reindex -e main | tasks status -")]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) runs: RunArgs,
    /// Open the run's page in Lagoon's UI
    #[arg(long)]
    web: bool,
}

pub(crate) async fn run(args: StatusArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let NamedRuns { runs, missing } = NamedRuns::read(&args.runs, app, RunUse::Read).await?;
    let mut opened = Ok(());
    if args.web {
        app.require_page()?;
        for run in &runs {
            let url = RunReport::of(app, run).url;
            opened = opened.and(app.open_page(url.as_deref()).await);
        }
    }
    match (args.runs.shape(), runs.as_slice()) {
        (ResultShape::One, [run]) => {
            let arguments = arguments(app, &answer, run).await;
            answer.print(&RunReport::of(app, run).in_full(arguments))?;
        }
        (shape, _) => print_runs(app, &answer, shape, runs)?,
    }
    wait::first_of_all(missing).and(opened)
}

/// The values of a run, `NAME=value`, for people only: they need another request.
async fn arguments(app: &App, answer: &ResultPrinter, run: &Run) -> Vec<String> {
    if !answer.is_for_people() {
        return Vec::new();
    }
    let values = match app.lagoon().await {
        Ok(lagoon) => rerun::recorded_values(lagoon, run).await,
        Err(_) => Vec::new(),
    };
    let texts = values.into_iter().map(|(name, value)| {
        conceal_recognized(&value);
        format!("{name}={value}")
    });
    texts.collect()
}
