//! Projects and environments with the details that listings show, and their discovery by repository and
//! branch.

use crate::domain::Environment;
use crate::domain::place::reach::{EnvironmentDetails, ProjectDetails};
use crate::domain::place::safe;
use crate::error::Error;
use crate::lagoon::Lagoon;
use crate::ops::places::other_name::named;
use crate::ops::places::place::missing_project;

/// By name.
pub(crate) async fn projects(lagoon: &Lagoon) -> Result<Vec<ProjectDetails>, Error> {
    let mut found = lagoon.projects().await?;
    found.sort_by(|a, b| a.project.name.cmp(&b.project.name));
    Ok(found)
}

/// Addresses that Lagoon does not know or show are no errors. See `domain::git_url`.
pub(crate) async fn project_of_repository(
    lagoon: &Lagoon,
    addresses: &[String],
) -> Result<Option<String>, Error> {
    Ok(lagoon.project_by_git_url(addresses).await?)
}

/// By name.
pub(crate) async fn environments(
    lagoon: &Lagoon,
    project: &str,
) -> Result<Vec<EnvironmentDetails>, Error> {
    let Some((_, mut found)) = lagoon.environments(project).await? else {
        return Err(missing_project(lagoon, project).await);
    };
    found.sort_by(|a, b| a.environment.name.cmp(&b.environment.name));
    Ok(found)
}

/// The environment that a git branch is deployed as, by its name or by the safe form of its name.
pub(crate) fn of_branch<'a>(
    environments: &'a [Environment],
    branch: &str,
) -> Option<&'a Environment> {
    named(environments, branch).or_else(|| {
        let wanted = safe(branch);
        environments.iter().find(|e| safe(&e.name) == wanted)
    })
}
