//! `tasks login`: a token that is kept.

use std::time::Duration;

use clap::Args;
use url::Url;

use super::target::identity::{self, Identity};
use super::target::lagoon::{self, LagoonArgs};
use super::target::{Answer, given_token};
use crate::app::{App, print};
use crate::auth::{Session, TokenSource, Way};
use crate::config::{Context, ContextName, api_address};
use crate::domain::quoting::suggestion;
use crate::error::Error;
use crate::settings::{Source, Target, TokenOrigin, parse_limit};

const EXAMPLES: &str = "\
Examples:
  tasks login https://api.lagoon.example.com
  tasks login -l acme --ssh-key ~/.ssh/id_lagoon
  tasks login -l acme --browser
  curl -H \"Authorization: Bearer $(tasks login --print)\" https://api.lagoon.example.com/graphql
  tasks login -l acme --with-token < token";

/// Sign in to a Lagoon, over ssh or with a browser
///
/// The system's ssh asks for the token, so that agents, ~/.ssh/config, hardware keys and jump hosts
/// work. --browser signs in at the Lagoon's Keycloak; such a session ends after some idle time. With
/// an address the context is made first: under the name that -l says, else under the host's. The
/// token is kept where only you can read it and renewed by itself; in a pipeline TASKS_SSH_KEY is
/// enough, and no login is needed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct LoginArgs {
    /// Address of the Lagoon's API, for one that is no context yet
    #[arg(value_parser = api_address)]
    url: Option<Url>,
    /// Sign in with a browser on this machine instead
    #[arg(long, conflicts_with = "print")]
    browser: bool,
    /// How long to wait for the browser
    #[arg(long, value_name = "TIME", value_parser = parse_limit, default_value = "5m",
          requires = "browser")]
    timeout: Duration,
    /// Read the token from stdin
    #[arg(long, conflicts_with = "browser")]
    with_token: bool,
    /// Print a token that holds for now, and nothing else
    #[arg(long, conflicts_with = "with_token")]
    print: bool,
    /// Make it the current context
    #[arg(long = "use", requires = "url")]
    make_current: bool,
    #[command(flatten)]
    lagoon: LagoonArgs,
}

/// Runs it.
///
/// # Errors
/// When the Lagoon is not known or says no, or the token cannot be kept.
pub async fn run(args: LoginArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan_with(app, &["id"])?;
    let (mut session, context, is_new) = session(&args, app).await?;
    // What was made for this is there for the next try.
    let try_again = |error: Error| match &context {
        Some(context) if is_new => {
            let name = &context.name;
            let kept = format!("the context `{name}` is kept");
            error.hint(match (args.browser, &context.ssh) {
                (true, _) => format!("{kept}; to try again: tasks login -l {name} --browser"),
                (false, Some(_)) => format!("{kept}; to try again: tasks login -l {name}"),
                // What is missing was said before.
                (false, None) => kept,
            })
        }
        _ => error,
    };
    if args.print {
        return print_token(session, app).await;
    }
    if args.with_token {
        session.keep(&session.kept(given_token(app)?, Way::Given))?;
        // It is this one that is looked at, not another one in its place.
        session.sign_in = None;
    } else if args.browser {
        let context = context.as_ref().ok_or_else(|| {
            Error::usage("--browser signs in to a context, and TASKS_API is none")
                .hint("make one: tasks login URL --browser")
        })?;
        let granted = app.sign_in_with_browser(context, args.timeout).await;
        session.keep(&session.granted(granted.map_err(try_again)?))?;
    } else {
        let signed_in = session.sign_in_anew().await;
        signed_in.map_err(|error| try_again(error.into()))?;
    }
    warn_of_variable(&session, app);
    let identity = whose(session, context.as_ref(), app).await?;
    app.ui.note(&format!("signed in to {}", identity.label()));
    answer.give(&identity)
}

/// Prints what holds for now; that it is kept as well is only a help.
async fn print_token(session: Session, app: &App) -> Result<(), Error> {
    let token = TokenSource::Session(Box::new(session)).token().await?;
    print(&app.ui, &format!("{}\n", token.secret.expose()))
}

/// The Lagoon that is meant, made first where an address says so; and whether it is new. One that
/// cannot be asked where to sign in is not kept.
async fn session(args: &LoginArgs, app: &App) -> Result<(Session, Option<Context>, bool), Error> {
    let (name, url) = match &args.url {
        Some(url) => (name_for(url, app)?, url.clone()),
        None => match &app.settings.chosen()?.target.value {
            Target::Context(context) => (context.name.clone(), context.api.clone()),
            Target::Sandbox => {
                return Err(Error::usage("the sandbox needs no signing in")
                    .hint("sign in to another one: tasks login URL"));
            }
            Target::Address(_) => {
                let session = app.session_of_address().await?;
                return Ok((session, None, false));
            }
        },
    };
    let known = app.settings.config()?.context(&name).cloned();
    let is_complete = |context: &Context| {
        if args.browser {
            context.authorization_endpoint.is_some()
        } else {
            context.ssh.is_some()
        }
    };
    let is_new = known.is_none();
    let context = match known {
        Some(context)
            if is_complete(&context) && args.url.is_none() && !args.lagoon.says_something() =>
        {
            context
        }
        known => {
            let described = lagoon::describe(&name, &url, &args.lagoon, app).await?;
            let context = if args.with_token || is_complete(&described.context) {
                described.all_the_same(app)
            } else {
                let reached = described.reached(app);
                reached.map_err(|error| not_kept(error, args, &name, &url, is_new))?
            };
            let changes = known.as_ref() != Some(&context);
            if changes || args.make_current {
                let kept = lagoon::keep(&context, args.make_current, app)?;
                let done = match (kept.is_new, changes) {
                    (true, _) => "added",
                    (false, true) => "changed",
                    (false, false) => "is the current one",
                };
                app.ui.note(&format!("context `{name}` {done}"));
            }
            context
        }
    };
    Ok((app.session_of(&context), Some(context), is_new))
}

fn not_kept(error: Error, args: &LoginArgs, name: &ContextName, url: &Url, is_new: bool) -> Error {
    if !is_new {
        return error;
    }
    let mut again = vec!["tasks", "login", url.as_str(), "-l", name.as_str()];
    if args.browser {
        again.push("--browser");
    }
    let add = ["tasks", "context", "add", name.as_str(), url.as_str()];
    let line = |words: &[&str]| suggestion(words.iter().map(|word| (*word).to_owned()));
    error
        .hint(format!("nothing was kept; to try again: {}", line(&again)))
        .hint(format!("to keep it all the same: {}", line(&add)))
}

/// The context that has this address, else a name after the host.
fn name_for(url: &Url, app: &App) -> Result<ContextName, Error> {
    if let Some(name) = &app.settings.context {
        return name.parse().map_err(|e: crate::config::NameError| {
            Error::usage(format!("{}: {e}", Source::Flag("--context")))
        });
    }
    let config = app.settings.config()?;
    if let Some(known) = config.contexts.iter().find(|c| c.api == *url) {
        return Ok(known.name.clone());
    }
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("api.").unwrap_or(host);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let name: String = host.chars().filter(|c| allowed(*c)).take(64).collect();
    name.parse().map_err(|_| {
        Error::usage(format!("there is no name for a context in {url}"))
            .hint("name it: tasks login -l NAME URL")
    })
}

fn warn_of_variable(session: &Session, app: &App) {
    let Ok(chosen) = app.settings.chosen() else {
        return;
    };
    if matches!(chosen.token, TokenOrigin::Variable(_)) {
        app.ui.warn(&format!(
            "TASKS_TOKEN is set and holds before what is kept for {}",
            session.label
        ));
    }
}

/// Who that is, by Lagoon's word; a Lagoon that is away now is no reason to have failed.
async fn whose(session: Session, context: Option<&Context>, app: &App) -> Result<Identity, Error> {
    let source = TokenSource::Session(Box::new(session));
    let identity = identity::of(source, context, app).await;
    identity.map_err(|error| error.hint("the token is kept all the same"))
}
