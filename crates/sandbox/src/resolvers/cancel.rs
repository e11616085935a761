//! `cancelTask`.

use rusqlite::Connection;

use super::runs::where_run_is;
use crate::failure::Failure;
use crate::permissions::{Caller, On};
use crate::rows::Record as _;
use crate::rows::places::{self, Environment};
use crate::rows::runs::{self, Run};
use crate::schema::inputs::{CancelTaskNameInput, EnvironmentInput};
use crate::state::State;

/// Requests the end of any run, even a finished one.
pub(crate) fn cancel(
    state: &State,
    caller: &Caller,
    input: &CancelTaskNameInput,
) -> Result<String, Failure> {
    let run = named(state, caller, input)?;
    let place = state.read(|connection| super::environment(connection, run.environment))?;
    let scope = format!("cancel:{}", place.environment_type);
    caller.require("task", &scope, On::Project(place.project))?;
    let executing = state.read(|connection| Ok(runs::is_executing(connection, run.id)?))?;
    if executing && let Err(error) = state.executor.cancel(run.id.into()) {
        return Ok(format!("Error: {error}"));
    }
    Ok("success".to_owned())
}

fn named(state: &State, caller: &Caller, input: &CancelTaskNameInput) -> Result<Run, Failure> {
    let unknown = || Failure::new("No matching task found");
    if let Some(id) = input.id {
        let run = state.read(|connection| Ok(Run::by_id(connection, id)?))?;
        let run = run.ok_or_else(unknown)?;
        caller.require("task", "view", where_run_is(state, id)?)?;
        return Ok(run);
    }
    let name = input.task_name.as_deref().filter(|name| !name.is_empty());
    let (Some(name), Some(environment)) = (name, &input.environment) else {
        return Err(Failure::new(
            "Must provide task (id) or (name and environment)",
        ));
    };
    state.read(|connection| {
        let mut found = environments(connection, environment)?.into_iter();
        let place = found.find(Environment::is_live);
        let place = place.ok_or_else(|| Failure::new("Unauthorized"))?;
        let run = runs::by_task_name(connection, name)?;
        run.filter(|run| run.environment == place.id)
            .ok_or_else(unknown)
    })
}

fn environments(
    connection: &Connection,
    input: &EnvironmentInput,
) -> Result<Vec<Environment>, Failure> {
    let unknown = || Failure::new("Unauthorized");
    if let Some(id) = input.id {
        let place = places::Environment::by_id(connection, id)?;
        return Ok(vec![place.ok_or_else(unknown)?]);
    }
    let name = input.name.as_deref().filter(|name| !name.is_empty());
    let (Some(name), Some(project)) = (name, &input.project) else {
        return Err(Failure::new(
            "Must provide environment (id) or (name and project)",
        ));
    };
    let project = match (&project.id, &project.name) {
        (Some(id), _) => places::Project::by_id(connection, *id)?,
        (None, Some(name)) => places::project_by_name(connection, name)?,
        (None, None) => return Err(Failure::new("Must provide project (id) or (name)")),
    };
    let project = project.ok_or_else(unknown)?;
    let found = places::environments_by_name(connection, project.id, name)?;
    if found.is_empty() {
        return Err(unknown());
    }
    Ok(found)
}
