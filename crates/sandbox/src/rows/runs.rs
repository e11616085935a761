//! Runs.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params};

use super::{all, first};
use crate::collation::same;

#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) task_name: String,
    pub(crate) environment: i32,
    pub(crate) service: String,
    pub(crate) command: Option<String>,
    /// `COMMAND`, `IMAGE` or `ADHOC`.
    pub(crate) kind: String,
    pub(crate) image: Option<String>,
    /// The arguments of an IMAGE run, as a JSON object.
    pub(crate) payload: Option<String>,
    pub(crate) status: String,
    pub(crate) created: String,
    pub(crate) started: Option<String>,
    pub(crate) completed: Option<String>,
    pub(crate) remote_id: Option<String>,
    pub(crate) source_user: Option<String>,
    pub(crate) source_type: Option<String>,
    pub(crate) deploy_token_injection: bool,
    pub(crate) project_key_injection: bool,
    pub(crate) admin_only_view: bool,
    pub(crate) definition: Option<i32>,
}

const COLUMNS: &str =
    "id, name, task_name, environment, service, command, kind, image, payload, status,
  created, started, completed, remote_id, source_user, source_type, deploy_token_injection,
  project_key_injection, admin_only_view, definition";

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: row.get(0)?,
        name: row.get(1)?,
        task_name: row.get(2)?,
        environment: row.get(3)?,
        service: row.get(4)?,
        command: row.get(5)?,
        kind: row.get(6)?,
        image: row.get(7)?,
        payload: row.get(8)?,
        status: row.get(9)?,
        created: row.get(10)?,
        started: row.get(11)?,
        completed: row.get(12)?,
        remote_id: row.get(13)?,
        source_user: row.get(14)?,
        source_type: row.get(15)?,
        deploy_token_injection: row.get(16)?,
        project_key_injection: row.get(17)?,
        admin_only_view: row.get(18)?,
        definition: row.get(19)?,
    })
}

pub(crate) fn by_id(connection: &Connection, id: i32) -> rusqlite::Result<Option<Run>> {
    let sql = format!("SELECT {COLUMNS} FROM task WHERE id = ?1");
    first(connection, &sql, [id], run)
}

pub(crate) fn by_task_name(
    connection: &Connection,
    task_name: &str,
) -> rusqlite::Result<Option<Run>> {
    let sql = format!("SELECT {COLUMNS} FROM task ORDER BY id");
    let runs = all(connection, &sql, [], run)?;
    Ok(runs.into_iter().find(|run| same(&run.task_name, task_name)))
}

/// The first run with this `remoteId`, or without one.
pub(crate) fn by_remote_id(
    connection: &Connection,
    remote_id: Option<&str>,
) -> rusqlite::Result<Option<Run>> {
    let sql = format!("SELECT {COLUMNS} FROM task WHERE remote_id IS ?1 ORDER BY id");
    first(connection, &sql, [remote_id], run)
}

/// Newest first.
pub(crate) fn of_environment(
    connection: &Connection,
    environment: i32,
) -> rusqlite::Result<Vec<Run>> {
    let sql =
        format!("SELECT {COLUMNS} FROM task WHERE environment = ?1 ORDER BY created DESC, id DESC");
    all(connection, &sql, [environment], run)
}

/// Returns the id, which is new if it was 0.
pub(crate) fn insert(connection: &Connection, new: &Run) -> rusqlite::Result<i32> {
    connection.execute(
        "INSERT INTO task (id, name, task_name, environment, service, command, kind, image, payload,
           status, created, started, completed, remote_id, source_user, source_type,
           deploy_token_injection, project_key_injection, admin_only_view, definition)
         VALUES (NULLIF(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
           ?17, ?18, ?19, ?20)",
        params![
            new.id,
            new.name,
            new.task_name,
            new.environment,
            new.service,
            new.command,
            new.kind,
            new.image,
            new.payload,
            new.status,
            new.created,
            new.started,
            new.completed,
            new.remote_id,
            new.source_user,
            new.source_type,
            new.deploy_token_injection,
            new.project_key_injection,
            new.admin_only_view,
            new.definition,
        ],
    )?;
    Ok(super::last_id(connection))
}

pub(crate) fn update(
    connection: &Connection,
    id: i32,
    changes: &[(&'static str, Value)],
) -> rusqlite::Result<()> {
    super::update(connection, "task", id, changes)
}

/// Returns whether there was such a run.
pub(crate) fn delete(connection: &Connection, id: i32) -> rusqlite::Result<bool> {
    Ok(connection.execute("DELETE FROM task WHERE id = ?1", [id])? > 0)
}

/// Whether an executor has the run.
pub(crate) fn is_executing(connection: &Connection, id: i32) -> rusqlite::Result<bool> {
    let sql = "SELECT executing FROM task WHERE id = ?1";
    Ok(first(connection, sql, [id], |row| row.get(0))?.unwrap_or(false))
}
