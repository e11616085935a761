//! `tasks mcp`: a server for coding agents.

use clap::Args;

use crate::app::App;
use crate::commands::flags::EnvironmentTypeArg;
use crate::domain::place::selection::NamePattern;
use crate::error::Error;
use crate::mcp::{self, EnvironmentLimit, Limits};
use crate::settings::pair;

/// Serve tasks to coding agents (MCP)
///
/// Runs a Model Context Protocol server on standard input and output. A client, such as a coding
/// agent, starts it. The server is read-only unless --allow-invoke is given. TASKS_PROJECT,
/// TASKS_ENVIRONMENT and the checkout have no effect: the client passes the project and the
/// environment, or the id of a run, in each call.
///
/// Before it cancels a run, or starts a task with a confirmation text, the server asks the user
/// through the client. Starting and cancelling in production also needs --allow-production; an
/// environment of unknown type counts as production.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Let an agent read everything that you can see
  tasks mcp
  # Let it start tasks on the development environments of one project
  tasks mcp -p shop --type development --allow-invoke
  # Let it start only certain tasks, also in production
  tasks mcp -p shop --task 'Clear *' --allow-invoke --allow-production
  # Try it with the built-in sandbox
  tasks mcp -l sandbox --allow-invoke
  # Add it to Claude Code
  claude mcp add lagoon -- tasks mcp -p shop")]
pub(crate) struct McpArgs {
    /// Allow only environments of this type
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    kind: Option<EnvironmentTypeArg>,
    /// Allow only tasks with this name; repeatable; `*` and `?` are wildcards
    #[arg(long = "task", value_name = "NAME")]
    tasks: Vec<String>,
    /// Allow starting tasks and cancelling runs
    #[arg(long)]
    allow_invoke: bool,
    /// With --allow-invoke, also allow it in production
    #[arg(long, requires = "allow_invoke")]
    allow_production: bool,
}

pub(crate) async fn run(args: McpArgs, app: &App) -> Result<(), Error> {
    if app.settings.yes {
        return Err(Error::usage("--yes cannot be used with `tasks mcp`")
            .hint("the client asks its user for each confirmation"));
    }
    let limits = limits(&args, app)?;
    // Reports now that no Lagoon can be selected, not at the first call.
    app.settings.chosen()?;
    if app.ui.terminal().stdin {
        app.ui.note(
            "waiting for a client; a coding agent starts this command itself (Ctrl-C ends it)",
        );
    }
    mcp::serve(app, limits).await
}

fn limits(args: &McpArgs, app: &App) -> Result<Limits, Error> {
    let named = &app.settings.named;
    let environments = named.environments.iter().map(|text| {
        let (project, name) = match text.contains(':') {
            true => pair(text).map(|(project, name)| (Some(project), name))?,
            false => (None, text.as_str()),
        };
        Ok(EnvironmentLimit {
            project: project.map(NamePattern::read),
            name: NamePattern::read(name),
        })
    });
    if args.tasks.iter().any(|task| task.trim().is_empty()) {
        return Err(Error::empty_value("--task"));
    }
    Ok(Limits {
        projects: named
            .projects
            .iter()
            .map(|p| NamePattern::read(p))
            .collect(),
        environments: environments.collect::<Result<_, Error>>()?,
        kind: args.kind.map(Into::into),
        tasks: args.tasks.iter().map(|t| NamePattern::read(t)).collect(),
        allow_invoke: args.allow_invoke,
        allow_production: args.allow_production,
    })
}
