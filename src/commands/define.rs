//! `tasks define`: add a task.

mod line;
mod wizard;

use crate::app::App;
use crate::commands::flags::{PermissionArg, ScopeArg, refuse};
use crate::commands::input::text;
use crate::commands::report::{ResultPrinter, TaskReport};
use crate::commands::{input, launch, scope};
use crate::domain::names::nfc;
use crate::domain::task::definition::Target;
use crate::domain::task::rules;
use crate::domain::{Definition, Permission, Scope};
use crate::error::{Error, Kind};
use crate::ops::definitions::define::{self, DefineOutcome, ScopeView};
use clap::Args;

/// Define a task
///
/// The scope comes from the command line: --scope, otherwise -e (environment), --group or -p
/// (project). A system-wide task requires --scope. At a terminal, `tasks` prompts for the scope and
/// required values that are missing or, without NAME, for everything, and shows the equivalent command.
///
/// A different task of the same name is never overwritten; an identical one is left unchanged.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "\
Examples:
  # Define a command for one environment
  tasks define 'Clear caches' -p shop -e main -s cli --command 'drush cr'
  # Define a task with an argument and a confirmation for a project
  tasks define 'Sync database' -p shop -s cli --command-file sync.sh \\
      --arg SOURCE:other-environment:'Copy from' \\
      --confirmation-text 'Overwrite the database?'
  # Give an optional argument a default
  tasks define Reindex -p shop -s cli --command 'reindex \"$INDEX\"' \\
      --arg 'INDEX?:string' --arg-default INDEX=products
  # Define an image task for all projects of a group
  tasks define Report --group acme --image acme/report:2 --permission maintainer")]
pub(crate) struct DefineArgs {
    /// Task name
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Set the scope
    #[arg(long, value_enum)]
    scope: Option<ScopeArg>,
    /// Define the task for all projects of this group
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// Run this command with the container's shell
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["command_file", "image"])]
    command: Option<String>,
    /// Read the command from a file; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "image")]
    command_file: Option<String>,
    /// Run the command in this service's container
    #[arg(long, short = 's', value_name = "SERVICE")]
    service: Option<String>,
    /// Run a container of this image (platform owners)
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Require this role to invoke the task [default: developer]
    #[arg(long, value_enum, value_name = "ROLE")]
    permission: Option<PermissionArg>,
    /// Set the description
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Ask for confirmation with this text on each invocation
    #[arg(long, value_name = "TEXT")]
    confirmation_text: Option<String>,
    /// Add an argument: NAME[?][:TYPE[:Label]], with `?` if it is optional; TYPE is string, numeric,
    /// environment or other-environment
    #[arg(long = "arg", short = 'a', value_name = "SPEC")]
    args: Vec<String>,
    /// Set the default of an argument
    #[arg(long = "arg-default", value_name = "NAME=VALUE")]
    defaults: Vec<String>,
    /// Give runs a deploy token (platform owners)
    #[arg(long)]
    inject_deploy_token: bool,
    /// Give runs the project's ssh key
    #[arg(long)]
    inject_project_key: bool,
    /// Show the task only to administrators (platform owners)
    #[arg(long)]
    admin_only: bool,
}

pub(crate) async fn run(args: DefineArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let asked = app.ui.can_prompt() && wizard::is_needed(&args);
    let (args, target) = if asked {
        wizard::ask(args, app).await?
    } else if args.name.is_none() {
        return Err(Error::not_given_off_terminal("task name")
            .hint("name the task: tasks define NAME … (see `tasks define --help`)"));
    } else {
        let group = args.group.as_deref();
        let target =
            scope::named_target(app, args.scope, group, "to define the task", false).await?;
        (args, target)
    };
    carry_out(&args, &target, app, &answer, asked)
        .await
        .map_err(|error| match error.kind {
            // The answers are kept as a command line, which can be corrected.
            kind if asked && kind != Kind::Interrupted => error.hint(format!(
                "to correct an answer: {}",
                line::define(&args, &target)
            )),
            _ => error,
        })
}

async fn carry_out(
    args: &DefineArgs,
    target: &Target,
    app: &App,
    answer: &ResultPrinter,
    asked: bool,
) -> Result<(), Error> {
    let mut wanted = definition(args, app)?;
    // Only the id of the scope is unknown, so errors are reported before the first request.
    wanted.scope = scope::provisional(target);
    refuse(&rules::violations(&wanted))?;
    for warning in rules::warnings(&wanted) {
        app.ui.warn(&warning);
    }
    let lagoon = app.lagoon().await?;
    let target = &scope::with_environment_name(app, target.clone()).await?;
    let progress = app.ui.progress();
    progress.start("reading tasks", None);
    let site = define::site(
        lagoon,
        target,
        &define::coverage(&wanted),
        Some(progress.as_ref()),
    )
    .await;
    progress.finish();
    let site = site?;
    wanted.scope = site.scope.clone();
    if let Some(warning) = site.missing_service(&wanted) {
        app.ui.warn(&warning);
    }
    let defined = match compare(&site, &wanted, target)? {
        Some(unchanged) => unchanged,
        None => {
            define::check_environment_defaults(lagoon, &site, &wanted).await?;
            for note in site.shadows(&wanted.name) {
                app.ui.note(&note);
            }
            app.ui.note(&scope::banner(app, &site.label)?);
            if site.scope == Scope::System {
                define::check_system_wide(lagoon).await?;
                let name = &wanted.name;
                app.confirm(&format!("Define `{name}` for all projects of this Lagoon?"))?;
            }
            launch::unless_interrupted(
                app,
                &format!("defining `{}`", wanted.name),
                "it may have been defined; run the command again, an identical task is left unchanged",
                define::add(lagoon, target, &site, &wanted),
            )
            .await?
            .seen(&wanted)?
        }
    };
    report(app, &defined);
    let definition = defined.definition();
    let next = line::invoke(definition, target);
    answer.print_done(&TaskReport::written(definition.clone()))?;
    if answer.is_for_people() {
        app.ui.note(&format!("invoke it: {next}"));
    }
    if asked {
        let line = line::define(args, target);
        app.ui.note(&format!("equivalent command:\n  {line}"));
    }
    Ok(())
}

fn report(app: &App, defined: &DefineOutcome) {
    match defined {
        // `Unverified` has become an error before.
        DefineOutcome::Created(_) | DefineOutcome::Unverified(_) => app.ui.note("defined"),
        DefineOutcome::Unchanged(_) => app.ui.note("unchanged: the same task is already defined"),
        DefineOutcome::Recovered(_, words) => {
            app.ui
                .warn(&format!("{words}; the task was defined anyway"));
        }
        DefineOutcome::Completed(_, words) => {
            app.ui.warn(&format!(
                "Lagoon left the definition incomplete ({words}); it was completed"
            ));
        }
    }
}

fn compare(
    site: &ScopeView,
    wanted: &Definition,
    target: &Target,
) -> Result<Option<DefineOutcome>, Error> {
    define::compare(site, wanted).map_err(|error| match site.existing(&wanted.name) {
        Some(existing) => error.hint(format!(
            "to change it: {}",
            line::update(existing, wanted, target)
        )),
        None => error,
    })
}

/// The definition that the arguments describe, with a provisional scope.
fn definition(args: &DefineArgs, app: &App) -> Result<Definition, Error> {
    let (command, file) = (args.command.as_ref(), args.command_file.as_ref());
    let work = text::work(app, command, file, args.image.as_ref())?.ok_or_else(|| {
        Error::not_given("command or image").hint("pass --command, --command-file or --image")
    })?;
    Ok(Definition {
        id: 0,
        name: nfc(args.name.as_deref().unwrap_or_default()),
        description: args.description.clone().unwrap_or_default(),
        work,
        service: args.service.clone(),
        scope: Scope::System,
        permission: args
            .permission
            .map_or(Permission::Developer, Permission::from),
        confirmation_text: args.confirmation_text.clone().filter(|t| !t.is_empty()),
        deploy_token_injection: args.inject_deploy_token,
        project_key_injection: args.inject_project_key,
        admin_only_view: args.admin_only,
        created: String::new(),
        arguments: Some(input::arguments::read(&args.args, &args.defaults)?),
    })
}
