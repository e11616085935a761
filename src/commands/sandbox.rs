//! `tasks sandbox`: the built-in Lagoon, for other clients.

use std::time::Duration;

use clap::{Args, Subcommand};

use crate::app::{self, App, SandboxSeed};
use crate::commands::report::{Answer, Prepared};
use crate::error::Error;
use crate::output::Detail;
use crate::settings::parse_limit;

const EXAMPLES: &str = "\
Examples:
  tasks --context sandbox list
  tasks sandbox serve --port 8080
  TASKS_API=http://127.0.0.1:8080 TASKS_TOKEN=$(tasks sandbox token) tasks list -p lagoon-demo";

/// Use the built-in Lagoon with other clients
///
/// For tasks itself nothing needs to be started: --context sandbox does it. Commands really
/// execute, on this machine and as you; this is no security boundary. --simulate completes runs
/// without executing anything.
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

/// Keep the sandbox up until Ctrl-C
///
/// It answers on this machine only: /graphql, /graphql/stream, the WebSocket, /status. Its address
/// is printed as soon as it is up.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tasks sandbox serve --port 8080\n  tasks sandbox serve --port 8080 --simulate"
)]
struct Serve {
    /// Port to listen on; 0 is any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// What a new sandbox is filled with
    #[arg(long, value_name = "SEED", value_enum, default_value_t)]
    seed: SandboxSeed,
}

/// Print a token for the sandbox
///
/// It is for the role that --as names, a maintainer without.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tasks sandbox token\n  tasks sandbox token --as guest --lifetime 5m"
)]
struct Token {
    /// How long the token holds
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_limit)]
    lifetime: Duration,
}

/// Stop all runs of the sandbox and fill it anew
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tasks sandbox reset\n  tasks sandbox reset --seed bare --yes")]
struct Reset {
    /// What it is filled with
    #[arg(long, value_name = "SEED", value_enum, default_value_t)]
    seed: SandboxSeed,
}

pub(crate) async fn run(args: Sandbox, app: &App) -> Result<(), Error> {
    let answer = Answer::plan_with(app, &[])?;
    match args.command {
        Command::Serve(args) => serve(args, app, &answer).await,
        Command::Token(args) => token(args, app, answer).await,
        Command::Reset(args) => reset(args, app, &answer),
    }
}

async fn serve(args: Serve, app: &App, answer: &Answer) -> Result<(), Error> {
    if !app.settings.simulate {
        app.confirm("Execute what clients define, on this machine and as you?")?;
    }
    let running = app.serve_sandbox(args.port, args.seed).await?;
    let address = [("url", running.url()), ("graphql", running.graphql())];
    let detail = Detail::untitled().field("Address", running.graphql());
    answer.give(&Prepared::object(address).detail(detail))?;
    app.ui.note("the sandbox is up; Ctrl-C ends it");
    let signal = app.claim_interrupt().signalled().await;
    drop(running);
    Err(Error::new(signal, "the sandbox is down"))
}

async fn token(args: Token, app: &App, answer: Answer) -> Result<(), Error> {
    let (token, email) = app.sandbox_token(args.lifetime).await?;
    if !app.settings.output_is_asked_for() {
        // Bare also at a terminal, because it is meant for a variable.
        return app::print(&app.ui.unmasked(), &format!("{}\n", token.expose()));
    }
    let token = token.expose().to_owned();
    let issued = Prepared::object([("token", token), ("email", email)]);
    answer.unmasked().give(&issued)
}

fn reset(args: Reset, app: &App, answer: &Answer) -> Result<(), Error> {
    app.confirm("Stop all runs of the sandbox and remove what was made in it?")?;
    let folder = app.reset_sandbox(args.seed)?;
    answer.give_done(&Prepared::object([(
        "folder",
        folder.display().to_string(),
    )]))
}
