//! `tasks invoke`: start a task.

mod bulk;
mod plan;

use crate::app::App;
use crate::commands::input::values;
use crate::commands::launch::Trouble;
use crate::commands::launch::bulk::Launching;
use crate::commands::launch::start::{self, Waiting};
use crate::commands::report::Answer;
use crate::commands::select::prompt;
use crate::commands::select::targets::Places;
use crate::commands::{flags, scope};
use crate::domain::quoting::suggestion;
use crate::domain::{Run, TaskRef};
use crate::error::Error;
use crate::ops;
use crate::ops::launch::bulk::others_over;
use crate::ops::launch::invoke::{self, IfRunning, Ready, Wish};
use crate::ops::places::place;
use crate::ops::runs::history;
use crate::ops::runs::wait::Watcher;
use clap::{Args, ValueEnum};

/// Start a task
///
/// Values are checked before anything is sent, defaults are sent with them, and for COMMAND tasks
/// each value arrives in the container exactly as it was typed. TASK is an id or a name; at a
/// terminal, what is missing is asked for and the equivalent command line is shown.
///
/// Without --wait or --follow the command ends as soon as the run exists.
///
/// Several targets: -p and -e can be given more than once and take patterns, as in 'pr-*', and -e
/// takes PROJECT:ENV. They are shown and confirmed once, nothing starts unless all can, and there is
/// one exit code, as `tasks wait` has it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks invoke 'Run yarn audit' -p shop -e main --follow
  tasks invoke 'Sync database' -e develop -a SOURCE=main --yes --wait
  tasks invoke Import -e main --arg-file DATA=rows.csv --wait --timeout 30m
  tasks invoke Reindex -e main --args-file values.yml --if-running skip
  tasks invoke 'Sync database' -e develop -a SOURCE=main --dry-run
  tasks invoke 'Clear caches' -p shop -e 'pr-*' --yes --wait
  tasks invoke 'Clear caches' --group shops --type production --skip-missing --yes --wait
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
    #[command(flatten)]
    places: Places,
    #[command(flatten)]
    launching: Launching,
    #[command(flatten)]
    waiting: Waiting,
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

/// Runs the command.
///
/// # Errors
/// Wrong use before anything is sent; Lagoon's refusal; and, when waiting, how the run ended.
pub async fn run(args: InvokeArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    args.waiting
        .check(app, args.if_running == IfRunningWord::Wait)?;
    let task = args.task.as_deref().map(TaskRef::parse).transpose()?;
    if args.places.read_stdin()
        && values::from_stdin(&args.arg_files, args.args_file.as_deref()) > 0
    {
        return Err(Error::usage("`-` (stdin) can be given only once"));
    }
    let mut given = values::read(app, &args.args, &args.arg_files, args.args_file.as_deref())?;
    let can_ask = app.ui.can_prompt();
    if task.is_none() && !can_ask {
        return Err(
            Error::usage("which TASK? None was named, and there is nobody to ask")
                .hint("tasks list shows what can be invoked"),
        );
    }
    if args.places.is_several(app) {
        return bulk::run(app, answer, &args, task, given).await;
    }
    args.launching.require_none()?;
    let (project, environment) = scope::chosen_place(app, args.dry_run).await?;
    let lagoon = app.lagoon().await?;
    let mut view = place::environment(lagoon, &project, &environment, true).await?;
    let definition = match prompt::task(app, &view, task.as_ref()) {
        Ok(definition) => definition,
        Err(error) => return Err(place::with_role(lagoon, error, &view.environment.project).await),
    };
    let asked = task.is_none() || app.settings.environment.is_none();
    if can_ask {
        let environment = &view.environment;
        prompt::values(app, environment, &definition, &mut given, task.is_none()).await?;
    }
    let wish = Wish {
        values: given,
        raw: args.raw_args,
        without_preflight: args.no_preflight,
    };
    if args.if_running != IfRunningWord::Start {
        history::show_all(lagoon, [&mut view]).await?;
    }
    let mut ready = invoke::prepare(&view, &definition, &wish)?;
    for warning in &ready.warnings {
        app.ui.warn(warning);
    }
    if args.dry_run {
        return answer.give(&plan::Plan { ready });
    }
    args.waiting.require_live(app, [&ready.environment]).await?;
    let banner = scope::banner(app, &ready.environment.label())?;
    app.ui.note(&banner);
    if asked {
        app.ui.note(&format!(
            "the same without questions:\n  {}",
            same_line(app, &ready, &args)
        ));
    }
    let waits = args.waiting.waits();
    if let Some(other) = if_running(app, &ready, args.if_running.into(), waits)? {
        let answer = args.waiting.on_its_stream(app, answer);
        return answer.give(&start::report_of(app, other));
    }
    let raw = args.raw_args.then(|| ready.recorded());
    start::confirm_task(app, &definition, raw.as_deref())?;
    if args.if_running == IfRunningWord::Wait {
        wait_for_others(app, &ready, &args).await?;
        ready.newest.look_again(lagoon, &ready.environment).await;
    }
    let claims = app.claims().await?;
    let starting = invoke::start(lagoon, &claims, &ready);
    let started = start::start(app, &ready.definition.name, starting).await?;
    let waiting = &args.waiting;
    waiting
        .see_through(app, answer, started, ready.usual_length())
        .await
}

/// What an unfinished run of the task means: the run to report instead of starting one, or none.
fn if_running(
    app: &App,
    ready: &Ready,
    what: IfRunning,
    waits: bool,
) -> Result<Option<Run>, Error> {
    let Some(newest) = ready.unfinished.first() else {
        return Ok(None);
    };
    let mut newest = newest.clone();
    newest.environment = Some(ready.environment.clone().into());
    let said = format!("run {} of this task is {} there", newest.id, newest.status);
    match what {
        IfRunning::Start => app.ui.note(&format!("{said}; starting another one")),
        IfRunning::Skip => {
            app.ui.note(&format!("{said}; started none"));
            if waits {
                app.ui.warn(&start::not_waited_for(app, &newest));
            }
            app.record_run(&newest);
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
    let (clock, limits) = (ops::clock(), args.waiting.flags.limits());
    let claim = app.claim_interrupt();
    let mut told = Told {
        app,
        trouble: Trouble::default(),
    };
    tokio::select! {
        ended = others_over(lagoon, &clock, &ready.unfinished, &limits, &mut told) => ended,
        kind = claim.signalled() => Err(Error::new(kind, format!("{}: started none", kind.word()))),
    }
}

/// Says that something cannot be read.
struct Told<'a> {
    app: &'a App,
    trouble: Trouble,
}

impl Watcher for Told<'_> {
    fn read(&mut self, _: &Run) {
        self.trouble.ends();
    }

    fn unreadable(&mut self, reason: &str) {
        self.trouble.begins(self.app, reason);
    }
}

fn same_line(app: &App, ready: &Ready, args: &InvokeArgs) -> String {
    let mut words = scope::line_start(app, "invoke");
    words.push(TaskRef::spell(&ready.definition.name));
    words.extend(["-p".to_owned(), ready.environment.project.name.clone()]);
    words.extend(["-e".to_owned(), ready.environment.name.clone()]);
    for (name, value) in &ready.values.plain {
        words.extend(["-a".to_owned(), format!("{name}={value}")]);
    }
    words.extend(args.waiting.words());
    let flags = [
        (args.raw_args, "--raw-args"),
        (args.no_preflight, "--no-preflight"),
    ];
    words.extend(flags::given(flags));
    if args.if_running != IfRunningWord::Start {
        words.push(format!("--if-running={}", flags::spelled(args.if_running)));
    }
    if ready.definition.confirmation().is_some() {
        words.push("--yes".to_owned());
    }
    suggestion(words)
}
