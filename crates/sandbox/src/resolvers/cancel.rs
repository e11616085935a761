//! `cancelTask`.

use rusqlite::Connection;

use super::runs::require_on_run;
use crate::failure::{Failure, Result};
use crate::permissions::PermissionTarget;
use crate::rows::Record as _;
use crate::rows::places::{self, Environment};
use crate::rows::runs::{self, Run};
use crate::schema::inputs::{CancelTaskNameInput, EnvironmentInput};
use crate::state::Session;

/// Requests the end of any run, even a finished one.
pub(crate) fn cancel(session: &Session, input: &CancelTaskNameInput) -> Result<String> {
    let run = named(session, input)?;
    let place = session.read(|connection| super::environment(connection, run.environment))?;
    let scope = format!("cancel:{}", place.environment_type);
    session
        .caller
        .require("task", &scope, PermissionTarget::Project(place.project))?;
    let executing = session.query(|connection| runs::is_executing(connection, run.id))?;
    if executing && let Err(error) = session.executor.cancel(run.id.into()) {
        return Ok(format!("Error: {error}"));
    }
    Ok("success".to_owned())
}

fn named(session: &Session, input: &CancelTaskNameInput) -> Result<Run> {
    let unknown = || Failure::from("No matching task found");
    if let Some(id) = input.id {
        let run = session.find::<Run>(id)?;
        let run = run.ok_or_else(unknown)?;
        require_on_run(session, "view", id)?;
        return Ok(run);
    }
    let name = input.task_name.as_deref().filter(|name| !name.is_empty());
    let (Some(name), Some(environment)) = (name, &input.environment) else {
        return Err("Must provide task (id) or (name and environment)".into());
    };
    session.read(|connection| {
        let mut found = environments(connection, environment)?.into_iter();
        let place = found.find(Environment::is_live);
        let place = place.ok_or("Unauthorized")?;
        let run = runs::by_task_name(connection, name)?;
        run.filter(|run| run.environment == place.id)
            .ok_or_else(unknown)
    })
}

fn environments(connection: &Connection, input: &EnvironmentInput) -> Result<Vec<Environment>> {
    let unknown = || Failure::from("Unauthorized");
    if let Some(id) = input.id {
        let place = places::Environment::by_id(connection, id)?;
        return Ok(vec![place.ok_or_else(unknown)?]);
    }
    let name = input.name.as_deref().filter(|name| !name.is_empty());
    let (Some(name), Some(project)) = (name, &input.project) else {
        return Err("Must provide environment (id) or (name and project)".into());
    };
    let project = match (&project.id, &project.name) {
        (Some(id), _) => places::Project::by_id(connection, *id)?,
        (None, Some(name)) => places::project_by_name(connection, name)?,
        (None, None) => return Err("Must provide project (id) or (name)".into()),
    };
    let project = project.ok_or_else(unknown)?;
    let found = places::environments_by_name(connection, project.id, name)?;
    if found.is_empty() {
        return Err(unknown());
    }
    Ok(found)
}
