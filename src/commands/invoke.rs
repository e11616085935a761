//! `tasks invoke`: start a task.

mod pick;
mod plan;
mod values;

use clap::{Args, ValueEnum};

use crate::app::{App, Executes};
use crate::domain::quoting::line;
use crate::domain::{Run, TaskRef, Work};
use crate::error::{Error, Kind};
use crate::ops;
use crate::ops::invoke::{self, IfRunning, Ready, Started, Wish};
use crate::ops::place;
use crate::ops::push::Push;
use crate::ops::wait::{self, Watcher};
use crate::output::Format;
use crate::settings::{Deciding, Source};
use crate::ui::Stream;

use super::target::{self, Answer, RunReport, WaitFlags, Watch};

/// Start a task
///
/// Values are checked before anything is sent, defaults are sent with them, and for COMMAND tasks
/// each value arrives in the container exactly as it was typed. TASK is an id or a name; at a
/// terminal, what is missing is asked for and the equivalent command line is shown.
///
/// Without --wait or --follow the command ends as soon as the run exists.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks invoke 'Run yarn audit' -p shop -e main --follow
  tasks invoke 'Sync database' -e develop -a SOURCE=main --yes --wait
  tasks invoke Import -e main --arg-file DATA=rows.csv --wait --timeout 30m
  tasks invoke Reindex -e main --args-file values.yml --if-running skip
  tasks invoke 'Sync database' -e develop -a SOURCE=main --dry-run
  run=$(tasks invoke Reindex -e main -o id)")]
pub struct InvokeArgs {
    /// The task, by id or name
    #[arg(value_name = "TASK")]
    task: Option<String>,
    /// A value, taken literally
    #[arg(long = "arg", short = 'a', value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// A value from a file, exactly as it is there; `-` is stdin
    #[arg(long = "arg-file", value_name = "NAME=FILE")]
    arg_files: Vec<String>,
    /// Values from a JSON or YAML file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    args_file: Option<String>,
    /// Send values to a COMMAND task as they are, for its shell to interpret
    #[arg(long)]
    raw_args: bool,
    /// Wait until the run is over; the exit code says how it ended
    #[arg(long)]
    wait: bool,
    /// Wait, and show the log
    #[arg(long, short = 'f')]
    follow: bool,
    #[command(flatten)]
    waiting: WaitFlags,
    /// What to do when a run of the task is still going there
    #[arg(long, value_enum, value_name = "WHAT", default_value = "start")]
    if_running: IfRunningWord,
    /// Start it although the environment does not have its service
    #[arg(long)]
    no_preflight: bool,
    /// Show what would be started, and start nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum IfRunningWord {
    /// Start another one
    Start,
    /// Start none
    Skip,
    /// Start one when it has ended
    Wait,
    /// Fail
    Fail,
}

impl From<IfRunningWord> for IfRunning {
    fn from(word: IfRunningWord) -> Self {
        match word {
            IfRunningWord::Start => IfRunning::Start,
            IfRunningWord::Skip => IfRunning::Skip,
            IfRunningWord::Wait => IfRunning::Wait,
            IfRunningWord::Fail => IfRunning::Fail,
        }
    }
}

impl InvokeArgs {
    /// With --follow stdout is the log, unless -o asks for the result there.
    fn result_on_stdout(&self, app: &App) -> bool {
        let format = app.settings.output.as_ref();
        !self.follow
            || format.is_some_and(|o| matches!(o.source, Source::Flag(_)))
            || app.settings.jq.is_some()
    }

    fn on_its_stream(&self, app: &App, answer: Answer) -> Answer {
        if self.result_on_stdout(app) {
            answer
        } else {
            answer.on(Stream::Err)
        }
    }
}

/// Runs the command.
///
/// # Errors
/// Wrong use before anything is sent; Lagoon's refusal; and, when waiting, how the run ended.
pub async fn run(args: InvokeArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    if args.waiting.timeout.is_some() && !args.wait && !args.follow {
        return Err(
            Error::usage("--timeout is about waiting, and nothing is waited for")
                .hint("add --wait or --follow"),
        );
    }
    let task = args.task.as_deref().map(TaskRef::parse).transpose()?;
    let mut given = values::read(app, &args.args, &args.arg_files, args.args_file.as_deref())?;
    let can_ask = app.ui.can_prompt();
    if task.is_none() && !can_ask {
        return Err(
            Error::usage("which TASK? None was named, and there is nobody to ask")
                .hint("tasks list shows what can be invoked"),
        );
    }
    let (project, environment) = place_of(app, args.dry_run).await?;
    let lagoon = app.lagoon().await?;
    let view = place::environment(lagoon, &project, &environment, true).await?;
    let definition = pick::task(app, &view, task.as_ref())?;
    let asked = task.is_none() || app.settings.environment.is_none();
    if can_ask {
        pick::values(app, &definition, &mut given, task.is_none())?;
    }
    let wish = Wish {
        values: given,
        raw: args.raw_args,
        without_preflight: args.no_preflight,
    };
    let ready = invoke::prepare(&view, &definition, &wish)?;
    for warning in &ready.warnings {
        app.ui.warn(warning);
    }
    if args.dry_run {
        return answer.give(&plan::Plan { ready });
    }
    let banner = target::banner(app, &ready.environment.label())?;
    app.ui.note(&banner);
    if asked {
        app.ui.note(&format!(
            "the same without questions:\n  {}",
            same_line(app, &ready, &args)
        ));
    }
    if let Some(other) = if_running(app, &ready, args.if_running.into())? {
        return args.on_its_stream(app, answer).give(&report_of(app, other));
    }
    confirm(app, &ready, args.raw_args)?;
    if args.if_running == IfRunningWord::Wait {
        wait_for_others(app, &ready, &args).await?;
    }
    let claim = app.claim_interrupt();
    let started = tokio::select! {
        started = invoke::start(lagoon, &ready) => started?,
        kind = claim.signalled() => {
            let name = &ready.definition.name;
            let error = Error::new(kind, format!("{} while `{name}` was being started", kind.word()));
            return Err(error.hint("it is unknown whether it was: look at the newest runs there before you start it again"));
        }
    };
    drop(claim);
    after_start(app, answer, &args, &ready, started).await
}

async fn place_of(app: &App, dry_run: bool) -> Result<(String, String), Error> {
    if app.ui.can_prompt() && app.settings.environment.is_none() {
        return pick::place(app).await;
    }
    if !dry_run {
        app.require_said(&[Deciding::Context, Deciding::Project, Deciding::Environment])?;
    }
    let project = target::project(app)?;
    target::say_source(app, "project", project);
    Ok((
        project.value.clone(),
        target::environment(app)?.value.clone(),
    ))
}

/// What an unfinished run of the task means: the run to report instead of starting one, or none.
fn if_running(app: &App, ready: &Ready, what: IfRunning) -> Result<Option<Run>, Error> {
    let Some(newest) = ready.unfinished.first() else {
        return Ok(None);
    };
    let mut newest = newest.clone();
    newest.environment = Some(ready.environment.clone());
    let said = format!("run {} of this task is {} there", newest.id, newest.status);
    match what {
        IfRunning::Start => app.ui.note(&format!("{said}; starting another one")),
        IfRunning::Skip => {
            app.ui.note(&format!("{said}; started none"));
            return Ok(Some(newest));
        }
        IfRunning::Fail => {
            let error = Error::failed(format!("{said}; started none"));
            return Err(Error {
                runs: vec![newest.to_json()],
                ..error
            }
            .hint("--if-running start|skip|wait does something else"));
        }
        IfRunning::Wait => app.ui.note(&format!("{said}; waiting for its end first")),
    }
    Ok(None)
}

/// Waits for the runs of the task that have not ended, within the limits of the line.
async fn wait_for_others(app: &App, ready: &Ready, args: &InvokeArgs) -> Result<(), Error> {
    let lagoon = app.lagoon().await?;
    let (clock, limits) = (ops::clock(), args.waiting.limits());
    for run in &ready.unfinished {
        let claim = app.claim_interrupt();
        let mut told = Told { app, once: false };
        let mut push = Push::new(lagoon);
        let ended = tokio::select! {
            ended = wait::until_over(lagoon, &clock, run.clone(), &limits, &mut told, &mut push) => ended,
            kind = claim.signalled() => return Err(Error::new(kind, format!("{}: started none", kind.word()))),
        };
        // The codes for runs that were waited for are about the own one.
        ended.map_err(|error| Error {
            kind: match error.kind {
                Kind::StillGoing | Kind::NeverStarted => Kind::Failed,
                other => other,
            },
            message: format!("{}; started none", error.message),
            ..error
        })?;
    }
    Ok(())
}

/// Says once that something cannot be read.
struct Told<'a> {
    app: &'a App,
    once: bool,
}

impl Watcher for Told<'_> {
    fn read(&mut self, _: &Run) {}

    fn unreadable(&mut self, reason: &str) {
        if !std::mem::replace(&mut self.once, true) {
            self.app
                .ui
                .warn(&format!("cannot read at the moment, trying on: {reason}"));
        }
    }
}

fn confirm(app: &App, ready: &Ready, raw: bool) -> Result<(), Error> {
    let definition = &ready.definition;
    if let Some(text) = definition.confirmation() {
        app.confirm(&format!("{}: {text}", definition.name))?;
    }
    match &definition.work {
        // Raw values are a part of the program that is executed.
        Work::Command(_) if raw => app.confirm_execution(Executes::Command(&ready.recorded())),
        Work::Command(command) => app.confirm_execution(Executes::Command(command)),
        Work::Image(image) => app.confirm_execution(Executes::Image(image)),
        Work::Unknown(_) => Ok(()),
    }
}

async fn after_start(
    app: &App,
    answer: Answer,
    args: &InvokeArgs,
    ready: &Ready,
    started: Started,
) -> Result<(), Error> {
    let Started { run, recovered } = started;
    target::remember(app, &run);
    if recovered {
        app.ui.warn(&format!(
            "the answer was lost; run {} was found, and is taken for the one that was started",
            run.id
        ));
    }
    let waits = args.wait || args.follow;
    if answer.format() == Format::Jsonl && waits {
        answer.give(&report_of(app, run.clone()))?;
    } else {
        app.ui.note(&format!("run {} ({})", run.id, run.task_name));
    }
    if !waits {
        if !run.outcome().is_over() {
            app.ui.note("started, not finished");
        }
        return answer.give(&report_of(app, run));
    }
    let result_on_stdout = args.result_on_stdout(app);
    let log = args.follow.then_some(if result_on_stdout {
        Stream::Err
    } else {
        Stream::Out
    });
    let watch = Watch {
        app,
        limits: args.waiting.limits(),
        on_interrupt: args.waiting.on_interrupt,
        log,
        raw: false,
        quits: false,
        expected: ready.usual_length(),
        changes: None,
    };
    let (run, verdict) = watch.until_over(run).await;
    let given = args.on_its_stream(app, answer).give(&report_of(app, run));
    verdict.and(given)
}

fn report_of(app: &App, run: Run) -> RunReport {
    RunReport {
        run,
        ui_url: app.ui_url(),
    }
}

fn same_line(app: &App, ready: &Ready, args: &InvokeArgs) -> String {
    let mut words = target::line_start(app, "invoke");
    words.push(TaskRef::spell(&ready.definition.name));
    words.extend(["-p".to_owned(), ready.environment.project.name.clone()]);
    words.extend(["-e".to_owned(), ready.environment.name.clone()]);
    for (name, value) in &ready.values.plain {
        words.extend(["-a".to_owned(), format!("{name}={value}")]);
    }
    for (given, flag) in [
        (args.wait, "--wait"),
        (args.follow, "--follow"),
        (args.raw_args, "--raw-args"),
    ] {
        if given {
            words.push(flag.to_owned());
        }
    }
    if ready.definition.confirmation().is_some() {
        words.push("--yes".to_owned());
    }
    line(words)
}
