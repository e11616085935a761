//! Projects and environments.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Environment;
use crate::error::messages::counted;
use crate::mcp::limits;
use crate::mcp::result::{Answer, Failure, named};
use crate::mcp::session::Session;
use crate::ops::places::place;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
// Some clients require `properties`.
#[schemars(extend("properties" = {}))]
pub(in crate::mcp) struct NoInput {}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct ProjectInput {
    /// The name of the project.
    pub project: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct EnvironmentInput {
    /// The name of the project.
    pub project: String,
    /// The name of the environment.
    pub environment: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::mcp) struct Projects {
    projects: Vec<Project>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::mcp) struct Project {
    id: i64,
    name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::mcp) struct Environments {
    project: String,
    environments: Vec<EnvironmentState>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::mcp) struct EnvironmentState {
    id: i64,
    name: String,
    /// `production` or `development`; empty if Lagoon does not report it.
    environment_type: String,
    /// An environment of unknown type counts as production.
    production: bool,
}

impl EnvironmentState {
    pub(super) fn of(environment: &Environment) -> Self {
        EnvironmentState {
            id: environment.id,
            name: environment.name.clone(),
            environment_type: environment.kind.clone(),
            production: limits::is_production(environment),
        }
    }
}

const UNTRUSTED: &[&str] = &["name"];

pub(in crate::mcp) async fn list_projects(session: &Session<'_>) -> Result<Answer, Failure> {
    let lagoon = session.app.lagoon().await?;
    let all = place::all_projects(lagoon).await?.into_iter();
    let reached = all.filter(|project| session.limits.takes_project(&project.name));
    let projects = reached.map(|project| Project {
        id: project.id,
        name: project.name,
    });
    let projects: Vec<Project> = projects.collect();
    let lines = projects.iter().map(|project| named(&project.name));
    let text = listed(&counted(projects.len(), "project"), lines);
    Answer::new(text, Projects { projects }, UNTRUSTED)
}

pub(in crate::mcp) async fn list_environments(
    session: &Session<'_>,
    input: &ProjectInput,
) -> Result<Answer, Failure> {
    let (project, environments) = session.project(&input.project).await?;
    let environments = environments.iter().map(EnvironmentState::of);
    let environments: Vec<EnvironmentState> = environments.collect();
    let lines = environments.iter().map(|environment| {
        let kind = match (
            environment.production,
            environment.environment_type.as_str(),
        ) {
            (true, "") => "unknown type, counts as production",
            (_, kind) => kind,
        };
        format!("{} ({kind})", named(&environment.name))
    });
    let count = counted(environments.len(), "environment");
    let text = listed(&format!("{count} of {}", named(&project.name)), lines);
    let result = Environments {
        project: project.name,
        environments,
    };
    Answer::new(text, result, UNTRUSTED)
}

/// A heading and a line for each item.
pub(super) fn listed(heading: &str, lines: impl Iterator<Item = String>) -> String {
    let mut text = heading.to_owned();
    for (at, line) in lines.enumerate() {
        text.push_str(if at == 0 { ":\n" } else { "\n" });
        text.push_str(&format!("- {line}"));
    }
    text
}
