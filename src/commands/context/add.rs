//! `tasks context add`: a Lagoon under a name, and its token.

use std::io::Read;

use clap::Args;
use jiff::Timestamp;
use url::Url;

use super::report::Entry;
use crate::app::App;
use crate::auth::{Secret, expiry, is_jwt};
use crate::commands::target::Answer;
use crate::commands::target::lagoon::{self, LagoonArgs};
use crate::config::{Context, ContextName, api_address};
use crate::error::Error;

/// Tokens of Lagoon are a few kB; what is longer is something else.
const TOKEN_LIMIT: u64 = 64 * 1024;

const EXAMPLES: &str = "\
Examples:
  tasks context add acme https://api.acme.example/graphql
  ssh -p 32222 lagoon@ssh.acme.example token |
    tasks context add acme https://api.acme.example --with-token
  tasks context add local http://localhost:3000 -p shop --use
  tasks context add old https://api.old.example --ssh-host ssh.old.example --ssh-port 32222";

/// Add a Lagoon, or change what is known of one
///
/// The address may leave out /graphql. The rest (ssh server, UI, where a browser signs in) comes
/// from the Lagoon itself, where it says so. A token can be given on stdin with --with-token; it is
/// never an argument. Adding a context again with the same address changes what is given and keeps
/// the rest. The first context becomes the current one. -p names its default project.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Add {
    /// Name of the context: letters, digits, dots, underscores, hyphens
    name: ContextName,
    /// Address of the Lagoon's API
    #[arg(value_parser = api_address)]
    url: Url,
    /// Read the token from stdin
    #[arg(long)]
    with_token: bool,
    /// Make it the current context
    #[arg(long = "use")]
    make_current: bool,
    #[command(flatten)]
    lagoon: LagoonArgs,
}

pub(super) async fn run(args: Add, app: &App, answer: &Answer) -> Result<(), Error> {
    let context = lagoon::describe(&args.name, &args.url, &args.lagoon, app).await?;
    let token = token(&args, &context, app)?;
    let kept = lagoon::keep(&context, args.make_current, app)?;
    if let Some(token) = &token {
        app.tokens()?.write(&args.name, token)?;
    }
    let done = if kept.is_new { "added" } else { "changed" };
    app.ui.note(&format!("context `{}` {done}", args.name));
    if token.is_none() && kept.is_new {
        app.ui.hint(&format!(
            "It has no token yet: tasks context add {} {} --with-token < FILE",
            args.name, context.api
        ));
    }
    let mut entry = Entry::of(&context, app);
    entry.current_by = kept.current_by;
    answer.give(&entry)
}

fn token(args: &Add, context: &Context, app: &App) -> Result<Option<Secret>, Error> {
    let (text, origin) = if args.with_token {
        (from_stdin()?, "stdin")
    } else if context.ssh.is_none() && app.ui.can_prompt() {
        let prompt = app.ui.prompt();
        if !prompt.confirm("Store a token for it now?")? {
            return Ok(None);
        }
        (prompt.secret("Token")?, "the answer")
    } else {
        return Ok(None);
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::usage(format!(
            "{origin} is empty: there is no token in it"
        )));
    }
    if !is_jwt(text) {
        return Err(Error::usage(format!("{origin} holds no token"))
            .hint("a token is three parts of letters and digits with dots between"));
    }
    if let Some(at) = expiry(text).filter(|at| *at < Timestamp::now()) {
        return Err(Error::usage(format!(
            "the token in {origin} has expired ({at})"
        )));
    }
    Ok(Some(Secret::new(text.to_owned())))
}

fn from_stdin() -> Result<String, Error> {
    let mut text = String::new();
    std::io::stdin()
        .take(TOKEN_LIMIT)
        .read_to_string(&mut text)
        .map_err(|e| Error::usage("cannot read the token from stdin").because(e))?;
    Ok(text)
}
