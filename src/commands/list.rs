//! `tasks list`: what can be invoked.

use crate::app::App;
use crate::commands::flags::{PermissionWord, ScopeWord};
use crate::commands::report::Answer;
use crate::commands::report::definition::cells;
use crate::commands::scope;
use crate::domain::Permission;
use crate::error::Error;
use crate::ops::definitions::tasks::{self, Filter, Listing};
use crate::output::{Cell, Column, Grid, Report};
use clap::Args;
use serde_json::Value;

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
pub struct ListArgs {
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

pub async fn run(args: ListArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    let project = scope::project(app)?;
    scope::say_source(app, "project", project);
    let environment = scope::said_environment(app, &project.value).await?;
    let filter = Filter {
        scope: args.scope.map(|s| s.word().to_owned()),
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
    let merged = environment.is_none();
    answer.give(&Tasks { listing, merged })
}

struct Tasks {
    listing: Listing,
    merged: bool,
}

impl Report for Tasks {
    fn value(&self) -> Value {
        Value::Array(
            self.listing
                .tasks
                .iter()
                .map(|listed| listed.to_json())
                .collect(),
        )
    }

    fn grid(&self) -> Grid {
        let shadowed = Column::new("shadowedIn").heading("SHADOWED IN").if_any();
        let mut grid = Grid::new([
            Column::new("id"),
            Column::new("name"),
            Column::new("type"),
            Column::new("scope"),
            Column::new("permission"),
            Column::new("service"),
            Column::new("description"),
            Column::new("environments").in_table_if(self.merged),
            shadowed,
        ]);
        for listed in &self.listing.tasks {
            let [id, name, kind, scope, permission, service, description] =
                cells(&listed.definition);
            grid.row([
                id,
                name,
                kind,
                scope,
                permission,
                service,
                description,
                names(&listed.environments),
                names(&listed.shadowed_in),
            ]);
        }
        grid
    }

    fn empty_note(&self) -> Option<String> {
        if self.listing.environments == 0 {
            return Some(format!(
                "the project `{}` has no environments, so its tasks cannot be read",
                self.listing.project.name
            ));
        }
        Some("no tasks that you may invoke here".to_owned())
    }
}

fn names(environments: &[String]) -> Cell {
    if environments.is_empty() {
        Cell::Missing
    } else {
        Cell::text(environments.join(", "))
    }
}
