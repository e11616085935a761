//! `tasks projects`: what can be reached.

use clap::Args;
use serde_json::{Value, json};

use crate::app::App;
use crate::commands::report::{Answer, moment_of};
use crate::domain::place::reach::ProjectDetails;
use crate::domain::place::selection::matches;

use crate::domain::run::rfc3339;
use crate::error::Error;
use crate::ops::places::place;
use crate::output::{Cell, Column, Grid, Report};

/// List the projects that you can reach
///
/// Each with its repository and the name of its production environment. What none of your groups
/// reaches is not listed by Lagoon.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks projects
  tasks projects 'shop-*' -o name
  tasks projects --jq '.[] | select(.productionEnvironment == null) | .name'")]
pub struct ProjectsArgs {
    /// Only projects of this name; `*` is any text
    #[arg(value_name = "NAME")]
    pattern: Option<String>,
}

pub async fn run(args: ProjectsArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    let mut projects = place::projects(app.lagoon().await?).await?;
    if let Some(pattern) = &args.pattern {
        projects.retain(|p| matches(pattern, &p.project.name));
    }
    answer.give(&Projects {
        projects,
        is_filtered: args.pattern.is_some(),
    })
}

struct Projects {
    projects: Vec<ProjectDetails>,
    is_filtered: bool,
}

impl Report for Projects {
    fn value(&self) -> Value {
        let projects = self.projects.iter().map(|reached| {
            json!({
                "id": reached.project.id,
                "name": reached.project.name,
                "gitUrl": reached.git_url,
                "productionEnvironment": reached.production,
                "created": reached.created.as_deref().and_then(rfc3339),
            })
        });
        projects.collect()
    }

    fn grid(&self) -> Grid {
        let mut grid = Grid::new([
            Column::new("id"),
            Column::new("name"),
            Column::new("productionEnvironment").heading("PRODUCTION"),
            Column::new("gitUrl").heading("GIT URL"),
            Column::new("created").not_in_table(),
        ]);
        for reached in &self.projects {
            grid.row([
                Cell::id(reached.project.id),
                Cell::name(&reached.project.name),
                reached.production.clone().into(),
                reached.git_url.clone().into(),
                moment_of(&reached.created).into(),
            ]);
        }
        grid
    }

    fn empty_note(&self) -> Option<String> {
        let note = if self.is_filtered {
            "no such projects"
        } else {
            "no projects that you can see"
        };
        Some(note.to_owned())
    }
}
