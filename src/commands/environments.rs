//! `tasks environments`: list a project's environments.

use crate::app::App;
use crate::commands::flags::{EnvironmentTypeArg, spelled};
use crate::commands::report::{PreparedReport, ResultPrinter, Style, Table, moment_of};
use crate::commands::scope;
use crate::domain::names::nearest;
use crate::domain::place::reach::EnvironmentDetails;
use crate::domain::place::selection::NamePattern;

use crate::domain::task::quoting::suggestion;
use crate::error::Error;
use crate::ops::places::other_name;
use crate::ops::places::{details, place};
use crate::output::{Cell, Column, Grid};
use clap::Args;

/// List the environments of a project
///
/// Production environments are marked. Deleted environments are not listed. A name that no environment
/// has is an error; a pattern that matches none is not.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # List the environments of a project
  tasks environments -p shop
  # Print the names of matching environments
  tasks environments 'pr-*' -p shop -o name
  # Print the route of production
  tasks environments -p shop --type production -o json --jq '.[0].route'")]
pub(crate) struct EnvironmentsArgs {
    /// Environment name or pattern (`*`)
    #[arg(value_name = "NAME")]
    pattern: Option<String>,
    /// List only environments of this type
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    kind: Option<EnvironmentTypeArg>,
}

pub(crate) async fn run(args: EnvironmentsArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let project = scope::project(app).await?;
    let mut environments = details::environments(app.lagoon().await?, &project).await?;
    let pattern = args.pattern.as_deref().map(NamePattern::read);
    if let Some(pattern) = &pattern {
        environments = named(app, &project, environments, pattern).await?;
    }
    if let Some(kind) = args.kind {
        let wanted = kind == EnvironmentTypeArg::Production;
        environments.retain(|e| e.environment.is_production() == wanted);
        if let (Some(NamePattern::Plain(name)), []) = (&pattern, environments.as_slice()) {
            let kind = spelled(kind);
            return Err(Error::not_found(format!(
                "the environment `{name}` does not have the type {kind}"
            )));
        }
    }
    let name = &project;
    let note = match (&args.pattern, args.kind) {
        (Some(pattern), None) => format!("no environment of `{name}` matches `{pattern}`"),
        (None, None) => format!("`{name}` has no environments: no branch has been deployed"),
        (_, Some(_)) => format!("no environment of `{name}` matches --type"),
    };
    let value = environments.iter().map(EnvironmentDetails::to_json);
    answer.print(&PreparedReport::new(value.collect(), grid(&environments)).when_empty(note))
}

/// The environments of this name or pattern. A name can also be a safe name or namespace.
async fn named(
    app: &App,
    project: &str,
    mut all: Vec<EnvironmentDetails>,
    pattern: &NamePattern,
) -> Result<Vec<EnvironmentDetails>, Error> {
    let text = pattern.text();
    if text.trim().is_empty() {
        return Err(Error::empty_value("NAME"));
    }
    let is_plain = !pattern.is_pattern();
    if is_plain && !all.iter().any(|e| pattern.takes(&e.environment.name)) {
        let lagoon = app.lagoon().await?;
        if let Some(found) = other_name::find_by_other_name(lagoon, project, text).await? {
            app.ui.note(&found.words());
            all.retain(|e| e.environment.id == found.environment.id);
            return Ok(all);
        }
        let (project, environments) = place::project(lagoon, project).await?;
        let missing = place::missing_environment(lagoon, &project, text, &environments).await;
        let names = environments.iter().map(|e| e.name.as_str());
        if !nearest(text, names).is_empty() {
            return Err(missing);
        }
        let line = suggestion(["tasks", "environments", "-p", text]);
        return Err(missing.hint(format!("to list the environments of a project: {line}")));
    }
    all.retain(|e| pattern.takes(&e.environment.name));
    Ok(all)
}

fn grid(environments: &[EnvironmentDetails]) -> Grid {
    let kind = |of: &EnvironmentDetails| {
        let style = if of.environment.is_production() {
            Style::Warning
        } else {
            Style::Plain
        };
        Cell::status(&of.environment.kind, style)
    };
    let project = |of: &EnvironmentDetails| of.environment.project.name.clone();
    Table::of(environments)
        .column("id", |of| Cell::id(of.environment.id))
        .column("name", |of| Cell::name(&of.environment.name))
        .column(
            Column::new("environmentType").heading("TYPE").priority(4),
            kind,
        )
        .column(
            Column::new("deployType").heading("DEPLOYED AS").priority(1),
            |of| of.deploy_type.clone(),
        )
        .if_any(Column::new("route").priority(3), |of| of.route.clone())
        .column(Column::new("updated").priority(2), |of| {
            moment_of(&of.updated)
        })
        .not_in_table("created", |of| moment_of(&of.created))
        .not_in_table("kubernetesNamespaceName", |of| of.namespace.clone())
        .not_in_table("project", project)
        .grid()
}
