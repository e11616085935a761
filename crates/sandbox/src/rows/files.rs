//! Files of runs.

use rusqlite::{Connection, params};

use super::{all, first};
use crate::instant;

#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) id: i64,
    pub(crate) task: i32,
    pub(crate) filename: String,
    pub(crate) created: String,
}

/// The files of all runs whose id begins with the digits of `task`, because the server lists by
/// prefix.
pub(crate) fn listed_for(connection: &Connection, task: i32) -> rusqlite::Result<Vec<File>> {
    all(
        connection,
        "SELECT id, task, filename, created FROM file
         WHERE CAST(task AS TEXT) LIKE ?1 || '%' ORDER BY CAST(task AS TEXT), filename",
        [task.to_string()],
        |row| {
            Ok(File {
                id: row.get(0)?,
                task: row.get(1)?,
                filename: row.get(2)?,
                created: row.get(3)?,
            })
        },
    )
}

pub(crate) fn content(connection: &Connection, id: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT body FROM file WHERE id = ?1";
    first(connection, sql, [id], |row| row.get(0))
}

/// Stores a file and replaces one of the same name.
pub(crate) fn put(
    connection: &Connection,
    task: i32,
    filename: &str,
    body: &[u8],
) -> rusqlite::Result<()> {
    connection.execute(
        "DELETE FROM file WHERE task = ?1 AND filename = ?2",
        params![task, filename],
    )?;
    connection.execute(
        "INSERT INTO file (task, filename, body, created) VALUES (?1, ?2, ?3, ?4)",
        params![task, filename, body, instant::now()],
    )?;
    Ok(())
}

pub(crate) fn delete(connection: &Connection, task: i32) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM file WHERE task = ?1", [task])?;
    Ok(())
}
