//! `tasks rerun`: start runs again.

mod inputs;

use clap::Args;

use crate::app::App;
use crate::commands::input::values;
use crate::commands::launch::{ReportPlan, Start, StartFlags};
use crate::commands::report::{ResultPrinter, ResultShape};
use crate::commands::select::{NamedRuns, RunArgs, RunUse, print_runs};
use crate::commands::{flags, scope};
use crate::domain::task::quoting::suggestion;
use crate::domain::{Outcome, Run};
use crate::error::Error;
use crate::ops::launch::batch::{Notice, by_text};
use crate::ops::launch::rerun::{self, RecordedRun};
use crate::settings::{Sourced, TargetSetting};

/// Rerun a run
///
/// Starts the same task with the same arguments, which are read from the command line that Lagoon
/// recorded. If the task has changed since then, shows both versions and asks which to run. A one-off command
/// runs again unchanged. Lagoon does not record the arguments of IMAGE tasks: set them with -a, or
/// `tasks` prompts for them. Use -e to run on another environment.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Rerun a run and wait for it
  tasks rerun 1234 --wait
  # Rerun it on another environment and follow the log
  tasks rerun lagoon-task-abc123 -e develop --follow
  # Rerun the last run with another argument
  tasks rerun --last -a SOURCE=main --yes
  # Save the runs of several environments
  tasks invoke Reindex -e 'pr-*' --yes --wait -o json > runs.json
  # Rerun those that failed
  tasks rerun --failed - < runs.json")]
pub(crate) struct RerunArgs {
    #[command(flatten)]
    pub(crate) runs: RunArgs,
    /// Replace an argument; IMAGE tasks need all arguments
    #[arg(long = "arg", short = 'a', value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// Set an argument from a file; `-` is stdin
    #[arg(long = "arg-file", value_name = "NAME=FILE")]
    arg_files: Vec<String>,
    /// Rerun only the runs that failed
    #[arg(long)]
    failed: bool,
    #[command(flatten)]
    start: StartFlags,
    /// Start even if the environment lacks the service
    #[arg(long, hide_short_help = true)]
    no_preflight: bool,
}

impl RerunArgs {
    pub(crate) fn reports(&self) -> ReportPlan<'_> {
        self.start.reports("tasks rerun")
    }
}

pub(crate) async fn run(args: RerunArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    args.start.check(app, false)?;
    let shape = match args.failed {
        true => ResultShape::Many,
        false => args.runs.shape(),
    };
    let has_values = !args.args.is_empty() || !args.arg_files.is_empty();
    if has_values && shape == ResultShape::Many {
        return Err(Error::usage(
            "-a and --arg-file can be used with one RUN only",
        ));
    }
    let given = values::read(app, &args.args, &args.arg_files, None)?;
    app.require_explicit(&[TargetSetting::Context])?;
    let of = match args.failed {
        true => RunUse::RerunFailed,
        false => RunUse::Rerun,
    };
    let found = NamedRuns::read(&args.runs, app, of).await?;
    // Nothing starts unless all can start.
    let mut runs = found.whole()?;
    if args.failed {
        runs = only_failed(app, runs);
        if runs.is_empty() {
            return print_runs(app, &answer, shape, runs);
        }
    }
    if shape == ResultShape::Many {
        args.start.require_no_page()?;
    }
    let lagoon = app.lagoon().await?;
    let is_picked = shape == ResultShape::One && !args.runs.is_named();
    let equivalent = match runs.as_slice() {
        [run] if is_picked => Some(equivalent(app, run, &args)),
        _ => None,
    };
    let (mut launches, mut was_prompted) = (Vec::new(), is_picked);
    for run in runs {
        let past = rerun::read(lagoon, run).await?;
        let prepared = prepare(app, &past, &given, &args).await?;
        was_prompted |= prepared.was_prompted;
        launches.push(prepared.launch);
    }
    let start = Start {
        is_rerun: true,
        was_prompted,
        equivalent,
        ..Start::new(app, answer, shape, &args.start)
    };
    start.carry_out(launches).await
}

/// The command line that reruns the run without the prompt for it.
fn equivalent(app: &App, run: &Run, args: &RerunArgs) -> String {
    let mut words = scope::line_start("rerun");
    words.push(run.id.to_string());
    if let Some(environment) = named(app.settings.environment.as_ref()) {
        words.extend(["-e".to_owned(), environment.to_owned()]);
    }
    let values = [("-a", &args.args), ("--arg-file", &args.arg_files)];
    let values = values
        .into_iter()
        .flat_map(|(flag, values)| values.iter().map(move |value| (flag, value)));
    words.extend(values.flat_map(|(flag, value)| [flag.to_owned(), value.clone()]));
    words.extend(args.start.words());
    words.extend(flags::given([(args.no_preflight, "--no-preflight")]));
    suggestion(words)
}

fn only_failed(app: &App, runs: Vec<Run>) -> Vec<Run> {
    let (failed, others): (Vec<Run>, Vec<Run>) = runs
        .into_iter()
        .partition(|run| run.outcome() == Outcome::Failed);
    let told = others
        .iter()
        .map(|run| (run.status.to_string(), run.id.to_string()));
    for Notice { text, labels } in by_text(told) {
        app.ui
            .note(&format!("not rerun ({text}): {}", labels.join(", ")));
    }
    if failed.is_empty() {
        app.ui.note("no failed runs to rerun");
    }
    failed
}

async fn prepare(
    app: &App,
    past: &RecordedRun,
    given: &values::Values,
    args: &RerunArgs,
) -> Result<inputs::PreparedRerun, Error> {
    let project = &past.environment.project.name;
    // Only a flag chooses another environment; variables are for other commands.
    let environment = named(app.settings.environment.as_ref());
    let environment = environment.unwrap_or(&past.environment.name);
    let view = scope::environment_view(app, project, environment, true).await?;
    let prepared = inputs::resolve(app, past, &view, given, args.no_preflight).await?;
    let launch = &prepared.launch;
    launch.facts.notes.iter().for_each(|note| app.ui.note(note));
    for warning in &launch.facts.warnings {
        app.ui.warn(warning);
    }
    Ok(prepared)
}

fn named(setting: Option<&Sourced<String>>) -> Option<&str> {
    setting
        .filter(|value| value.is_flag())
        .map(|value| value.value.as_str())
}
