//! `tasks context add`: add or change a context.

use clap::Args;
use jiff::Timestamp;
use url::Url;

use super::report::ContextEntry;
use crate::app::App;
use crate::auth::{Secret, SignInMethod, expiry};
use crate::commands::report::ResultPrinter;
use crate::commands::sign_in::lagoon::{self, LagoonArgs};
use crate::commands::sign_in::{given_token, prompted_address};
use crate::config::{Context, ContextName, NameError, api_address};
use crate::error::Error;
use crate::terminal::Question;

const EXAMPLES: &str = "\
Examples:
  # Add a Lagoon
  tasks context add acme https://api.acme.example
  # Add a Lagoon with a token from its ssh host
  ssh -p 32222 lagoon@ssh.acme.example token |
    tasks context add acme https://api.acme.example --with-token
  # Add a local Lagoon with a default project and switch to it
  tasks context add local http://localhost:3000 -p shop --use
  # Set the ssh host of a Lagoon that does not publish it
  tasks context add old https://api.old.example \\
      --ssh-host ssh.old.example --ssh-port 32222";

/// Add a Lagoon or change its settings
///
/// The ssh host, the UI and the Keycloak are read from the Lagoon itself if it publishes them;
/// connection options override them. -p sets the context's default project. To change a context, add it again with the
/// same address: the settings that you do not name are kept. The first context becomes the current
/// one, unless the `lagoon` CLI's file has a current context.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Add {
    /// Context name: letters, digits, dots, underscores, hyphens
    name: Option<ContextName>,
    /// Address of the Lagoon's API, with or without /graphql
    #[arg(value_parser = api_address)]
    url: Option<Url>,
    /// Read the token from stdin
    #[arg(long)]
    with_token: bool,
    /// Make this the current context
    #[arg(long = "use")]
    make_current: bool,
    #[command(flatten)]
    lagoon: LagoonArgs,
}

pub(super) async fn run(args: Add, app: &App, answer: &ResultPrinter) -> Result<(), Error> {
    let (name, url) = name_and_address(&args, app)?;
    let described = lagoon::describe(&name, &url, &args.lagoon, app).await?;
    let is_discovered = described.is_discovered();
    let is_reached = described.is_reached();
    let context = described.or_known(app);
    if !is_discovered {
        lagoon::suggest_ssh_host(&context, app);
    }
    if !is_reached {
        app.ui
            .hint("to read its settings, run the same command again when it can be reached");
    }
    let token = token(&args, &context, is_reached, app).await?;
    let kept = lagoon::save(&context, args.make_current, app)?;
    let has_token = token.is_some();
    if let Some(token) = token {
        let session = app.session_of(&context);
        session.keep(&session.kept(token, SignInMethod::Given))?;
    }
    let done = if kept.is_new { "added" } else { "changed" };
    app.ui.note(&format!("context `{name}` {done}"));
    if !has_token && kept.is_new {
        app.ui.hint(&match context.ssh {
            Some(_) => {
                format!(
                    "the first command signs in over ssh; to sign in now: tasks login -l {name}"
                )
            }
            None if context.authorization_endpoint.is_some() => {
                format!("sign in: tasks login -l {name} --browser")
            }
            None => format!("add a token: tasks login -l {name} --with-token < FILE"),
        });
    }
    let entry = ContextEntry::of(&context, app).made_current(kept.current_by, app);
    answer.print_done(&entry)
}

/// Prompts for what is missing.
fn name_and_address(args: &Add, app: &App) -> Result<(ContextName, Url), Error> {
    let missing = match (&args.name, &args.url) {
        (Some(name), Some(url)) => return Ok((name.clone(), url.clone())),
        (None, _) => "context name",
        (Some(_), None) => "API address",
    };
    if !app.ui.can_prompt() {
        return Err(
            Error::not_given_off_terminal(missing).hint("usage: tasks context add NAME URL")
        );
    }
    let name = match &args.name {
        Some(name) => name.clone(),
        None => {
            let check = |text: &str| {
                text.parse::<ContextName>()
                    .map(drop)
                    .map_err(|e| e.to_string())
            };
            let text = app
                .ui
                .prompt()
                .text(&Question::new("Context name"), &check)?;
            text.parse()
                .map_err(|e: NameError| Error::usage(e.to_string()))?
        }
    };
    let url = match &args.url {
        Some(url) => url.clone(),
        None => prompted_address(app)?,
    };
    Ok((name, url))
}

async fn token(
    args: &Add,
    context: &Context,
    is_reached: bool,
    app: &App,
) -> Result<Option<Secret>, Error> {
    if args.with_token {
        return unexpired(given_token(app)?, context, app).await.map(Some);
    }
    // No prompt if there is another way to sign in, or if there may be one.
    let signs_in = context.ssh.is_some() || context.authorization_endpoint.is_some();
    if signs_in || !is_reached || !app.ui.can_prompt() {
        return Ok(None);
    }
    let question = format!(
        "No ssh server is known for `{}`. Sign in with a token that you have?",
        context.name
    );
    if !app.ui.prompt().confirm(&question, false)? {
        return Ok(None);
    }
    unexpired(given_token(app)?, context, app).await.map(Some)
}

/// Refuses an expired token. Because this machine's clock may be wrong, Lagoon's time decides.
async fn unexpired(token: Secret, context: &Context, app: &App) -> Result<Secret, Error> {
    let Some(end) = expiry(token.expose()).filter(|end| *end < Timestamp::now()) else {
        return Ok(token);
    };
    match app.time_at(context).await {
        Some(time) if time < end => {
            app.ui.warn(&format!(
                "this machine's clock differs from the clock of {} ({time})",
                context.api
            ));
            Ok(token)
        }
        _ => Err(Error::usage(format!("the token has expired ({end})"))),
    }
}
