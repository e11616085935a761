//! The scopes and environments that have a task, for a command line that names none.

use std::collections::{BTreeSet, HashSet};

use crate::domain::place::view::EnvironmentView;
use crate::domain::task::definition::Target;
use crate::domain::task::name::NameError;
use crate::domain::task::reference::RefError;
use crate::domain::{Definition, Environment, Project, Scope, TaskRef};
use crate::error::{Error, Kind, quoted_list};
use crate::lagoon::Lagoon;
use crate::ops::places::{membership, place};

#[derive(Debug)]
pub(crate) struct FoundScope {
    pub scope: Scope,
    pub target: Target,
    /// Of the tasks in this scope.
    pub ids: Vec<i64>,
    /// A change there can affect a production environment.
    pub affects_production: bool,
}

/// The scopes that have all these tasks, among those that the project's environments show.
///
/// # Errors
/// Not found if no environment shows one of the tasks.
pub(crate) async fn scopes_of(
    lagoon: &Lagoon,
    project: &str,
    tasks: &[TaskRef],
) -> Result<Vec<FoundScope>, Error> {
    let Some((project, views)) = lagoon.project_definitions(project).await? else {
        return Err(place::missing_project(lagoon, project).await);
    };
    let mut all: Vec<FoundScope> = Vec::new();
    for (at, task) in tasks.iter().enumerate() {
        let mut here: Vec<FoundScope> = Vec::new();
        for view in &views {
            let Some(definition) = find(task, view)? else {
                continue;
            };
            if !here.iter().any(|found| found.ids.contains(&definition.id)) {
                here.push(found_scope(definition, &view.environment));
            }
        }
        if here.is_empty() {
            return Err(missing(lagoon, &project, task, &views).await);
        }
        if at == 0 {
            all = here;
            continue;
        }
        all.retain_mut(|one| {
            let same = here.iter().find(|other| other.scope == one.scope);
            one.ids.extend(same.iter().flat_map(|same| &same.ids));
            same.is_some()
        });
    }
    Ok(all)
}

/// The part of an environment that a start needs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    Task(&'a TaskRef),
    Service(&'a str),
}

/// The project, its environments that have the task or service, and the number of all.
///
/// # Errors
/// Not found if no environment has the task, invalid if none has the service.
pub(crate) async fn environments_with(
    lagoon: &Lagoon,
    project: &str,
    wanted: Wanted<'_>,
) -> Result<(Project, Vec<Environment>, usize), Error> {
    let Some((project, views)) = lagoon.project_definitions(project).await? else {
        return Err(place::missing_project(lagoon, project).await);
    };
    let mut with = Vec::new();
    for view in &views {
        let services = view.environment.services.as_deref();
        let is_there = match wanted {
            Wanted::Task(task) => find(task, view)?.is_some(),
            Wanted::Service(name) => services.is_none_or(|all| all.iter().any(|s| s == name)),
        };
        if is_there {
            with.push(view.environment.clone());
        }
    }
    if with.is_empty() && !views.is_empty() {
        return Err(match wanted {
            Wanted::Task(task) => missing(lagoon, &project, task, &views).await,
            Wanted::Service(name) => no_service(&project, name, &views),
        });
    }
    Ok((project, with, views.len()))
}

/// Adds to a not-found error the other environments of the project that have the task, else the user's
/// role.
pub(crate) async fn with_other_environments(
    lagoon: &Lagoon,
    error: Error,
    project: &Project,
    task: &TaskRef,
) -> Error {
    if error.kind != Kind::NotFound {
        return error;
    }
    let views = match lagoon.project_definitions(&project.name).await {
        Ok(Some((_, views))) => views,
        _ => Vec::new(),
    };
    let with = views
        .iter()
        .filter(|view| matches!(find(task, view), Ok(Some(_))));
    let names: Vec<&str> = with.map(|view| view.environment.name.as_str()).collect();
    if names.is_empty() {
        return membership::with_role(lagoon, error, project).await;
    }
    let names = quoted_list(&names);
    let hints = Vec::new();
    Error { hints, ..error }.hint(format!("environments that have the task: {names}"))
}

fn find<'a>(task: &TaskRef, view: &'a EnvironmentView) -> Result<Option<&'a Definition>, Error> {
    match task.find(&view.definitions) {
        Ok(definition) => Ok(Some(definition)),
        Err(RefError::Name(NameError::Missing { .. }) | RefError::NoId(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn no_service(project: &Project, service: &str, views: &[EnvironmentView]) -> Error {
    let all = views.iter().flat_map(|view| &view.environment.services);
    let all: BTreeSet<&String> = all.flatten().collect();
    let known: Vec<&String> = all.into_iter().collect();
    let project = &project.name;
    Error::usage(format!(
        "no environment of {project} has the service `{service}`"
    ))
    .hint(place::services_hint(&known))
}

/// The error about a task that no environment shows.
async fn missing(
    lagoon: &Lagoon,
    project: &Project,
    task: &TaskRef,
    views: &[EnvironmentView],
) -> Error {
    let mut seen = HashSet::new();
    let shown = views.iter().flat_map(|view| &view.definitions);
    let shown = shown.filter(|definition| seen.insert(definition.id));
    let shown: Vec<Definition> = shown.cloned().collect();
    let error = match task.find(&shown) {
        Err(error) => error.into(),
        Ok(_) => Error::not_found("the task no longer exists"),
    };
    membership::with_role(lagoon, error, project).await
}

fn found_scope(definition: &Definition, environment: &Environment) -> FoundScope {
    let project = environment.project.name.clone();
    let (target, affects_production) = match &definition.scope {
        Scope::Environment(_) => {
            let environment_name = environment.name.clone();
            let target = Target::Environment {
                project,
                environment: environment_name,
            };
            (target, environment.is_production())
        }
        Scope::Project(_) => (Target::Project(project), true),
        Scope::Group(name) => (Target::Group(name.clone()), true),
        Scope::System => (Target::System(Some(project)), true),
    };
    FoundScope {
        scope: definition.scope.clone(),
        target,
        ids: vec![definition.id],
        affects_production,
    }
}
