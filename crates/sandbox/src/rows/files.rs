//! Files of runs.

use rusqlite::{Connection, Result, params};

use super::{Record as _, first, record};
use crate::instant;

record! {
    File in "file" {
        id: i64,
        task: i32,
        filename: String,
        created: String,
    }
}

/// The files of all runs whose id begins with these digits, because the server lists by prefix.
pub(crate) fn listed_for(connection: &Connection, task: i32) -> Result<Vec<File>> {
    let rest = "WHERE CAST(task AS TEXT) LIKE ?1 || '%' ORDER BY CAST(task AS TEXT), filename";
    File::all(connection, rest, [task.to_string()])
}

pub(crate) fn content(connection: &Connection, id: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT body FROM file WHERE id = ?1";
    first(connection, sql, [id], |row| row.get(0))
}

pub(crate) fn put(connection: &Connection, task: i32, filename: &str, body: &[u8]) -> Result<()> {
    let sql = "DELETE FROM file WHERE task = ?1 AND filename = ?2";
    connection.execute(sql, params![task, filename])?;
    let sql = "INSERT INTO file (task, filename, body, created) VALUES (?1, ?2, ?3, ?4)";
    connection.execute(sql, params![task, filename, body, instant::now()])?;
    Ok(())
}

pub(crate) fn delete(connection: &Connection, task: i32) -> Result<()> {
    connection.execute("DELETE FROM file WHERE task = ?1", [task])?;
    Ok(())
}
