//! Detection of runs whose runner died: their lock file is free. Process ids could be reused.

use std::fs::{File, TryLockError};
use std::path::Path;

use rusqlite::{Connection, Transaction};

use super::error::{at, if_exists};
use super::runs::{add_event, over};
use super::{Store, StoreError, logs};

const RUNNER_DIED: &[u8] = b"\n[sandbox] The process that executed this run died.\n";

impl Store {
    pub(crate) fn recover(&self) -> Result<Vec<i64>, StoreError> {
        let Some(folder) = &self.inner.folder else {
            return Ok(Vec::new());
        };
        let mut dead = Vec::new();
        for id in self.read(|connection| Ok::<_, StoreError>(unfinished(connection)?))? {
            let run = folder.run(id);
            if is_locked(&run.join("lock"))? {
                continue;
            }
            // The runner may have finished between the two checks; the row decides.
            let marked = self.write(|tx| {
                let marked = mark_failed(tx, id)?;
                if marked {
                    logs::append_file(&run, RUNNER_DIED)?;
                }
                Ok::<_, StoreError>(marked)
            })?;
            if marked {
                dead.push(id);
            }
        }
        Ok(dead)
    }
}

pub(super) fn unfinished(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare("SELECT id, status FROM task WHERE executing = 1")?;
    let rows = statement.query_map([], |row| row.try_into())?;
    let rows: Vec<(i64, String)> = rows.collect::<Result<_, _>>()?;
    let unfinished = rows.into_iter().filter(|(_, status)| !over(status));
    Ok(unfinished.map(|(id, _)| id).collect())
}

fn mark_failed(tx: &Transaction<'_>, id: i64) -> rusqlite::Result<bool> {
    if !unfinished(tx)?.contains(&id) {
        return Ok(false);
    }
    tx.execute(
        "UPDATE task SET status = 'failed', completed = datetime('now') WHERE id = ?1",
        [id],
    )?;
    add_event(tx, id)?;
    Ok(true)
}

/// A shared lock, so that two checks at once do not take each other for the runner.
fn is_locked(path: &Path) -> Result<bool, StoreError> {
    let Some(file) = if_exists(File::open(path), path)? else {
        return Ok(false);
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(at(path)(error)),
    }
}
