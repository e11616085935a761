//! `tasks export`: write tasks as a file.

use crate::app::{App, print};
use crate::commands::flags::ScopeArg;
use crate::commands::scope;
use crate::domain::manifest::ScopeName;
use crate::domain::task::definition::Target;
use crate::error::Error;
use crate::ops::as_code::export;
use crate::ops::as_code::scope::ScopeOptions;
use crate::ops::definitions::group;
use clap::Args;

/// Print tasks as a task file
///
/// Prints the tasks of one scope as YAML that `tasks apply` accepts unchanged, in a stable order and
/// without ids. The scope comes from the command line: --scope, otherwise -e (environment), --group
/// or -p (project).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Write the tasks of a project to a file
  mkdir -p .lagoon && tasks export -p shop > .lagoon/tasks.yml
  # Include the tasks of its environments
  tasks export -p shop --with-environments
  # Print the tasks of a group
  tasks export --group acme")]
pub(crate) struct ExportArgs {
    /// Select the scope of the tasks
    #[arg(long, value_enum)]
    scope: Option<ScopeArg>,
    /// Export the tasks of this group
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// Include the tasks of the project's environments
    #[arg(long, conflicts_with = "group")]
    with_environments: bool,
}

pub(crate) async fn run(args: ExportArgs, app: &App) -> Result<(), Error> {
    let output = app.settings.output.as_ref();
    let is_other = output.is_some_and(|o| o.is_flag() && o.value != "yaml");
    if is_other || app.settings.jq.is_some() {
        return Err(Error::usage("`tasks export` prints YAML only")
            .hint("omit -o and --jq; for other formats: tasks list -o json"));
    }
    let target = scope::named_target(
        app,
        args.scope,
        args.group.as_deref(),
        "the tasks are defined",
        true,
    )
    .await?;
    let lagoon = app.lagoon().await?;
    let target = scope::with_environment_name(app, target).await?;
    let (scope, window) = match target {
        Target::Environment {
            project,
            environment,
        } => (
            ScopeName::Environment {
                project,
                environment,
            },
            None,
        ),
        Target::Project(project) => (ScopeName::Project(project), None),
        Target::Group(group) => (ScopeName::Group(group), None),
        Target::System(window) => (ScopeName::System, window),
    };
    let scopes = match (&scope, args.with_environments) {
        (ScopeName::Project(project), true) => export::with_environments(lagoon, project).await?,
        (_, true) => {
            return Err(Error::usage(
                "--with-environments requires a project (-p) and no environment",
            ));
        }
        (_, false) => vec![scope],
    };
    let progress = app.ui.progress();
    let how = ScopeOptions {
        concurrency: group::CONCURRENCY,
        window: window.as_deref(),
        progress: progress.as_ref(),
    };
    let export = export::export(lagoon, &scopes, how).await?;
    if !export.is_readable {
        app.ui
            .warn("no environments found, so the tasks could not be read");
    }
    for note in &export.notes {
        app.ui.warn(note);
    }
    for left in &export.exported.left_out {
        app.ui.warn(&format!(
            "`{}` (id {}) is not exported: it {}",
            left.name, left.id, left.why
        ));
    }
    print(&app.ui, &export.exported.text)
}
