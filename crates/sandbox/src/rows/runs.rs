//! Runs.

use rusqlite::{Connection, Result};

use super::{Record as _, first, record};
use crate::collation::same;

record! {
    Run in "task" {
        id: i32,
        name: String,
        task_name: String,
        environment: i32,
        service: String,
        command: Option<String>,
        /// `COMMAND`, `IMAGE` or `ADHOC`.
        kind: String,
        image: Option<String>,
        /// The arguments of an IMAGE run, as a JSON object.
        payload: Option<String>,
        status: String,
        created: String,
        started: Option<String>,
        completed: Option<String>,
        remote_id: Option<String>,
        source_user: Option<String>,
        source_type: Option<String>,
        deploy_token_injection: bool,
        project_key_injection: bool,
        admin_only_view: bool,
        definition: Option<i32>,
    }
}

pub(crate) fn by_task_name(connection: &Connection, task_name: &str) -> Result<Option<Run>> {
    let runs = Run::all(connection, "ORDER BY id", [])?;
    Ok(runs.into_iter().find(|run| same(&run.task_name, task_name)))
}

/// The first run with this `remoteId`, or without one.
pub(crate) fn by_remote_id(
    connection: &Connection,
    remote_id: Option<String>,
) -> Result<Option<Run>> {
    let rest = "WHERE remote_id IS ?1 ORDER BY id";
    Run::first(connection, rest, [remote_id])
}

/// Newest first.
pub(crate) fn of_environment(connection: &Connection, environment: i32) -> Result<Vec<Run>> {
    let rest = "WHERE environment = ?1 ORDER BY created DESC, id DESC";
    Run::all(connection, rest, [environment])
}

pub(crate) fn is_executing(connection: &Connection, id: i32) -> Result<bool> {
    let sql = "SELECT executing FROM task WHERE id = ?1";
    Ok(first(connection, sql, [id], |row| row.get(0))?.unwrap_or(false))
}
