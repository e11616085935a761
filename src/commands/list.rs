//! `tasks list`: list tasks.

use crate::app::App;
use crate::commands::flags::{PermissionWord, ScopeWord, spelled};
use crate::commands::report::definition::{self, joined};
use crate::commands::report::{Answer, Prepared};
use crate::commands::scope;
use crate::domain::Permission;
use crate::error::Error;
use crate::ops::definitions::tasks::{self, Filter};
use crate::output::Column;
use clap::Args;

/// List the tasks that can be invoked
///
/// With -e: on that environment. Without it: on all environments of the project, merged, each task
/// with the environments that show it and those where another task of its name stands before it.
/// What your role may not invoke is not listed by Lagoon.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks list -p shop -e main
  tasks list -p shop --scope project
  tasks list -e main -o name | grep audit
  tasks list -e main --jq '.[] | {name, arguments: .advancedTaskDefinitionArguments}'")]
pub(crate) struct ListArgs {
    /// Only tasks of this scope
    #[arg(long, value_enum)]
    scope: Option<ScopeWord>,
    /// Only tasks with this permission
    #[arg(long, value_enum)]
    permission: Option<PermissionWord>,
    /// Only tasks that run in this service
    #[arg(long, short = 's', value_name = "SERVICE")]
    service: Option<String>,
}

pub(crate) async fn run(args: ListArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    let project = scope::project(app)?;
    scope::report_source(app, "project", project);
    let environment = scope::given_environment(app, &project.value).await?;
    let filter = Filter {
        scope: args.scope.map(spelled),
        permission: args.permission.map(Permission::from),
        service: args.service,
    };
    let lagoon = app.lagoon().await?;
    let listing = tasks::list(lagoon, &project.value, environment.as_deref(), &filter).await?;
    if listing.unknown > 0 {
        app.ui.warn(&format!(
            "{} tasks are of a kind that this version does not know; they are not listed",
            listing.unknown
        ));
    }
    let value = listing.tasks.iter().map(|listed| listed.to_json());
    let environments = Column::new("environments").in_table_if(environment.is_none());
    let shadowed = Column::new("shadowedIn").heading("SHADOWED IN");
    let grid = definition::table(&listing.tasks)
        .column(environments, |listed| joined(&listed.environments))
        .if_any(shadowed, |listed| joined(&listed.shadowed_in))
        .grid();
    let note = if listing.environments == 0 {
        format!(
            "the project `{}` has no environments, so its tasks cannot be read",
            listing.project.name
        )
    } else {
        "no tasks that you may invoke here".to_owned()
    };
    answer.give(&Prepared::new(value.collect(), grid).when_empty(note))
}
