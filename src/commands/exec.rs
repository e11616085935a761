//! `tasks exec`: run a command without a task.

use clap::Args;

use crate::app::App;
use crate::commands::input::text;
use crate::commands::launch::{BulkFlags, ReportPlan, Start, StartFlags};
use crate::commands::report::{ResultPrinter, ResultShape};
use crate::commands::select::pick;
use crate::commands::select::targets::TargetArgs;
use crate::commands::{flags, scope};
use crate::domain::task::text::storable;
use crate::domain::task::{exit_status, quoting, script};
use crate::error::Error;
use crate::ops::definitions::lookup::Wanted;
use crate::ops::launch::Launch;
use crate::ops::launch::check::{self, CommandRequest};
use crate::terminal::Question;

/// Run a command in a service's container
///
/// The container receives each word after `--` unchanged. For pipes and variables, use --script or
/// `-- sh -c '…'`. Without --wait or --follow, the command returns as soon as the run exists.
///
/// For several targets, repeat -p and -e or use patterns ('pr-*') or PROJECT:ENV. You confirm all at
/// once, and nothing starts unless all can be started.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Run a command, follow its output, and exit with its exit code
  tasks exec -p shop -e develop -s cli --follow --exit-status -- drush status
  # Use a pipe in the container
  tasks exec -e develop -s cli --wait -- sh -c 'du -sh /app/* | sort -h'
  # Run a script in production without confirmation
  tasks exec -e main -s cli --script repair.sh --yes --wait
  # Run a command on all matching environments that have the service
  tasks exec -p shop -e 'pr-*' -s cli --skip-missing --yes --wait -- drush cr")]
pub(crate) struct ExecArgs {
    /// Run the command in this service's container
    #[arg(long, short = 's', value_name = "SERVICE")]
    service: Option<String>,
    /// Program and its arguments
    #[arg(last = true, value_name = "CMD")]
    words: Vec<String>,
    /// Run a script with its shell or sh; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "words")]
    script: Option<String>,
    /// Name the run [default: `exec` and the program]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    places: TargetArgs,
    #[command(flatten)]
    bulk: BulkFlags,
    #[command(flatten)]
    start: StartFlags,
    /// Exit with the exit code of the command
    #[arg(long)]
    exit_status: bool,
    /// Start even if the environment lacks the service
    #[arg(long, hide_short_help = true)]
    no_preflight: bool,
    /// Show the planned runs without starting them
    #[arg(long, conflicts_with = "report")]
    dry_run: bool,
}

impl ExecArgs {
    pub(crate) fn reports(&self) -> ReportPlan<'_> {
        self.start.reports("tasks exec")
    }
}

pub(crate) async fn run(mut args: ExecArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    args.start.check(app, false)?;
    if args.places.read_stdin() && args.script.as_deref() == Some("-") {
        return Err(Error::stdin_twice());
    }
    if args.service.is_none() && !app.ui.can_prompt() {
        return Err(Error::not_given_off_terminal("service")
            .hint("name it with -s; `tasks environments -o json` lists the services"));
    }
    let shape = args.places.shape(app);
    if args.exit_status {
        check_exit_status(&args, shape)?;
    }
    let lacks_command = args.script.is_none() && args.words.is_empty();
    let given = match lacks_command && app.ui.can_prompt() {
        true => None,
        false => Some(command(app, &args)?),
    };
    let name = given.is_some().then(|| run_name(&args));
    let wanted = args.service.as_deref().filter(|_| !args.no_preflight);
    let wanted = wanted.map(Wanted::Service);
    let targets = args.bulk.targets(
        app,
        &args.places,
        &args.start,
        name.as_deref(),
        wanted,
        args.dry_run,
    );
    let targets = targets.await?;
    targets.require_no_values("exec")?;
    let service = match &args.service {
        Some(service) => service.clone(),
        None => pick::service(app, &targets.services())?,
    };
    let script = match given {
        Some(script) => script,
        None => {
            args.words = prompted_words(app)?;
            command(app, &args)?
        }
    };
    let nonce = args
        .exit_status
        .then(|| exit_status::nonce(fastrand::u64(..)));
    let script = match &nonce {
        Some(nonce) => exit_status::wrap(&script, nonce),
        None => script,
    };
    let asked = lacks_command || args.service.is_none() || app.settings.environment.is_none();
    let request = CommandRequest {
        name: run_name(&args),
        service,
        script,
        no_preflight: args.no_preflight,
    };
    let checks = targets.each.iter().map(|target| {
        let checked = check::command(&targets.seen[target.at], &request);
        (targets.label(target), checked)
    });
    let launches = args.bulk.launches(app, shape, checks.collect())?;
    let equivalent = match launches.as_slice() {
        [launch] if asked => Some(equivalent(launch, &args, &request.service)),
        _ => None,
    };
    let start = Start {
        bulk: args.bulk.clone(),
        was_prompted: asked,
        equivalent,
        exit_status: nonce,
        ..Start::new(app, answer, shape, &args.start)
    };
    if args.dry_run {
        return start.dry_run(launches);
    }
    start.carry_out(launches).await
}

fn check_exit_status(args: &ExecArgs, shape: ResultShape) -> Result<(), Error> {
    if !args.start.waits() {
        return Err(Error::no_effect("--exit-status", "--wait or --follow"));
    }
    if shape == ResultShape::Many {
        return Err(Error::usage(
            "--exit-status returns one exit code, but the command line selects several targets",
        )
        .hint("name one environment with -e, or omit --exit-status"));
    }
    Ok(())
}

/// The typed command: its words or, with other characters than those of plain words, a command of a
/// shell.
fn prompted_words(app: &App) -> Result<Vec<String>, Error> {
    let text = app.ui.prompt().text(&Question::new("Command"), &storable)?;
    let is_plain = |c: char| c.is_alphanumeric() || " -_./:=@%+,".contains(c);
    Ok(match text.chars().all(is_plain) {
        true => text.split_whitespace().map(str::to_owned).collect(),
        false => ["sh", "-c", &text].map(str::to_owned).into(),
    })
}

fn command(app: &App, args: &ExecArgs) -> Result<String, Error> {
    if let Some(file) = &args.script {
        let script = text::command(app, "--script", file)?;
        return script::command_line(&script).map_err(|error| {
            Error::usage(format!("--script {file}: {error}")).hint(
                "pass the script as an argument of its interpreter: -- python3 -c \"$(cat FILE)\"",
            )
        });
    }
    match args.words.as_slice() {
        [] => Err(Error::not_given("command")
            .hint("put it after `--` (tasks exec -s SERVICE -- CMD…), or use --script FILE")),
        words => {
            if let [only] = words
                && only.contains(char::is_whitespace)
            {
                app.ui.warn(&format!(
                    "`{only}` is one argument and is run as the name of a program; to run it in a \
                     shell, use `-- sh -c …`"
                ));
            }
            Ok(quoting::command(words))
        }
    }
}

/// By default `exec` and the program, without arguments, which may be confidential.
fn run_name(args: &ExecArgs) -> String {
    if let Some(name) = &args.name {
        return name.clone();
    }
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

fn equivalent(launch: &Launch, args: &ExecArgs, service: &str) -> String {
    let mut words = scope::line_start("exec");
    words.extend(["-p", &launch.place.project.name].map(str::to_owned));
    words.extend(["-e", &launch.place.name, "-s", service].map(str::to_owned));
    for (flag, value) in [("--script", &args.script), ("--name", &args.name)] {
        if let Some(value) = value {
            words.extend([flag.to_owned(), value.clone()]);
        }
    }
    words.extend(args.start.words());
    words.extend(flags::given([
        (args.exit_status, "--exit-status"),
        (args.no_preflight, "--no-preflight"),
    ]));
    if launch.place.is_production() {
        words.push("--yes".to_owned());
    }
    if !args.words.is_empty() {
        words.push("--".to_owned());
        words.extend(args.words.iter().cloned());
    }
    quoting::suggestion(words)
}
