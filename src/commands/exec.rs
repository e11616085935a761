//! `tasks exec`: a command that no task defines.

mod bulk;
mod plan;

use crate::app::App;
use crate::commands::input::text;
use crate::commands::launch::bulk::Launching;
use crate::commands::launch::start::{self, Waiting};
use crate::commands::report::Answer;
use crate::commands::select::targets::Places;
use crate::commands::{flags, scope};
use crate::domain::{quoting, script};
use crate::error::Error;
use crate::ops::launch::exec::{self, Ready, Wish};
use crate::ops::places::place;
use clap::Args;

/// Run a command once in a service's container
///
/// Each word after `--` arrives in the container as it is: the program is the first of them. For
/// pipes and variables of the container's shell give it a script, or `-- sh -c '…'`.
///
/// Without --wait or --follow the command ends as soon as the run exists.
///
/// Several targets: -p and -e can be given more than once and take patterns, as in 'pr-*', and -e
/// takes PROJECT:ENV. They are shown and confirmed once, and nothing starts unless all can.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks exec -p shop -e develop -s cli --follow -- drush status
  tasks exec -e develop -s cli --wait -- sh -c 'du -sh /app/* | sort -h'
  tasks exec -e main -s cli --script repair.sh --name 'Repair orders' --yes --wait
  tasks exec -e main -s cli --script - --dry-run
  tasks exec -p shop -e 'pr-*' -s cli --skip-missing --yes --wait -- drush cr")]
pub struct ExecArgs {
    /// The service whose container runs it
    #[arg(long, short = 's', value_name = "SERVICE")]
    service: String,
    /// The program and its arguments
    #[arg(last = true, value_name = "CMD")]
    words: Vec<String>,
    /// A script for the container's shell, or for the one that its first line names; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "words")]
    script: Option<String>,
    /// What the run is called [default: `exec` and the program's name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    places: Places,
    #[command(flatten)]
    launching: Launching,
    #[command(flatten)]
    waiting: Waiting,
    /// Start it although the environment does not have the service
    #[arg(long)]
    no_preflight: bool,
    /// Show what would be started, and start nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
///
/// # Errors
/// Wrong use before anything is sent; Lagoon's refusal; and, when waiting, how the run ended.
pub async fn run(args: ExecArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    args.waiting.check(app, false)?;
    if args.places.read_stdin() && args.script.as_deref() == Some("-") {
        return Err(Error::usage("`-` (stdin) can be given only once"));
    }
    let wish = Wish {
        name: args.name.clone().unwrap_or_else(|| name(&args)),
        service: args.service.clone(),
        command: command(app, &args)?,
        without_preflight: args.no_preflight,
    };
    if args.places.is_several(app) {
        return bulk::run(app, answer, &args, &wish).await;
    }
    args.launching.require_none()?;
    let asked = app.settings.environment.is_none();
    let (project, environment) = scope::chosen_place(app, args.dry_run).await?;
    let lagoon = app.lagoon().await?;
    let view = place::environment(lagoon, &project, &environment, true).await?;
    let ready = exec::prepare(&view, wish)?;
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
    start::confirm_one_off(app, &banner, &ready)?;
    let claims = app.claims().await?;
    let starting = exec::start(lagoon, &claims, &ready);
    let started = start::start(app, &ready.one_off.name, starting).await?;
    args.waiting.see_through(app, answer, started, None).await
}

/// What the container's shell is given.
fn command(app: &App, args: &ExecArgs) -> Result<String, Error> {
    if let Some(file) = &args.script {
        let script = text::command(app, "--script", file)?;
        return script::command_line(&script).map_err(|error| {
            Error::usage(format!("--script {file}: {error}")).hint(
                "a program that takes its script as an argument can be given it: \
                 -- python3 -c \"$(cat FILE)\"",
            )
        });
    }
    match args.words.as_slice() {
        [] => Err(
            Error::usage("which command? None was given after `--`, and no --script")
                .hint("tasks exec -s SERVICE -- CMD…"),
        ),
        words => {
            if let [only] = words
                && only.contains(char::is_whitespace)
            {
                app.ui.warn(&format!(
                    "`{only}` is one word, so it is taken for a program's name; for a shell's line \
                     it is `-- sh -c …`"
                ));
            }
            Ok(quoting::command(words))
        }
    }
}

/// `exec` and what is run, without its arguments: those may hold what a listing should not show.
fn name(args: &ExecArgs) -> String {
    const LONGEST: usize = 60;
    let what = match &args.script {
        Some(file) if file == "-" => "stdin",
        Some(file) => file,
        None => args.words.first().map_or("", String::as_str),
    };
    let base = what.rsplit('/').next().unwrap_or(what);
    let base: String = base
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST)
        .collect();
    format!("exec {}", base.trim()).trim_end().to_owned()
}

fn same_line(app: &App, ready: &Ready, args: &ExecArgs) -> String {
    let mut words = scope::line_start(app, "exec");
    words.extend(["-p", &ready.environment.project.name].map(str::to_owned));
    words.extend(["-e", &ready.environment.name, "-s", &args.service].map(str::to_owned));
    for (flag, value) in [("--script", &args.script), ("--name", &args.name)] {
        if let Some(value) = value {
            words.extend([flag.to_owned(), value.clone()]);
        }
    }
    words.extend(args.waiting.words());
    words.extend(flags::given([(args.no_preflight, "--no-preflight")]));
    if ready.environment.is_production() {
        words.push("--yes".to_owned());
    }
    if !args.words.is_empty() {
        words.push("--".to_owned());
        words.extend(args.words.iter().cloned());
    }
    quoting::suggestion(words)
}
