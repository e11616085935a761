//! Changes of runs, in order.

use rusqlite::{Connection, Result, params};

use super::runs::Run;
use super::{Record as _, first, record};

record! {
    Event in "event" {
        id: i64,
        task: i32,
        status: Option<String>,
        started: Option<String>,
        completed: Option<String>,
        remote_id: Option<String>,
    }
}

pub(crate) fn last(connection: &Connection) -> Result<i64> {
    let sql = "SELECT COALESCE(MAX(id), 0) FROM event";
    Ok(first(connection, sql, [], |row| row.get(0))?.unwrap_or(0))
}

/// The events of an environment after `last`, each with its run as it was then, if it still exists.
pub(crate) fn since(
    connection: &Connection,
    environment: i32,
    last: i64,
) -> Result<Vec<(i64, Option<Run>)>> {
    let rest = "WHERE environment = ?1 AND id > ?2 ORDER BY id";
    let events = Event::all(connection, rest, params![environment, last])?.into_iter();
    events
        .map(|event| {
            let run = Run::by_id(connection, event.task)?.map(|run| Run {
                status: event.status.unwrap_or(run.status),
                started: event.started,
                completed: event.completed,
                remote_id: event.remote_id,
                ..run
            });
            Ok((event.id, run))
        })
        .collect()
}
