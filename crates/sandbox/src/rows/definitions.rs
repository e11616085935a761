//! Definitions and their arguments.

use rusqlite::{Connection, Result};

use super::{Record as _, record};
use crate::collation::{order, same};

record! {
    Definition in "definition" {
        id: i32,
        name: String,
        description: String,
        image: Option<String>,
        service: Option<String>,
        /// `COMMAND` or `IMAGE`.
        kind: String = "type",
        environment: Option<i32>,
        project: Option<i32>,
        group_name: Option<String>,
        permission: Option<String>,
        command: Option<String>,
        confirmation_text: Option<String>,
        deploy_token_injection: bool,
        project_key_injection: bool,
        admin_only_view: bool,
        system_wide: bool,
        created: String,
        deleted: String,
    }
}

record! {
    Argument in "argument" {
        id: i32,
        definition: i32,
        name: String,
        display_name: Option<String>,
        kind: Option<String> = "type",
        default_value: Option<String>,
        optional: bool,
    }
}

impl Definition {
    pub(crate) fn has_no_target(&self) -> bool {
        self.environment.is_none() && self.project.is_none() && self.group_name.is_none()
    }
}

pub(crate) fn everything(connection: &Connection) -> Result<Vec<Definition>> {
    Definition::all(connection, "ORDER BY id", [])
}

/// The definitions of an environment, its project, its groups and of all, in this order.
pub(crate) fn applying(
    connection: &Connection,
    environment: i32,
    project: i32,
    groups: &[String],
) -> Result<Vec<Definition>> {
    let everything = everything(connection)?;
    let in_group = |definition: &Definition| {
        let group = definition.group_name.as_deref();
        group.is_some_and(|group| groups.iter().any(|name| same(name, group)))
    };
    let levels: [&dyn Fn(&Definition) -> bool; 4] = [
        &|definition| definition.environment == Some(environment),
        &|definition| definition.project == Some(project),
        &in_group,
        &|definition| definition.system_wide && definition.has_no_target(),
    ];
    let levels = levels.iter();
    Ok(levels
        .flat_map(|level| everything.iter().filter(|definition| level(definition)))
        .cloned()
        .collect())
}

pub(crate) fn delete(connection: &Connection, id: i32) -> Result<()> {
    delete_arguments(connection, id)?;
    Definition::delete(connection, id)?;
    Ok(())
}

/// Sorted by name, as by the index that Lagoon's database uses with more than a few rows.
pub(crate) fn arguments(connection: &Connection, definition: i32) -> Result<Vec<Argument>> {
    let rest = "WHERE definition = ?1 ORDER BY id";
    let mut arguments = Argument::all(connection, rest, [definition])?;
    arguments.sort_by(|a, b| order(&a.name, &b.name));
    Ok(arguments)
}

pub(crate) fn delete_arguments(connection: &Connection, definition: i32) -> Result<()> {
    connection.execute("DELETE FROM argument WHERE definition = ?1", [definition])?;
    Ok(())
}
