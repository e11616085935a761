//! `tasks sandbox`: the built-in Lagoon, for other clients.

use std::time::Duration;

use clap::{Args, Subcommand};

use crate::app::{self, App, SandboxSeed};
use crate::commands::report::{PreparedReport, ResultPrinter};
use crate::domain::task::quoting::suggestion;
use crate::error::{Error, Kind};
use crate::output::Detail;
use crate::settings::{number, parse_limit};

const EXAMPLES: &str = "\
Examples:
  # List the tasks of the sandbox; this needs no server
  tasks --context sandbox list
  # Serve the sandbox on a fixed port
  tasks sandbox serve --port 8080
  # Rehearse the checkout's tasks in its compose project
  tasks --context sandbox --compose invoke 'Clear caches' -e main --follow
  # Connect to it as another client does
  export TASKS_API=http://127.0.0.1:8080 TASKS_TOKEN=$(tasks sandbox token)
  tasks list -p lagoon-demo";

/// Serve the built-in Lagoon to other clients
///
/// `tasks --context sandbox` needs none of these commands. The sandbox runs commands on this machine
/// as your user, without isolation, unless --simulate is given.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Sandbox {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Serve),
    Token(Token),
    Reset(Reset),
}

/// Serve the sandbox until Ctrl-C
///
/// Accepts connections from this machine only, at /graphql (also by WebSocket), /graphql/stream and
/// /status. Prints the address when it is ready.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Serve the sandbox on a fixed port
  tasks sandbox serve --port 8080
  # Execute no commands
  tasks sandbox serve --port 8080 --simulate
  # Serve the project of this checkout
  tasks sandbox serve --port 8080 --compose")]
struct Serve {
    /// Listen on this port; 0 selects a free port
    #[arg(long, value_name = "PORT", default_value_t = 0, value_parser = number::<u16>(0..=65_535))]
    port: u16,
    /// Fill a new sandbox with this data set
    #[arg(long, value_name = "SEED", value_enum, default_value_t)]
    seed: SandboxSeed,
}

/// Print a token for the sandbox
///
/// The token has the role from --as, by default maintainer.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Print a token for a maintainer
  tasks sandbox token
  # Print a token for a guest that expires after five minutes
  tasks sandbox token --as guest --lifetime 5m")]
struct Token {
    /// Set the lifetime of the token
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_limit)]
    lifetime: Duration,
}

/// Stop all sandbox runs and reset the data
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Reset the sandbox to its first state
  tasks sandbox reset
  # Reset it to a project without tasks, without confirmation
  tasks sandbox reset --seed bare --yes")]
struct Reset {
    /// Fill the sandbox with this data set
    #[arg(long, value_name = "SEED", value_enum, default_value_t)]
    seed: SandboxSeed,
}

pub(crate) async fn run(args: Sandbox, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan_with(app, &[])?;
    match args.command {
        Command::Serve(args) => serve(args, app, &answer).await,
        Command::Token(args) => token(args, app, answer).await,
        Command::Reset(args) => reset(args, app, &answer),
    }
}

async fn serve(args: Serve, app: &App, answer: &ResultPrinter) -> Result<(), Error> {
    if !app.settings.simulate {
        let place = match app.rehearsal()? {
            Some(_) => "in the containers of the compose project",
            None => "on this machine as your user",
        };
        app.confirm(&format!(
            "Allow clients to run the commands they define {place}?"
        ))
        .map_err(|error| match error.kind {
            Kind::Usage => {
                error.hint("to execute no commands, add --simulate: tasks sandbox serve --simulate")
            }
            _ => error,
        })?;
    }
    let running = app.serve_sandbox(args.port, args.seed).await?;
    let address = [("url", running.url()), ("graphql", running.graphql())];
    let detail = Detail::untitled().field("Address", running.graphql());
    answer.print(&PreparedReport::object(address).detail(detail))?;
    let rehearsal = app.rehearsal()?;
    let project = rehearsal.map_or("lagoon-demo", |rehearsal| rehearsal.project.value.as_str());
    let compose = app.settings.compose_flag();
    let flag = compose.map_or_else(String::new, |flag| format!(" {}", suggestion([flag])));
    app.ui.note(&format!(
        "the sandbox is running; press Ctrl-C to stop it. To use it in another terminal:\n  \
         export TASKS_API={} TASKS_TOKEN=$(tasks sandbox token{flag})\n  \
         tasks list -p {} -e main",
        running.graphql(),
        suggestion([project])
    ));
    let signal = app.claim_interrupt().signalled().await;
    drop(running);
    match signal {
        // Ctrl-C is the usual end.
        Kind::Interrupted => Ok(()),
        signal => Err(Error::new(signal, "the sandbox has stopped")),
    }
}

async fn token(args: Token, app: &App, answer: ResultPrinter) -> Result<(), Error> {
    let (token, email) = app.sandbox_token(args.lifetime).await?;
    if !app.settings.output_is_asked_for() {
        // Without a table also at a terminal, because scripts store it in a variable.
        return app::print(&app.ui.unmasked(), &format!("{}\n", token.expose()));
    }
    let token = token.expose().to_owned();
    let issued = PreparedReport::object([("token", token), ("email", email)]);
    answer.unmasked().print(&issued)
}

fn reset(args: Reset, app: &App, answer: &ResultPrinter) -> Result<(), Error> {
    app.confirm("Stop all runs of the sandbox and delete its data?")?;
    let folder = app.reset_sandbox(args.seed)?;
    answer.print_done(&PreparedReport::object([(
        "folder",
        folder.display().to_string(),
    )]))
}
