//! Changes of runs, in the order they happened.

use rusqlite::{Connection, params};

use super::runs::{self, Run};
use super::{all, first};

/// The newest event.
pub(in crate::sandbox) fn last(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT COALESCE(MAX(id), 0) FROM event";
    Ok(first(connection, sql, [], |row| row.get(0))?.unwrap_or(0))
}

/// The events of an environment after `last`, each with its run as it is now, if it still is.
pub(in crate::sandbox) fn since(
    connection: &Connection,
    environment: i32,
    last: i64,
) -> rusqlite::Result<Vec<(i64, Option<Run>)>> {
    let events = all(
        connection,
        "SELECT id, task FROM event WHERE environment = ?1 AND id > ?2 ORDER BY id",
        params![environment, last],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i32>(1)?)),
    )?;
    events
        .into_iter()
        .map(|(event, task)| Ok((event, runs::by_id(connection, task)?)))
        .collect()
}
