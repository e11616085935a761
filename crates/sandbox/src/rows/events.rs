//! Changes of runs, in order.

use rusqlite::{Connection, params};

use super::runs::{self, Run};
use super::{all, first};

pub(crate) fn last(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT COALESCE(MAX(id), 0) FROM event";
    Ok(first(connection, sql, [], |row| row.get(0))?.unwrap_or(0))
}

/// The events of an environment after `last`, each with its run as it was then, if it still exists.
pub(crate) fn since(
    connection: &Connection,
    environment: i32,
    last: i64,
) -> rusqlite::Result<Vec<(i64, Option<Run>)>> {
    let events = all(
        connection,
        "SELECT id, task, status, started, completed, remote_id FROM event
         WHERE environment = ?1 AND id > ?2 ORDER BY id",
        params![environment, last],
        |row| {
            Ok(Event {
                id: row.get(0)?,
                task: row.get(1)?,
                status: row.get(2)?,
                started: row.get(3)?,
                completed: row.get(4)?,
                remote_id: row.get(5)?,
            })
        },
    )?;
    events
        .into_iter()
        .map(|event| {
            let run = runs::by_id(connection, event.task)?;
            Ok((event.id, run.map(|run| event.of(run))))
        })
        .collect()
}

struct Event {
    id: i64,
    task: i32,
    status: Option<String>,
    started: Option<String>,
    completed: Option<String>,
    remote_id: Option<String>,
}

impl Event {
    fn of(self, run: Run) -> Run {
        Run {
            status: self.status.unwrap_or(run.status),
            started: self.started,
            completed: self.completed,
            remote_id: self.remote_id,
            ..run
        }
    }
}
