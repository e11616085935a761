//! `tasks invoke`: start a task.

use clap::{Args, ValueEnum};

use crate::app::App;
use crate::commands::input::values::{self, Values};
use crate::commands::launch::{BulkFlags, ReportPlan, Start, StartFlags};
use crate::commands::report::{ResultPrinter, ResultShape};
use crate::commands::select::pick::{self, no_task_given};
use crate::commands::select::prompt;
use crate::commands::select::targets::{SelectedTargets, TargetArgs};
use crate::commands::{flags, scope};
use crate::domain::task::quoting::suggestion;
use crate::domain::{Definition, TaskRef};
use crate::error::Error;
use crate::ops::definitions::lookup::{self, Wanted};
use crate::ops::launch::Launch;
use crate::ops::launch::batch::TargetCheck;
use crate::ops::launch::check::{self, TaskRequest};
use crate::ops::launch::join::join_all;
use crate::ops::launch::start::IfRunning;
use crate::ops::runs::history;

/// Start a task
///
/// A COMMAND task receives each value exactly as typed. Without --wait or --follow, the command
/// returns once the run exists; only after prompts it offers the log.
///
/// For several targets, repeat -p and -e or use patterns ('pr-*') or PROJECT:ENV. You confirm all at
/// once, and nothing starts unless all can be started.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Start a task and follow its log
  tasks invoke 'Run yarn audit' -p shop -e main --follow
  # Pass an argument, skip the confirmation and wait, as in a script
  tasks invoke 'Sync database' -e develop -a SOURCE=main --yes --wait
  # Start a task on all matching environments and write a report
  tasks invoke 'Clear caches' -e 'pr-*' --yes --wait --report junit=tasks.xml
  # Wait for a run with the same values that is in progress, or start one
  tasks invoke Reindex -e main --if-running join --wait")]
pub(crate) struct InvokeArgs {
    /// Task id or name
    #[arg(value_name = "TASK")]
    task: Option<String>,
    /// Set an argument; the value is taken literally
    #[arg(long = "arg", short = 'a', value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// Set an argument from a file; `-` is stdin
    #[arg(long = "arg-file", value_name = "NAME=FILE")]
    arg_files: Vec<String>,
    /// Read arguments from JSON or YAML; `-` is stdin
    #[arg(long, hide_short_help = true, value_name = "FILE")]
    args_file: Option<String>,
    /// Let the task's shell interpret the values
    #[arg(long, hide_short_help = true)]
    raw_args: bool,
    #[command(flatten)]
    places: TargetArgs,
    #[command(flatten)]
    bulk: BulkFlags,
    #[command(flatten)]
    start: StartFlags,
    /// Set the action if the task is running there
    #[arg(long, value_enum, value_name = "ACTION", default_value = "start")]
    if_running: IfRunningArg,
    /// Start even if the environment lacks the service
    #[arg(long, hide_short_help = true)]
    no_preflight: bool,
    /// Show the planned runs without starting them
    #[arg(long, conflicts_with = "report")]
    dry_run: bool,
}

impl InvokeArgs {
    pub(crate) fn reports(&self) -> ReportPlan<'_> {
        self.start.reports("tasks invoke")
    }

    /// A TASK of digits only.
    pub(crate) fn bare_number(&self) -> Option<&str> {
        let task = self.task.as_deref()?;
        let is_number = !task.is_empty() && task.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(task)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum IfRunningArg {
    /// Start another run
    Start,
    /// Start nothing, and succeed
    Skip,
    /// Start a run when the other one has ended
    Wait,
    /// Start nothing, and fail
    Fail,
    /// Use the other one if it has the same values, otherwise fail
    Join,
}

impl From<IfRunningArg> for IfRunning {
    fn from(word: IfRunningArg) -> Self {
        match word {
            IfRunningArg::Start => IfRunning::Start,
            IfRunningArg::Skip => IfRunning::Skip,
            IfRunningArg::Wait => IfRunning::Wait,
            IfRunningArg::Fail => IfRunning::Fail,
            IfRunningArg::Join => IfRunning::Join,
        }
    }
}

pub(crate) async fn run(args: InvokeArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let if_running = IfRunning::from(args.if_running);
    args.start.check(app, if_running == IfRunning::Wait)?;
    let task = args.task.as_deref().map(TaskRef::parse).transpose()?;
    if args.places.read_stdin()
        && values::from_stdin(&args.arg_files, args.args_file.as_deref()) > 0
    {
        return Err(Error::stdin_twice());
    }
    let mut given = values::read(app, &args.args, &args.arg_files, args.args_file.as_deref())?;
    let can_ask = app.ui.can_prompt();
    if task.is_none() && !can_ask {
        return Err(no_task_given("invoke"));
    }
    let shape = args.places.shape(app);
    let targets = args.bulk.targets(
        app,
        &args.places,
        &args.start,
        args.task.as_deref(),
        task.as_ref().map(Wanted::Task),
        args.dry_run,
    );
    let mut targets = targets.await?;
    let count = given.len();
    let resolved = resolve(app, &args, shape, &mut targets, task.as_ref(), &mut given);
    let launches = match resolved.await {
        Ok(launches) => launches,
        Err(error) => return Err(explained(app, shape, &targets, task.as_ref(), error).await),
    };
    let asked = task.is_none() || app.settings.environment.is_none() || given.len() > count;
    let equivalent = match launches.as_slice() {
        [launch] if asked => Some(equivalent(launch, &args)),
        _ => None,
    };
    let start = Start {
        bulk: args.bulk.clone(),
        if_running,
        raw: args.raw_args,
        was_prompted: asked,
        equivalent,
        ..Start::new(app, answer, shape, &args.start)
    };
    if args.dry_run {
        return start.dry_run(launches);
    }
    start.carry_out(launches).await
}

/// Prompts for what is missing, then checks each target.
async fn resolve(
    app: &App,
    args: &InvokeArgs,
    shape: ResultShape,
    targets: &mut SelectedTargets,
    named: Option<&TaskRef>,
    given: &mut Values,
) -> Result<Vec<Launch>, Error> {
    let task = match named {
        Some(task) => task.clone(),
        None => chosen(app, shape, targets)?,
    };
    // The values in a file of targets are complete, or wrong.
    if app.ui.can_prompt() && targets.each.iter().all(|target| target.own.is_empty()) {
        let found = targets
            .seen
            .iter()
            .find_map(|seen| Some((&seen.view, task.find(&seen.view.definitions).ok()?)));
        let request = TaskRequest {
            values: given.clone(),
            raw: args.raw_args,
            no_preflight: args.no_preflight,
        };
        // Of several environments, the first that has the task decides.
        if let Some((view, definition)) = found
            && check::lacks_only_values(view, definition, &request)
        {
            let all = named.is_none() && shape == ResultShape::One;
            prompt::values(app, &view.environment, definition, given, all).await?;
        }
    }
    let if_running = IfRunning::from(args.if_running);
    if if_running != IfRunning::Start {
        let views = targets.seen.iter_mut().map(|seen| &mut seen.view);
        history::show_all(app.lagoon().await?, views).await?;
    }
    let checks = targets.each.iter().map(|target| {
        let request = TaskRequest {
            values: values::with(given, &target.own),
            raw: args.raw_args,
            no_preflight: args.no_preflight,
        };
        let checked = check::task(&targets.seen[target.at], &task, &request);
        let checked = checked.and_then(|launch| match (shape, if_running) {
            (ResultShape::Many, IfRunning::Fail) => check::require_none_unfinished(launch),
            _ => Ok(launch),
        });
        (targets.label(target), checked)
    });
    let mut checks: Vec<TargetCheck> = checks.collect();
    if if_running == IfRunning::Join {
        checks = join_all(app.lagoon().await?, checks).await;
    }
    args.bulk.launches(app, shape, checks)
}

fn chosen(app: &App, shape: ResultShape, targets: &SelectedTargets) -> Result<TaskRef, Error> {
    let first = targets.seen.first();
    let first = first.ok_or_else(|| Error::not_found("no environments found"))?;
    let definitions: Vec<&Definition> = first.view.definitions.iter().collect();
    let definition = pick::task(app, &definitions, &first.view.environment.label())?;
    Ok(match shape {
        ResultShape::One => TaskRef::Id(definition.id),
        // Its id differs between environments.
        ResultShape::Many => TaskRef::Name(definition.name.clone()),
    })
}

/// Says where a missing task exists, or what hides it.
async fn explained(
    app: &App,
    shape: ResultShape,
    targets: &SelectedTargets,
    task: Option<&TaskRef>,
    error: Error,
) -> Error {
    match (shape, targets.seen.as_slice(), task, app.lagoon().await) {
        (ResultShape::One, [seen], Some(task), Ok(lagoon)) => {
            let project = &seen.view.environment.project;
            lookup::with_other_environments(lagoon, error, project, task).await
        }
        _ => error,
    }
}

fn equivalent(launch: &Launch, args: &InvokeArgs) -> String {
    let mut words = scope::line_start("invoke");
    words.push(TaskRef::spell(launch.name()));
    words.extend(["-p".to_owned(), launch.place.project.name.clone()]);
    words.extend(["-e".to_owned(), launch.place.name.clone()]);
    for (name, value) in launch.values() {
        words.extend(["-a".to_owned(), format!("{name}={value}")]);
    }
    words.extend(args.start.words());
    let flags = [
        (args.raw_args, "--raw-args"),
        (args.no_preflight, "--no-preflight"),
    ];
    words.extend(flags::given(flags));
    if args.if_running != IfRunningArg::Start {
        words.push(format!("--if-running={}", flags::spelled(args.if_running)));
    }
    if launch.confirmation().is_some() {
        words.push("--yes".to_owned());
    }
    suggestion(words)
}
