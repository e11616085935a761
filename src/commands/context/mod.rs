//! `tasks context`: manage contexts.

mod add;
mod report;

use clap::{Args, Subcommand};

use crate::app::{App, SignOut};
use crate::commands::report::ResultPrinter;
use crate::commands::select::pick;
use crate::config::shown_name;
use crate::config::{Config, ContextName, Editor, Origin};
use crate::domain::names::suggested;
use crate::error::Error;
use crate::settings::Target;
use report::{ContextEntry, ContextList};

const EXAMPLES: &str = "\
Examples:
  # Add a Lagoon
  tasks context add acme https://api.acme.example
  # List the contexts
  tasks context list
  # Select a Lagoon for the next commands
  tasks context use acme";

/// Manage contexts, the Lagoons that you use
///
/// A context is a name for a Lagoon and a way to sign in to it. Contexts are stored in config.toml,
/// tokens in a separate file that only you can read. The context `sandbox` is built in.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Context {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one of it")]
enum Command {
    List(List),
    Show(Show),
    Add(add::Add),
    Use(Use),
    Remove(Remove),
}

/// List the contexts
///
/// The current context is marked.
#[derive(Debug, Args)]
#[command(
    visible_alias = "ls",
    after_help = "\
Examples:
  # List the contexts
  tasks context list
  # Print only the names
  tasks context list -o name"
)]
struct List;

/// Show a context
///
/// Without NAME, shows the current context.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Show the current context
  tasks context show
  # Print another context as JSON
  tasks context show acme -o json")]
struct Show {
    /// Context name
    name: Option<ContextName>,
}

/// Switch to another context
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Switch to a Lagoon
  tasks context use acme
  # Switch to the built-in sandbox
  tasks context use sandbox")]
struct Use {
    /// Context name
    name: Option<ContextName>,
}

/// Remove a context and its token
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Remove a context after confirmation
  tasks context remove acme
  # Remove a context without confirmation
  tasks context remove acme --yes")]
struct Remove {
    /// Context name
    name: Option<ContextName>,
}

pub(crate) async fn run(args: Context, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan_with(app, &["name"])?;
    match args.command {
        Command::List(List) => list(app, &answer),
        Command::Show(args) => show(args, app, &answer),
        Command::Add(args) => add::run(args, app, &answer).await,
        Command::Use(args) => make_current(args, app, &answer),
        Command::Remove(args) => remove(args, app, &answer).await,
    }
}

fn list(app: &App, answer: &ResultPrinter) -> Result<(), Error> {
    let config = app.settings.config()?;
    if let Ok(chosen) = app.settings.chosen()
        && let Target::Address(url) = &chosen.target.value
    {
        app.ui.note(&format!(
            "TASKS_API is set and overrides the current context: {url}"
        ));
    }
    for (_, why) in &config.broken {
        app.ui.warn(&why.to_string());
    }
    let file = config.lagoon_cli.as_ref();
    for why in file
        .into_iter()
        .flat_map(|f| f.failure.iter().chain(&f.dangling))
    {
        app.ui.warn(&why.to_string());
    }
    let mut entries: Vec<ContextEntry> = config
        .contexts
        .iter()
        .map(|context| ContextEntry::of(context, app))
        .collect();
    if cfg!(feature = "sandbox") {
        entries.push(ContextEntry::sandbox(app));
    }
    answer.print(&ContextList(entries))
}

fn show(args: Show, app: &App, answer: &ResultPrinter) -> Result<(), Error> {
    let entry = match args.name {
        Some(name) => entry(&name, app.settings.config()?, app)?,
        None => match &app.settings.chosen()?.target.value {
            Target::Sandbox => ContextEntry::sandbox(app),
            Target::Context(context) => ContextEntry::of(context, app),
            Target::Address(url) => ContextEntry::address(url, app),
        },
    };
    answer.print(&entry)
}

fn make_current(args: Use, app: &App, answer: &ResultPrinter) -> Result<(), Error> {
    let name = match args.name {
        Some(name) => name,
        None => pick::context(app, true)?,
    };
    let entry = entry(&name, app.settings.config()?, app)?;
    let (config, mut editor) = Editor::open(app.config_folder()?)?;
    editor.set_current(&name);
    editor.save()?;
    let entry = entry.made_current(Some(config.path.display().to_string()), app);
    match entry.overridden_by() {
        None => app.ui.note(&format!("`{name}` is the current context")),
        Some(variable) => {
            let path = config.path.display();
            app.ui.note(&format!(
                "`{name}` is the current context in {path}, but in this shell {variable} overrides it"
            ));
            app.ui
                .hint(&format!("to use `{name}` in this shell: unset {variable}"));
        }
    }
    #[cfg(feature = "sandbox")]
    if name.is_sandbox() {
        app.warn_of_hidden_context();
    }
    answer.print_done(&entry)
}

async fn remove(args: Remove, app: &App, answer: &ResultPrinter) -> Result<(), Error> {
    let name = &match args.name {
        Some(name) => name,
        None => pick::context(app, false)?,
    };
    if name.is_sandbox() {
        return Err(Error::usage(
            "the context `sandbox` is built in and cannot be removed",
        ));
    }
    let config = app.settings.config()?;
    let entry = entry(name, config, app)?;
    match config
        .context(name)
        .map(|c| (c.origin, config.place_of(c).display()))
    {
        Some((Origin::LagoonCli, place)) => {
            return Err(Error::usage(format!(
                "the context `{name}` belongs to the `lagoon` CLI, whose file `tasks` never changes"
            ))
            .hint(format!("remove it from {place}")));
        }
        Some((Origin::Pod, place)) => {
            return Err(Error::usage(format!(
                "the context `{name}` comes from the variable {place} and cannot be removed"
            )));
        }
        _ => {}
    }
    app.confirm(&format!("Remove the context `{name}` and its token?"))?;
    // The token is removed first, in case the rest fails.
    app.sign_out(SignOut::Context(name)).await?;
    let (config, mut editor) = Editor::open(app.config_folder()?)?;
    editor.remove_context(name);
    editor.save()?;
    if config.current.as_ref() == Some(name) {
        app.ui.note(&format!(
            "`{name}` was the current context; there is no current context now"
        ));
    }
    answer.print_done(&entry)
}

fn entry(name: &ContextName, config: &Config, app: &App) -> Result<ContextEntry, Error> {
    if name.is_sandbox() {
        return Ok(ContextEntry::sandbox(app));
    }
    match config.context(name) {
        Some(context) => Ok(ContextEntry::of(context, app)),
        None => {
            if let Some(fault) = config.fault(name.as_str()) {
                return Err(fault.clone().into());
            }
            let shown = shown_name(name.as_str());
            let error = Error::not_found(format!("context {shown} not found"));
            let known = config.contexts.iter().map(|c| c.name.as_str());
            let near = suggested(name.as_str(), known);
            let list = || "to list contexts: tasks context list".to_owned();
            Err(error.hint(near.unwrap_or_else(list)))
        }
    }
}
