//! Definitions and their arguments.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params};

use super::{all, first};
use crate::collation::{order, same};
use crate::instant;

#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) image: Option<String>,
    pub(crate) service: Option<String>,
    /// `COMMAND` or `IMAGE`.
    pub(crate) kind: String,
    pub(crate) environment: Option<i32>,
    pub(crate) project: Option<i32>,
    pub(crate) group_name: Option<String>,
    pub(crate) permission: Option<String>,
    pub(crate) command: Option<String>,
    pub(crate) confirmation_text: Option<String>,
    pub(crate) deploy_token_injection: bool,
    pub(crate) project_key_injection: bool,
    pub(crate) admin_only_view: bool,
    pub(crate) system_wide: bool,
    pub(crate) created: String,
    pub(crate) deleted: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Argument {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) display_name: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) default_value: Option<String>,
    pub(crate) optional: bool,
}

const COLUMNS: &str =
    "id, name, description, image, service, type, environment, project, group_name,
  permission, command, confirmation_text, deploy_token_injection, project_key_injection,
  admin_only_view, system_wide, created, deleted";

fn definition(row: &Row<'_>) -> rusqlite::Result<Definition> {
    Ok(Definition {
        id: row.get(0)?,
        name: row.get(1)?,
        description: row.get(2)?,
        image: row.get(3)?,
        service: row.get(4)?,
        kind: row.get(5)?,
        environment: row.get(6)?,
        project: row.get(7)?,
        group_name: row.get(8)?,
        permission: row.get(9)?,
        command: row.get(10)?,
        confirmation_text: row.get(11)?,
        deploy_token_injection: row.get(12)?,
        project_key_injection: row.get(13)?,
        admin_only_view: row.get(14)?,
        system_wide: row.get(15)?,
        created: row.get(16)?,
        deleted: row.get(17)?,
    })
}

pub(crate) fn everything(connection: &Connection) -> rusqlite::Result<Vec<Definition>> {
    let sql = format!("SELECT {COLUMNS} FROM definition ORDER BY id");
    all(connection, &sql, [], definition)
}

pub(crate) fn by_id(connection: &Connection, id: i32) -> rusqlite::Result<Option<Definition>> {
    let sql = format!("SELECT {COLUMNS} FROM definition WHERE id = ?1");
    first(connection, &sql, [id], definition)
}

/// The definitions of an environment, nearest first: its own, the project's, those of the project's
/// groups, then the system-wide ones.
pub(crate) fn applying(
    connection: &Connection,
    environment: i32,
    project: i32,
    groups: &[String],
) -> rusqlite::Result<Vec<Definition>> {
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
    Ok(levels
        .iter()
        .flat_map(|level| everything.iter().filter(|definition| level(definition)))
        .cloned()
        .collect())
}

impl Definition {
    pub(crate) fn has_no_target(&self) -> bool {
        self.environment.is_none() && self.project.is_none() && self.group_name.is_none()
    }
}

/// Returns the new id; the creation time is now.
pub(crate) fn insert(connection: &Connection, new: &Definition) -> rusqlite::Result<i32> {
    connection.execute(
        "INSERT INTO definition (name, description, image, service, type, environment, project,
           group_name, permission, command, confirmation_text, deploy_token_injection,
           project_key_injection, admin_only_view, system_wide, created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            new.name,
            new.description,
            new.image,
            new.service,
            new.kind,
            new.environment,
            new.project,
            new.group_name,
            new.permission,
            new.command,
            new.confirmation_text,
            new.deploy_token_injection,
            new.project_key_injection,
            new.admin_only_view,
            new.system_wide,
            instant::now(),
        ],
    )?;
    Ok(super::last_id(connection))
}

pub(crate) fn update(
    connection: &Connection,
    id: i32,
    changes: &[(&'static str, Value)],
) -> rusqlite::Result<()> {
    super::update(connection, "definition", id, changes)
}

pub(crate) fn delete(connection: &Connection, id: i32) -> rusqlite::Result<()> {
    delete_arguments(connection, id)?;
    connection.execute("DELETE FROM definition WHERE id = ?1", [id])?;
    Ok(())
}

/// The arguments of a definition by name, which is the order of the index that Lagoon's database
/// uses with more than a few rows.
pub(crate) fn arguments(
    connection: &Connection,
    definition: i32,
) -> rusqlite::Result<Vec<Argument>> {
    let mut arguments = all(
        connection,
        "SELECT id, name, display_name, type, default_value, optional FROM argument
         WHERE definition = ?1 ORDER BY id",
        [definition],
        |row| {
            Ok(Argument {
                id: row.get(0)?,
                name: row.get(1)?,
                display_name: row.get(2)?,
                kind: row.get(3)?,
                default_value: row.get(4)?,
                optional: row.get(5)?,
            })
        },
    )?;
    arguments.sort_by(|a: &Argument, b| order(&a.name, &b.name));
    Ok(arguments)
}

/// Returns the new id; the argument's own is ignored.
pub(crate) fn insert_argument(
    connection: &Connection,
    definition: i32,
    new: &Argument,
) -> rusqlite::Result<i32> {
    connection.execute(
        "INSERT INTO argument (definition, name, display_name, type, default_value, optional)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            definition,
            new.name,
            new.display_name,
            new.kind,
            new.default_value,
            new.optional
        ],
    )?;
    Ok(super::last_id(connection))
}

pub(crate) fn delete_argument(connection: &Connection, id: i32) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM argument WHERE id = ?1", [id])?;
    Ok(())
}

pub(crate) fn delete_arguments(connection: &Connection, definition: i32) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM argument WHERE definition = ?1", [definition])?;
    Ok(())
}
