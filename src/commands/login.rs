//! `tasks login`: sign in and store the token.

use std::time::Duration;

use clap::Args;
use url::Url;

use crate::app::{App, BrowserWindow, print};
use crate::auth::{Session, SignInMethod, StoredToken, TokenSource};
use crate::commands::report::ResultPrinter;
use crate::commands::sign_in::identity::Identity;
use crate::commands::sign_in::lagoon::{self, LagoonArgs};
use crate::commands::sign_in::{given_token, identity, prompted_address};
use crate::config::{Context, ContextName, api_address};
use crate::domain::task::quoting::suggestion;
use crate::error::{Error, Kind};
use crate::settings::{Source, Target, TokenOrigin, parse_limit};

const EXAMPLES: &str = "\
Examples:
  # Add a Lagoon and sign in over ssh
  tasks login https://api.lagoon.example.com
  # Sign in with a specific key
  tasks login -l acme --ssh-key ~/.ssh/id_lagoon
  # Sign in with a browser
  tasks login -l acme --browser
  # Store a token that you already have
  tasks login -l acme --with-token < token
  # Use a token in another program
  export LAGOON_TOKEN=$(tasks login --print)";

/// Sign in to a Lagoon over ssh or with a browser
///
/// The system's `ssh` fetches the token, so that agents, ~/.ssh/config, hardware keys and
/// jump hosts work. With --browser, you sign in at the Lagoon's Keycloak; that session expires when it
/// is idle. With URL, the command also adds a context, named by -l or, by default, after the host.
///
/// The token is stored in a file that only you can read, and renewed automatically. If signing in
/// fails, nothing is saved. A pipeline needs no login: set TASKS_SSH_KEY.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LoginArgs {
    /// API address of a Lagoon that has no context yet
    #[arg(value_parser = api_address)]
    url: Option<Url>,
    /// Sign in with a browser, also on another machine
    #[arg(long, conflicts_with = "print")]
    browser: bool,
    /// Limit the wait for the browser
    #[arg(long, value_name = "TIME", value_parser = parse_limit, default_value = "5m",
          requires = "browser")]
    timeout: Duration,
    /// Read the token from stdin
    #[arg(long, conflicts_with = "browser")]
    with_token: bool,
    /// Print a valid token and nothing else
    #[arg(long, conflicts_with = "with_token")]
    print: bool,
    /// Make this the current context
    #[arg(long = "use", requires = "url")]
    make_current: bool,
    #[command(flatten)]
    lagoon: LagoonArgs,
}

impl LoginArgs {
    pub(crate) fn needs_context(&self) -> bool {
        self.url.is_none()
    }
}

pub(crate) async fn run(mut args: LoginArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan_with(app, &["id"])?;
    if args.url.is_none() && app.settings.has_no_lagoon() && app.ui.can_prompt() {
        args.url = Some(prompted_address(app)?);
    }
    let mut plan = plan(&args, app).await?;
    plan.session.advice = plan.remedies();
    if args.print {
        let token = plan.session.token().await;
        let token = token.map_err(|error| plan.failed(error.into()))?;
        plan.save(app)?;
        return print(&app.ui.unmasked(), &format!("{}\n", token.secret.expose()));
    }
    let signed_in = sign_in(&args, &plan, app).await;
    let (kept, window) = signed_in.map_err(|error| plan.failed(error))?;
    let done = store(&args, &plan, &kept, app).await;
    let done = done.and_then(|identity| answer.print(&identity));
    if let Some(window) = window {
        window.finish(done.is_ok()).await;
    }
    done
}

/// Stores the token if Lagoon accepts it.
async fn store(
    args: &LoginArgs,
    plan: &LoginPlan,
    kept: &StoredToken,
    app: &App,
) -> Result<Identity, Error> {
    warn_of_variable(&plan.session, app);
    // Before anything is saved: a token that Lagoon refuses must not replace one that works.
    let source = TokenSource::Session(Box::new(plan.session.with_only(kept)));
    let context = plan.context.as_ref();
    let identity = match identity::of(source, context, app).await {
        Ok(identity) => identity,
        Err(error) => {
            // Otherwise the browser would sign in the same user again.
            if let Some(refresh) = &kept.refresh {
                app.end_browser_session(context, refresh).await;
            }
            return Err(plan.failed(error));
        }
    };
    // After another sign-in with the browser, it is the same session.
    let replaced = plan.session.refresh().filter(|_| !args.browser);
    plan.save(app)?;
    plan.session.keep(kept)?;
    if let Some(refresh) = replaced {
        app.end_browser_session(context, &refresh).await;
    }
    app.ui.note(&format!("signed in to {}", identity.label()));
    Ok(identity)
}

async fn sign_in(
    args: &LoginArgs,
    plan: &LoginPlan,
    app: &App,
) -> Result<(StoredToken, Option<BrowserWindow>), Error> {
    let session = &plan.session;
    if args.with_token {
        let given = session.kept(given_token(app)?, SignInMethod::Given);
        return Ok((given, None));
    }
    if !args.browser {
        if session.sign_in.is_none() && plan.context.is_some() {
            return Err(Error::new(
                Kind::NotAllowed,
                "this Lagoon does not announce its ssh server; add --ssh-host and --ssh-port",
            )
            .with_hints(plan.remedies()));
        }
        return Ok((session.sign_in_again().await?, None));
    }
    let context = plan.context.as_ref().ok_or_else(|| {
        Error::usage("--browser requires a context, but TASKS_API is set")
            .hint("sign in to a context instead: tasks login URL --browser")
    })?;
    let (granted, window) = app.sign_in_with_browser(context, args.timeout).await?;
    Ok((session.granted(granted), Some(window)))
}

/// A sign-in, and what is saved when it has succeeded.
struct LoginPlan {
    session: Session,
    /// None for `TASKS_API`.
    context: Option<Context>,
    /// The address, if the context is new.
    new: Option<Url>,
    changes: bool,
    make_current: bool,
}

impl LoginPlan {
    /// Saves the context if it is new or changed.
    fn save(&self, app: &App) -> Result<(), Error> {
        let Some(context) = &self.context else {
            return Ok(());
        };
        if !self.changes && !self.make_current {
            return Ok(());
        }
        let kept = lagoon::save(context, self.make_current, app)?;
        let done = match (kept.is_new, self.changes) {
            (true, _) => "added",
            (false, true) => "changed",
            (false, false) => "is now the current context",
        };
        let name = &context.name;
        app.ui.note(&format!("context `{name}` {done}"));
        Ok(())
    }

    /// Adds to the error of a failed sign-in that nothing was saved.
    fn failed(&self, error: Error) -> Error {
        match (&self.context, &self.new) {
            (Some(context), Some(url)) => not_saved(error, &context.name, url),
            (Some(_), None) if self.changes => error.hint("the context was not changed"),
            _ => error,
        }
    }

    fn remedies(&self) -> Vec<String> {
        let Some(context) = &self.context else {
            return self.session.advice.clone();
        };
        if context.ssh.is_some() {
            return Vec::new();
        }
        let mut login = vec!["tasks", "login"];
        login.extend(self.new.as_ref().map(Url::as_str));
        login.extend(["-l", context.name.as_str()]);
        let login = suggestion(&login);
        let mut remedies = vec![format!(
            "name the ssh server: {login} --ssh-host HOST --ssh-port PORT"
        )];
        if context.authorization_endpoint.is_some() {
            remedies.push(format!("or sign in with a browser: {login} --browser"));
        }
        remedies.push(format!("or pass a token: {login} --with-token < FILE"));
        remedies
    }
}

/// The Lagoon to sign in to: a known context, or one described by the command line. Fails for a new
/// Lagoon whose sign-in methods cannot be discovered.
async fn plan(args: &LoginArgs, app: &App) -> Result<LoginPlan, Error> {
    let (name, url) = match &args.url {
        Some(url) => (name_for(url, app)?, url.clone()),
        None => match &app.settings.chosen()?.target.value {
            Target::Context(context) => (context.name.clone(), context.api.clone()),
            Target::Sandbox => {
                return Err(Error::usage("the sandbox requires no sign-in")
                    .hint("sign in to another Lagoon: tasks login URL"));
            }
            Target::Address(_) => {
                return Ok(LoginPlan {
                    session: app.session_of_address().await?,
                    context: None,
                    new: None,
                    changes: false,
                    make_current: false,
                });
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
    let (context, changes) = match known {
        Some(context) if is_complete(&context) && args.url.is_none() && !args.lagoon.is_given() => {
            (context, false)
        }
        known => {
            let described = lagoon::describe(&name, &url, &args.lagoon, app).await?;
            let context = if args.with_token || is_complete(&described.context) {
                described.or_known(app)
            } else {
                let reached = described.reached(app);
                reached.map_err(|error| {
                    if is_new {
                        not_saved(error, &name, &url)
                    } else {
                        error
                    }
                })?
            };
            let changes = known.as_ref() != Some(&context);
            (context, changes)
        }
    };
    Ok(LoginPlan {
        session: app.session_of(&context),
        new: is_new.then_some(url),
        context: Some(context),
        changes,
        make_current: args.make_current,
    })
}

fn not_saved(error: Error, name: &ContextName, url: &Url) -> Error {
    let add = suggestion(["tasks", "context", "add", name.as_str(), url.as_str()]);
    error.hint(format!(
        "nothing was saved; to save the context without signing in: {add}"
    ))
}

/// The name of the context with this address, or a name derived from the host.
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
        Error::usage(format!("cannot derive a context name from {url}"))
            .hint("choose a name: tasks login -l NAME URL")
    })
}

fn warn_of_variable(session: &Session, app: &App) {
    let Ok(chosen) = app.settings.chosen() else {
        return;
    };
    if matches!(chosen.token, TokenOrigin::Variable(_)) {
        app.ui.warn(&format!(
            "TASKS_TOKEN is set and overrides the stored token for {}",
            session.label
        ));
    }
}
