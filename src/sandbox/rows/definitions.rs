//! Definitions and their arguments.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params};

use super::{all, first};
use crate::sandbox::collation::{order, same};
use crate::sandbox::instant;

/// A row of `advanced_task_definition`.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Definition {
    pub(in crate::sandbox) id: i32,
    pub(in crate::sandbox) name: String,
    pub(in crate::sandbox) description: String,
    pub(in crate::sandbox) image: Option<String>,
    pub(in crate::sandbox) service: Option<String>,
    /// `COMMAND` or `IMAGE`.
    pub(in crate::sandbox) kind: String,
    pub(in crate::sandbox) environment: Option<i32>,
    pub(in crate::sandbox) project: Option<i32>,
    pub(in crate::sandbox) group_name: Option<String>,
    pub(in crate::sandbox) permission: Option<String>,
    pub(in crate::sandbox) command: Option<String>,
    pub(in crate::sandbox) confirmation_text: Option<String>,
    pub(in crate::sandbox) deploy_token_injection: bool,
    pub(in crate::sandbox) project_key_injection: bool,
    pub(in crate::sandbox) admin_only_view: bool,
    pub(in crate::sandbox) system_wide: bool,
    pub(in crate::sandbox) created: String,
    pub(in crate::sandbox) deleted: String,
}

/// A row of `advanced_task_definition_argument`.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Argument {
    pub(in crate::sandbox) id: i32,
    pub(in crate::sandbox) name: String,
    pub(in crate::sandbox) display_name: Option<String>,
    pub(in crate::sandbox) kind: Option<String>,
    pub(in crate::sandbox) default_value: Option<String>,
    pub(in crate::sandbox) optional: bool,
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

/// All there are.
pub(in crate::sandbox) fn everything(connection: &Connection) -> rusqlite::Result<Vec<Definition>> {
    let sql = format!("SELECT {COLUMNS} FROM definition ORDER BY id");
    all(connection, &sql, [], definition)
}

/// One, by id.
pub(in crate::sandbox) fn by_id(
    connection: &Connection,
    id: i32,
) -> rusqlite::Result<Option<Definition>> {
    let sql = format!("SELECT {COLUMNS} FROM definition WHERE id = ?1");
    first(connection, &sql, [id], definition)
}

/// All that apply to an environment of `project`, nearest first: its own, the project's, those of
/// the project's groups, then the system-wide ones.
pub(in crate::sandbox) fn applying(
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
    /// Whether it belongs to no environment, project or group.
    pub(in crate::sandbox) fn has_no_target(&self) -> bool {
        self.environment.is_none() && self.project.is_none() && self.group_name.is_none()
    }
}

/// Adds a row; the creation time is now. Its id.
pub(in crate::sandbox) fn insert(
    connection: &Connection,
    new: &Definition,
) -> rusqlite::Result<i32> {
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

/// Sets columns of a row.
pub(in crate::sandbox) fn update(
    connection: &Connection,
    id: i32,
    changes: &[(&'static str, Value)],
) -> rusqlite::Result<()> {
    super::update(connection, "definition", id, changes)
}

/// Removes a row and its arguments.
pub(in crate::sandbox) fn delete(connection: &Connection, id: i32) -> rusqlite::Result<()> {
    delete_arguments(connection, id)?;
    connection.execute("DELETE FROM definition WHERE id = ?1", [id])?;
    Ok(())
}

/// The arguments of a definition, by name: the index of the table that Lagoon's database uses, as on
/// every server with more than a few rows.
pub(in crate::sandbox) fn arguments(
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

/// Adds an argument, whose id is not looked at. Its id.
pub(in crate::sandbox) fn insert_argument(
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

/// Removes one argument.
pub(in crate::sandbox) fn delete_argument(
    connection: &Connection,
    id: i32,
) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM argument WHERE id = ?1", [id])?;
    Ok(())
}

/// Removes the arguments of a definition.
pub(in crate::sandbox) fn delete_arguments(
    connection: &Connection,
    definition: i32,
) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM argument WHERE definition = ?1", [definition])?;
    Ok(())
}
