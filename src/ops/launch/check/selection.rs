//! Environments of a selection, which may lack the task, or be only partly known.

use super::command::{CommandRequest, command_on};
use super::{Obstacle, TaskRequest, definition_with_names};
use crate::domain::place::view::EnvironmentView;
use crate::domain::{Definition, TaskRef};
use crate::error::{Error, Hint, Kind, quoted_list};
use crate::ops::launch::Launch;
use crate::ops::places::targets::ResolvedEnvironment;

/// Checks a task on an environment. Tasks of one name can differ between environments.
pub(crate) fn task(
    seen: &ResolvedEnvironment,
    task: &TaskRef,
    request: &TaskRequest,
) -> Result<Launch, Obstacle> {
    require_complete(seen)?;
    let definition = choose(&seen.view, task).map_err(|error| match error.kind {
        Kind::NotFound => Obstacle::NoTask(error),
        _ => Obstacle::Other(error),
    })?;
    definition_with_names(&seen.view, definition, request)
}

fn choose<'a>(view: &'a EnvironmentView, task: &TaskRef) -> Result<&'a Definition, Error> {
    task.find(&view.definitions).map_err(|error| {
        let mut error = Error::from(error);
        if error.kind != Kind::NotFound || error.hints.iter().any(Hint::is_suggestion) {
            return error;
        }
        let names = view.definitions.iter().take(10).map(|d| d.name.as_str());
        let names: Vec<&str> = names.collect();
        if !names.is_empty() && error.hints.is_empty() {
            error = error.hint(format!(
                "tasks on {}: {}",
                view.environment.label(),
                quoted_list(&names)
            ));
        }
        error.hint("tasks hidden by another task of the same name are not listed")
    })
}

pub(crate) fn command(
    seen: &ResolvedEnvironment,
    request: &CommandRequest,
) -> Result<Launch, Obstacle> {
    require_complete(seen)?;
    command_on(&seen.view, request)
}

pub(crate) fn require_none_unfinished(launch: Launch) -> Result<Launch, Obstacle> {
    let Some(run) = launch.facts.unfinished.first() else {
        return Ok(launch);
    };
    let error = Error::failed(format!(
        "a run of this task is already in progress on this environment ({})",
        run.status
    ));
    Err(error.hint(Hint::ChooseIfRunning).into())
}

fn require_complete(seen: &ResolvedEnvironment) -> Result<(), Error> {
    match &seen.trouble {
        None => Ok(()),
        Some(trouble) => {
            let error = Error::from(trouble.clone());
            let message = format!("it could not be read completely: {}", error.message);
            Err(Error { message, ..error })
        }
    }
}
