//! `tasks rerun`: what runs did, again.

mod again;

use clap::Args;

use crate::app::App;
use crate::domain::Run;
use crate::domain::names::same_name;
use crate::error::Error;
use crate::ops::place;
use crate::ops::rerun::{self, Past, Ready};
use crate::settings::{Deciding, Source, Sourced};

use super::target::launch::{self, Waiting};
use super::target::{self, Answer, Found, RunArgs, RunsReport, values};

/// Run again what a run did
///
/// The task is found by its name on the environment of the run, and the argument values are read
/// back from the command line that Lagoon recorded. When that task is another one by now, both are
/// shown and you are asked. A one-off command is run again as it was. Lagoon does not keep the
/// values of IMAGE tasks: they are asked for, or given with -a.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks rerun 1234 --wait
  tasks rerun lagoon-task-abc123 -e develop --follow
  tasks rerun 1234 -a SOURCE=main --yes
  tasks rerun 1234 1235 --yes --wait -o json
  tasks rerun --last")]
pub struct RerunArgs {
    #[command(flatten)]
    runs: RunArgs,
    /// Another value, taken literally; for IMAGE tasks all of them
    #[arg(long = "arg", short = 'a', value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// A value from a file, exactly as it is there; `-` is stdin
    #[arg(long = "arg-file", value_name = "NAME=FILE")]
    arg_files: Vec<String>,
    #[command(flatten)]
    waiting: Waiting,
    /// Start it although the environment does not have the service
    #[arg(long)]
    no_preflight: bool,
}

/// Runs the command.
///
/// # Errors
/// Wrong use before anything is sent; Lagoon's refusal; and, when waiting, how the runs ended.
pub async fn run(args: RerunArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    let given = values::read(app, &args.args, &args.arg_files, None)?;
    app.require_said(&[Deciding::Context])?;
    let found = Found::read(&args.runs, app).await?;
    // Nothing starts unless all can start.
    let runs = found.whole()?;
    let is_one = args.runs.is_one();
    if !is_one && (args.waiting.follow || !given.is_empty()) {
        return Err(Error::usage("--follow and values go with one RUN only"));
    }
    let lagoon = app.lagoon().await?;
    let mut all = Vec::new();
    for run in runs {
        let past = rerun::read(lagoon, run).await?;
        all.push(prepare(app, &past, &given, &args).await?);
    }
    confirm(app, &all)?;
    if let ([only], true) = (all.as_slice(), is_one) {
        let started = only.start(lagoon).await?;
        let expected = only.usual_length();
        return args
            .waiting
            .see_through(app, answer, started, expected)
            .await;
    }
    let (runs, failure) = start_all(app, &all).await?;
    if !args.waiting.wait || runs.is_empty() {
        give(app, &answer, runs)?;
        return failure.map_or(Ok(()), Err);
    }
    let watch = args.waiting.watch(app, None, None);
    let (runs, verdict) = watch
        .until_all_over(runs, failure.into_iter().collect())
        .await;
    verdict.and(give(app, &answer, runs))
}

/// Starts one after the other, up to the first that cannot be started: those that run already must
/// be known, whatever becomes of the rest.
async fn start_all(app: &App, all: &[Ready]) -> Result<(Vec<Run>, Option<Error>), Error> {
    let lagoon = app.lagoon().await?;
    let mut runs = Vec::new();
    for ready in all {
        match ready.start(lagoon).await {
            Ok(started) => {
                launch::say_started(app, &started);
                let run = started.run;
                app.ui.note(&format!("run {} ({})", run.id, run.task_name));
                runs.push(run);
            }
            Err(error) => return Ok((runs, Some(error))),
        }
    }
    Ok((runs, None))
}

fn give(app: &App, answer: &Answer, runs: Vec<Run>) -> Result<(), Error> {
    if runs.is_empty() {
        return Ok(());
    }
    let ui_url = app.ui_url();
    answer.give(&RunsReport { runs, ui_url })
}

/// Finds out what the run was, and checks that it can be started again.
async fn prepare(
    app: &App,
    past: &Past,
    given: &values::Values,
    args: &RerunArgs,
) -> Result<Ready, Error> {
    let project = &past.environment.project.name;
    if let Some(other) = named(app.settings.project.as_ref())
        && !same_name(other, project)
    {
        return Err(Error::usage(format!(
            "run {} is one of the project `{project}`, not of `{other}`",
            past.run.id
        )));
    }
    // Only what the line says leads elsewhere: a variable is about other commands.
    let environment = named(app.settings.environment.as_ref());
    let environment = environment.unwrap_or(&past.environment.name);
    let view = place::environment(app.lagoon().await?, project, environment, true).await?;
    let ready = again::decide(app, past, &view, given, args.no_preflight)?;
    for warning in ready.warnings() {
        app.ui.warn(warning);
    }
    Ok(ready)
}

fn named(setting: Option<&Sourced<String>>) -> Option<&str> {
    setting
        .filter(|value| matches!(value.source, Source::Flag(_)))
        .map(|value| value.value.as_str())
}

fn confirm(app: &App, all: &[Ready]) -> Result<(), Error> {
    for ready in all {
        let banner = target::banner(app, &ready.environment().label())?;
        app.ui.note(&format!("{banner}: {}", ready.name()));
    }
    if all.len() > 1 {
        app.confirm(&format!("Start these {} runs?", all.len()))?;
    }
    for ready in all {
        match ready {
            Ready::Task(ready) => launch::confirm_task(app, &ready.definition, None)?,
            Ready::OneOff(ready) => {
                let banner = target::banner(app, &ready.environment.label())?;
                launch::confirm_one_off(app, &banner, ready)?;
            }
        }
    }
    Ok(())
}
