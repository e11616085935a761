//! `tasks list`: list tasks.

use crate::app::App;
use crate::commands::flags::{PermissionArg, ScopeArg, given, spelled};
use crate::commands::report::definition::{self, joined};
use crate::commands::report::{PreparedReport, ResultPrinter};
use crate::commands::scope;
use crate::domain::Permission;
use crate::error::Error;
use crate::error::messages::counted;
use crate::ops::definitions::tasks::{self, Filter};
use crate::output::{Cell, Column};
use crate::terminal::Style;
use clap::Args;

/// List the tasks that can be invoked
///
/// With -e, lists the tasks of one environment. Without it, lists the tasks of all environments of
/// the project, merged. Each task then shows the environments that list it and those where another
/// task of the same name hides it. In a table, `all` means every environment. Lagoon leaves out tasks that your role may not invoke.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # List the tasks of one environment
  tasks list -p shop -e main
  # List the tasks that are defined for the project
  tasks list -p shop --scope project
  # Search the names
  tasks list -e main -o name | grep audit
  # Print the name and service of each task as JSON
  tasks list -e main --jq '.[] | {name, service}'")]
pub(crate) struct ListArgs {
    /// List only tasks of this scope
    #[arg(long, value_enum)]
    scope: Option<ScopeArg>,
    /// List only tasks with this permission
    #[arg(long, value_enum, value_name = "ROLE")]
    permission: Option<PermissionArg>,
    /// List only tasks that run in this service
    #[arg(long, short = 's', value_name = "SERVICE")]
    service: Option<String>,
}

pub(crate) async fn run(args: ListArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let project = scope::project(app).await?;
    let environment = scope::given_environment(app, &project).await?;
    let filters = [
        (args.scope.is_some(), "--scope"),
        (args.permission.is_some(), "--permission"),
        (args.service.is_some(), "--service"),
    ];
    let filters = joined(&given(filters).collect::<Vec<_>>());
    let filter = Filter {
        scope: args.scope.map(spelled),
        permission: args.permission.map(Permission::from),
        service: args.service,
    };
    let lagoon = app.lagoon().await?;
    let listing = match &environment {
        Some(name) => {
            let read = async |name: &str| tasks::list(lagoon, &project, Some(name), &filter).await;
            scope::by_any_name(app, &project, name, read).await?
        }
        None => tasks::list(lagoon, &project, None, &filter).await?,
    };
    if listing.unknown > 0 {
        let tasks = counted(listing.unknown, "task");
        app.ui
            .warn(&format!("not listed: {tasks} of an unknown type"));
    }
    let value = listing.tasks.iter().map(|listed| listed.to_json());
    let environments = Column::new("environments")
        .priority(6)
        .in_table_if(environment.is_none());
    let all = listing.environments;
    let shadowed = Column::new("shadowedIn").heading("SHADOWED IN").priority(7);
    let grid = definition::table(&listing.tasks)
        .column(environments, move |listed| {
            let names = joined(&listed.environments)?;
            Some(if all > 1 && listed.environments.len() == all {
                Cell::marked(names, "all", Style::Plain)
            } else {
                Cell::text(names)
            })
        })
        .if_any(shadowed, |listed| joined(&listed.shadowed_in))
        .grid();
    let note = if listing.environments == 0 {
        format!(
            "the project `{}` has no environments, so its tasks cannot be read",
            listing.project.name
        )
    } else if let Some(filters) = filters {
        format!("no tasks match {filters}")
    } else {
        "no tasks found; Lagoon hides tasks that require a higher role than yours".to_owned()
    };
    answer.print(&PreparedReport::new(value.collect(), grid).when_empty(note))
}
