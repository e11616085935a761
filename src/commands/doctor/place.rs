//! The checks of project and environment.

use crate::app::App;
use crate::commands::scope;
use crate::commands::scope::PlaceNeed;
use crate::error::messages::counted;
use crate::error::{Error, Kind};
use crate::ops::places::details;
use crate::ops::places::place;
use crate::settings::{Source, Sourced};

use super::finding::Finding;

const CHECKOUT: &str = "checkout";
const PLACE: &str = "environment";

pub(super) fn checkout(app: &App) -> Vec<Finding> {
    let checkout = app.checkout();
    let notes = checkout.notes.iter().chain(&checkout.branch_note);
    notes.map(|note| Finding::note(CHECKOUT, note)).collect()
}

/// Checks the environment, or the project if only that is known, and returns the environment's id.
pub(super) async fn here(app: &App, found: &mut Vec<Finding>) -> Option<i64> {
    let environment = scope::environment_here(app, PlaceNeed::Project);
    let project = match scope::project_here(app, PlaceNeed::Project).await {
        Ok(Some(project)) => project,
        Ok(None) => {
            found.extend(no_project(app, environment.is_some()));
            return None;
        }
        Err(error) => {
            found.push(Finding::failed(PLACE, &error));
            return None;
        }
    };
    let environment = match (environment, scope::branch(app)) {
        (Some(environment), _) if environment.source == Source::Pod("LAGOON_ENVIRONMENT") => {
            SelectedEnvironment::Branch(environment.value, environment.source.to_string())
        }
        (Some(environment), _) => SelectedEnvironment::Named(environment),
        (None, Some(branch)) => {
            SelectedEnvironment::Branch(branch.clone(), "the git branch".to_owned())
        }
        (None, None) if project.source.is_inferred() => SelectedEnvironment::Nothing,
        (None, None) => return None,
    };
    let origin = origin(&project, &environment);
    match check(app, &project.value, &environment, &origin).await {
        Ok((finding, id)) => {
            found.push(finding);
            id
        }
        Err(error) => {
            let message = format!("{error}{origin}");
            let finding = Finding::failed(PLACE, &Error { message, ..error });
            let is_explicit = origin.is_empty();
            // An inferred environment is not required.
            found.push(if is_explicit {
                finding
            } else {
                finding.into_warning()
            });
            None
        }
    }
}

enum SelectedEnvironment {
    Named(Sourced<String>),
    /// The environment of a branch, and the source of the branch's name.
    Branch(String, String),
    Nothing,
}

async fn check(
    app: &App,
    project: &str,
    environment: &SelectedEnvironment,
    origin: &str,
) -> Result<(Finding, Option<i64>), Error> {
    let lagoon = app.lagoon().await?;
    let name = if let SelectedEnvironment::Named(environment) = environment {
        environment.value.clone()
    } else {
        let (project, environments) = place::project(lagoon, project).await?;
        let name = &project.name;
        let SelectedEnvironment::Branch(branch, _) = environment else {
            let count = counted(environments.len(), "environment");
            let message = format!("{name}: {count} visible{origin}");
            return Ok((Finding::good(PLACE, message), None));
        };
        match details::of_branch(&environments, branch) {
            Some(found) => found.name.clone(),
            None => {
                let message = format!("`{branch}` is not deployed in {name}{origin}");
                let fix = "name an environment with -e; to list them: tasks environments";
                return Ok((Finding::note(PLACE, message).fix(fix), None));
            }
        }
    };
    let view = scope::environment_view(app, project, &name, false).await?;
    let (label, tasks) = (view.environment.label(), view.definitions.len());
    let tasks = counted(tasks, "task");
    let message = format!("{label}: you can invoke {tasks}{origin}");
    Ok((Finding::good(PLACE, message), Some(view.environment.id)))
}

/// The sources of an inferred project and environment.
fn origin(project: &Sourced<String>, environment: &SelectedEnvironment) -> String {
    let mut parts = Vec::new();
    if project.source.is_inferred() {
        parts.push(format!("project from {}", project.source));
    }
    match environment {
        SelectedEnvironment::Named(environment) if environment.source.is_inferred() => {
            parts.push(format!("environment from {}", environment.source));
        }
        SelectedEnvironment::Branch(_, source) => parts.push(format!("environment from {source}")),
        SelectedEnvironment::Named(_) | SelectedEnvironment::Nothing => {}
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}

fn no_project(app: &App, is_wanted: bool) -> Option<Finding> {
    if is_wanted {
        return Some(
            Finding::problem(PLACE, Kind::Usage, "no project given")
                .fix("name it with -p or TASKS_PROJECT"),
        );
    }
    Some(
        Finding::note(PLACE, app.unknown_remotes()?)
            .fix("name the project with -p; to list projects: tasks projects"),
    )
}
