//! Finds projects and environments.

use crate::domain::names::{did_you_mean, nearest};
use crate::domain::place::namespace;
use crate::domain::place::view::EnvironmentView;
use crate::domain::{Environment, Project, Role};
use crate::error::{Error, Flag, Hint, Kind, quoted_list};
use crate::lagoon::{Lagoon, LagoonError};

/// Finds an environment with its tasks, and its newest runs if `runs` is set: one request if its
/// namespace leads to it, otherwise three.
pub(crate) async fn environment(
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
        None => Err(missing_environment(lagoon, &project, name, &environments).await),
    }
}

pub(crate) async fn all_projects(lagoon: &Lagoon) -> Result<Vec<Project>, Error> {
    Ok(lagoon.all_projects().await?)
}

/// With its existing environments.
pub(crate) async fn project(
    lagoon: &Lagoon,
    name: &str,
) -> Result<(Project, Vec<Environment>), Error> {
    match lagoon.project_by_name(name).await? {
        Some(found) => Ok(found),
        None => Err(missing_project(lagoon, name).await),
    }
}

pub(crate) async fn missing_project(lagoon: &Lagoon, name: &str) -> Error {
    let error = no_project(name);
    if Hint::each_name(Flag::Project, name).is_some() {
        return error;
    }
    let Ok(projects) = lagoon.all_projects().await else {
        return error;
    };
    let near = nearest(name, projects.iter().map(|p| p.name.as_str()));
    if let Some(hint) = did_you_mean(&near) {
        return missing_name(name).hint(hint);
    }
    let error = error.hint(Hint::ListProjects);
    let Ok(roles) = lagoon.my_roles().await else {
        return error;
    };
    // A user without groups can see projects only by a platform role.
    let groups = roles.words();
    error.hint(if groups.is_empty() {
        "you are not in any group, and only groups give access to projects".to_owned()
    } else {
        format!("you can see only the projects of your groups: {groups}")
    })
}

/// Adds the user's role on the project to a not-found error, with the environments that it shows.
/// One request.
pub(crate) async fn with_visibility(lagoon: &Lagoon, error: Error, project: &Project) -> Error {
    with_role_hint(lagoon, error, project, |role| {
        role.visibility(&project.name)
    })
    .await
}

pub(super) async fn with_role_hint(
    lagoon: &Lagoon,
    error: Error,
    project: &Project,
    hint: impl FnOnce(Role) -> String,
) -> Error {
    let is_list = |hint: &Hint| matches!(hint, Hint::RepeatFlag { .. });
    let is_enough = |hint: &Hint| is_list(hint) || hint.is_suggestion();
    if error.kind != Kind::NotFound || error.hints.iter().any(is_enough) {
        return error;
    }
    let roles = lagoon.my_roles().await.ok();
    let role = roles.and_then(|roles| roles.on_project(project.id));
    error.with_hints(role.map(hint))
}

pub(crate) async fn missing_environment(
    lagoon: &Lagoon,
    project: &Project,
    name: &str,
    environments: &[Environment],
) -> Error {
    let error = no_environment(project, name, environments);
    with_visibility(lagoon, error, project).await
}

pub(crate) fn no_project(name: &str) -> Error {
    let error = missing_name(name);
    match Hint::each_name(Flag::Project, name) {
        Some(hint) => error.hint(hint),
        None => error
            .hint("use the project's name in Lagoon, which can differ from the repository name"),
    }
}

fn missing_name(name: &str) -> Error {
    Error::not_found(format!("project `{name}` not found"))
}

/// The names nearest to `wanted`, otherwise the first ten; `None` without names.
pub(in crate::ops) fn names_hint(wanted: &str, names: &[&str], label: &str) -> Option<String> {
    let near = nearest(wanted, names.iter().copied());
    match names {
        _ if !near.is_empty() => did_you_mean(&near),
        [] => None,
        _ => Some(format!(
            "{label}: {}",
            quoted_list(&names[..names.len().min(10)])
        )),
    }
}

pub(crate) fn no_environment(project: &Project, name: &str, environments: &[Environment]) -> Error {
    let error = Error::not_found(format!(
        "the project `{}` has no environment `{name}`",
        project.name
    ));
    if let Some(hint) = Hint::each_name(Flag::Environment, name) {
        return error.hint(hint);
    }
    let names: Vec<&str> = environments.iter().map(|e| e.name.as_str()).collect();
    let hint = names_hint(name, &names, "environments");
    error.hint(hint.unwrap_or_else(|| "no environments are visible".to_owned()))
}

pub(crate) fn services_hint<S: AsRef<str>>(deployed: &[S]) -> String {
    if deployed.is_empty() {
        return "no services are deployed there".to_owned();
    }
    format!("services: {}", quoted_list(deployed))
}

/// Checks that the environment has the service; without it, runs never leave `new`. Passes if the
/// services are unknown.
pub(crate) fn require_service(
    environment: &Environment,
    service: &str,
    run: &str,
) -> Result<(), Error> {
    match &environment.services {
        Some(services) if !services.iter().any(|s| s == service) => {
            let error = Error::usage(format!(
                "{} has no service `{service}`, so {run} would never start",
                environment.label()
            ));
            Err(error.hint(services_hint(services)))
        }
        _ => Ok(()),
    }
}
