//! `tasks environments`: a project's environments.

use crate::app::App;
use crate::commands::flags::KindWord;
use crate::commands::report::{Answer, Style, moment_of};
use crate::commands::scope;
use crate::domain::place::reach::EnvironmentDetails;
use crate::domain::place::selection::matches;

use crate::error::Error;
use crate::ops::places::place;
use crate::output::{Cell, Column, Grid, Report};
use clap::Args;
use serde_json::Value;

/// List a project's environments
///
/// Production is marked. Deleted environments are not listed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks environments -p shop
  tasks environments 'pr-*' -p shop -o name
  tasks environments -p shop --type production -o json --jq '.[0].route'")]
pub struct EnvironmentsArgs {
    /// Only environments of this name; `*` is any text
    #[arg(value_name = "NAME")]
    pattern: Option<String>,
    /// Only environments of this type
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    kind: Option<KindWord>,
}

pub async fn run(args: EnvironmentsArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    let project = scope::project(app)?;
    scope::say_source(app, "project", project);
    let mut environments = place::environments(app.lagoon().await?, &project.value).await?;
    if let Some(pattern) = &args.pattern {
        environments.retain(|e| matches(pattern, &e.environment.name));
    }
    if let Some(kind) = args.kind {
        let wanted = kind == KindWord::Production;
        environments.retain(|e| e.environment.is_production() == wanted);
    }
    answer.give(&Environments {
        environments,
        is_filtered: args.pattern.is_some() || args.kind.is_some(),
    })
}

struct Environments {
    environments: Vec<EnvironmentDetails>,
    is_filtered: bool,
}

impl Report for Environments {
    fn value(&self) -> Value {
        self.environments
            .iter()
            .map(EnvironmentDetails::to_json)
            .collect()
    }

    fn grid(&self) -> Grid {
        let mut grid = Grid::new([
            Column::new("id"),
            Column::new("name"),
            Column::new("environmentType").heading("TYPE"),
            Column::new("deployType").heading("DEPLOYED AS"),
            Column::new("route").if_any(),
            Column::new("updated"),
            Column::new("created").not_in_table(),
            Column::new("kubernetesNamespaceName").not_in_table(),
            Column::new("project").not_in_table(),
        ]);
        for deployed in &self.environments {
            let environment = &deployed.environment;
            let style = if environment.is_production() {
                Style::Warning
            } else {
                Style::Plain
            };
            grid.row([
                Cell::id(environment.id),
                Cell::name(&environment.name),
                Cell::status(&environment.kind, style),
                deployed.deploy_type.clone().into(),
                deployed.route.clone().into(),
                moment_of(&deployed.updated).into(),
                moment_of(&deployed.created).into(),
                deployed.namespace.clone().into(),
                environment.project.name.as_str().into(),
            ]);
        }
        grid
    }

    fn empty_note(&self) -> Option<String> {
        let note = if self.is_filtered {
            "no such environments"
        } else {
            "the project has no environments that you can see"
        };
        Some(note.to_owned())
    }
}
