//! Definitions by environment and caller.

use async_graphql::MaybeUndefined;
use rusqlite::Connection;

use super::arguments::Type;
use crate::failure::{Failure, Result};
use crate::permissions::{Caller, PermissionTarget};
use crate::rows::Record as _;
use crate::rows::definitions::{self, Argument, Definition};
use crate::rows::people;
use crate::state::{Session, State};

#[derive(Debug, Clone)]
pub(crate) struct VisibleTask {
    pub(crate) definition: Definition,
    /// Each argument with its range. `None` where Lagoon returns an existing row as a new one.
    pub(crate) arguments: Option<Vec<(Argument, Option<Vec<String>>)>>,
}

/// The nearest definition of each name. If the role does not allow it, the name is not listed.
pub(crate) fn for_environment(session: &Session, environment: i32) -> Result<Vec<VisibleTask>> {
    session.read(|connection| {
        let place = super::environment(connection, environment)?;
        let project = PermissionTarget::Project(place.project);
        session.caller.require("task", "view", project)?;
        let groups = people::groups_of_project(connection, place.project)?;
        let groups: Vec<_> = groups.into_iter().map(|group| group.name).collect();
        let mut listed: Vec<Definition> = Vec::new();
        for definition in definitions::applying(connection, environment, place.project, &groups)? {
            if listed.iter().all(|other| other.name != definition.name) {
                listed.push(definition);
            }
        }
        listed.retain(|definition| may_invoke(&session.caller, definition, project));
        let here = MaybeUndefined::Value(environment);
        listed
            .into_iter()
            .map(|definition| with_ranges(connection, definition, &here))
            .collect()
    })
}

/// Definitions without environment, project and group are refused to every caller.
pub(crate) fn by_id(session: &Session, id: i32) -> Result<VisibleTask> {
    session
        .caller
        .require("task", "view", PermissionTarget::Platform)?;
    let shown = find(session, id)?;
    let definition = &shown.definition;
    let allowed = session.read(|connection| {
        if let Some(environment) = definition.environment {
            let place = super::environment(connection, environment)?;
            return Ok(session.caller.may(
                "task",
                "view",
                PermissionTarget::Project(place.project),
            ));
        }
        if let Some(project) = definition.project {
            return Ok(session
                .caller
                .may("task", "view", PermissionTarget::Project(project)));
        }
        match &definition.group_name {
            Some(name) => {
                let group = group(connection, name)?;
                Ok(session
                    .caller
                    .may("group", "update", PermissionTarget::Group(&group)))
            }
            None => Ok(false),
        }
    })?;
    if allowed {
        Ok(shown)
    } else {
        Err("You do not have permission".into())
    }
}

pub(crate) fn everything(session: &Session) -> Result<Vec<VisibleTask>> {
    if !session.caller.may(
        "advanced_task",
        "create:advanced",
        PermissionTarget::Platform,
    ) {
        return Err("Only system admins have access to view all advanced task definitions".into());
    }
    session.read(|connection| {
        let everything = definitions::everything(connection)?;
        everything
            .into_iter()
            .map(|definition| plain(connection, definition))
            .collect()
    })
}

/// A definition, without checking permissions.
pub(super) fn find(state: &State, id: i32) -> Result<VisibleTask> {
    state.read(|connection| {
        let definition = Definition::by_id(connection, id)?
            .ok_or_else(|| Failure::reading("id", "undefined"))?;
        plain(connection, definition)
    })
}

pub(super) fn group(connection: &Connection, name: &str) -> Result<String> {
    let group = people::group_by_name(connection, name)?;
    let group = group.ok_or_else(|| format!("Group not found: {name}"))?;
    Ok(group.id)
}

fn may_invoke(caller: &Caller, definition: &Definition, project: PermissionTarget<'_>) -> bool {
    let Some(permission) = &definition.permission else {
        return false;
    };
    let scope = format!("invoke:{}", permission.to_lowercase());
    caller.may("advanced_task", &scope, project)
}

fn plain(connection: &Connection, definition: Definition) -> Result<VisibleTask> {
    let arguments = definitions::arguments(connection, definition.id)?;
    let arguments = arguments.into_iter().map(|argument| (argument, None));
    Ok(VisibleTask {
        definition,
        arguments: Some(arguments.collect()),
    })
}

fn with_ranges(
    connection: &Connection,
    definition: Definition,
    environment: &MaybeUndefined<i32>,
) -> Result<VisibleTask> {
    let mut arguments = Vec::new();
    for argument in definitions::arguments(connection, definition.id)? {
        let kind = Type::of(argument.kind.as_deref(), "null")?;
        let range = kind.range(connection, environment)?;
        arguments.push((argument, range));
    }
    Ok(VisibleTask {
        definition,
        arguments: Some(arguments),
    })
}
