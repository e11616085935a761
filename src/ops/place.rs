//! Finding the right environment.

use crate::domain::names::{nearest, same_name};
use crate::domain::place::namespace;
use crate::domain::{Environment, Project};
use crate::error::{Error, quoted_list};
use crate::lagoon::{Lagoon, LagoonError};

pub use crate::lagoon::operations::places::EnvironmentView;

/// The environment with what can be invoked there: one request where its namespace leads to it,
/// two where it does not. `runs` asks for the newest runs as well.
///
/// # Errors
/// Not found, with the nearest names; or any failure of the requests.
pub async fn environment(
    lagoon: &Lagoon,
    project: &str,
    name: &str,
    runs: bool,
) -> Result<EnvironmentView, Error> {
    if let Some(namespace) = namespace(project, name) {
        match lagoon.environment_by_namespace(&namespace, runs).await {
            // Two pairs of names can share a namespace.
            Ok(Some(view)) if view.environment.is_named(project, name) => return Ok(view),
            // "Not allowed" may be about the other one of two.
            Ok(_) | Err(LagoonError::NotAllowed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let (project, environments) = self::project(lagoon, project).await?;
    match lagoon.environment_by_name(&project, name, runs).await? {
        Some(view) => Ok(view),
        None => Err(no_environment(&project, name, &environments)),
    }
}

/// A project and its live environments.
///
/// # Errors
/// Not found, or any failure of the request.
pub async fn project(lagoon: &Lagoon, name: &str) -> Result<(Project, Vec<Environment>), Error> {
    match lagoon.project_by_name(name).await? {
        Some(found) => Ok(found),
        None => Err(missing_project(lagoon, name).await),
    }
}

/// That there is no such project, with the nearest of those that can be seen.
pub async fn missing_project(lagoon: &Lagoon, name: &str) -> Error {
    let error = no_project(name);
    let Ok(projects) = lagoon.all_projects().await else {
        return error;
    };
    let near = nearest(name, projects.iter().map(|p| p.name.as_str()));
    if near.is_empty() {
        error
    } else {
        error.hint(format!("nearest: {}", quoted_list(&near)))
    }
}

/// That there is no such project.
#[must_use]
pub fn no_project(name: &str) -> Error {
    Error::not_found(format!("there is no project `{name}`"))
        .hint("a project's name is its name in Lagoon, not that of its repository")
}

/// That there is no such environment, with the nearest names.
#[must_use]
pub fn no_environment(project: &Project, name: &str, environments: &[Environment]) -> Error {
    let error = Error::not_found(format!(
        "the project `{}` has no environment `{name}`",
        project.name
    ));
    let near = nearest(name, environments.iter().map(|e| e.name.as_str()));
    if !near.is_empty() {
        return error.hint(format!("nearest: {}", quoted_list(&near)));
    }
    let names: Vec<&str> = environments
        .iter()
        .take(10)
        .map(|e| e.name.as_str())
        .collect();
    if names.is_empty() {
        error.hint("it has no environments that can be seen")
    } else {
        error.hint(format!("it has: {}", quoted_list(&names)))
    }
}

/// The environment of that name among those of a project.
#[must_use]
pub fn named<'a>(environments: &'a [Environment], name: &str) -> Option<&'a Environment> {
    environments.iter().find(|e| same_name(&e.name, name))
}
