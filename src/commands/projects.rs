//! `tasks projects`: list projects.

use clap::Args;
use serde_json::json;

use crate::app::App;
use crate::commands::report::definition::joined;
use crate::commands::report::{PreparedReport, ResultPrinter, Table, moment_of};
use crate::domain::place::selection::NamePattern;

use crate::domain::run::rfc3339;
use crate::error::Error;
use crate::ops::places::{details, membership, place};
use crate::output::{Cell, Column};

/// List the projects that you can see
///
/// Shows the repository and the production environment of each project. Lagoon lists only the
/// projects of your groups. A name that no project has is an error; a pattern that matches none is not.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # List all projects
  tasks projects
  # Print the names of matching projects
  tasks projects 'shop-*' -o name
  # Print the projects without a production environment
  tasks projects --jq '.[] | select(.productionEnvironment == null) | .name'")]
pub(crate) struct ProjectsArgs {
    /// Project name or pattern (`*`)
    #[arg(value_name = "NAME")]
    pattern: Option<String>,
}

pub(crate) async fn run(args: ProjectsArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let mut projects = details::projects(app.lagoon().await?).await?;
    if let Some(text) = &args.pattern {
        if text.trim().is_empty() {
            return Err(Error::empty_value("NAME"));
        }
        let pattern = NamePattern::read(text);
        projects.retain(|p| pattern.takes(&p.project.name));
        if projects.is_empty() && !pattern.is_pattern() {
            return Err(place::missing_project(app.lagoon().await?, text).await);
        }
    }
    let value = projects.iter().map(|of| {
        json!({
            "id": of.project.id,
            "name": of.project.name,
            "gitUrl": of.git_url,
            "productionEnvironment": of.production,
            "created": of.created.as_deref().and_then(rfc3339),
        })
    });
    let production = Column::new("productionEnvironment")
        .heading("PRODUCTION")
        .priority(2);
    let grid = Table::of(&projects)
        .column("id", |of| Cell::id(of.project.id))
        .column("name", |of| Cell::name(&of.project.name))
        .column(production, |of| of.production.clone())
        .column(
            Column::new("gitUrl")
                .heading("GIT URL")
                .priority(1)
                .minimum(20),
            |of| of.git_url.clone(),
        )
        .not_in_table("created", |of| moment_of(&of.created))
        .grid();
    let note = match &args.pattern {
        _ if !projects.is_empty() || !answer.is_for_people() => String::new(),
        Some(pattern) => format!("no project matches `{pattern}`"),
        None => match membership::groups(app.lagoon().await?).await {
            None => "no projects found; Lagoon lists only the projects of your groups".to_owned(),
            Some(groups) if groups.is_empty() => {
                "no projects found: you are not a member of any group".to_owned()
            }
            Some(groups) => format!(
                "no projects found in your groups: {}",
                joined(&groups).unwrap_or_default()
            ),
        },
    };
    answer.print(&PreparedReport::new(value.collect(), grid).when_empty(note))
}
