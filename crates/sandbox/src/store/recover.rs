//! Detection of runs whose runner died: their lock file is free. Process ids could be reused.

use std::fs::{File, TryLockError};
use std::path::Path;

use rusqlite::{Connection, Transaction};

use super::error::{at, if_exists};
use super::runs::{over, tell};
use super::{Store, StoreError, logs};

const LAST_WORDS: &[u8] = b"\n[sandbox] The process that executed this run died.\n";

impl Store {
    pub(crate) fn recover(&self) -> Result<Vec<i64>, StoreError> {
        let Some(folder) = &self.inner.folder else {
            return Ok(Vec::new());
        };
        let mut dead = Vec::new();
        for id in self.read(|connection| Ok::<_, StoreError>(going(connection)?))? {
            let run = folder.run(id);
            if is_held(&run.join("lock"))? {
                continue;
            }
            // The runner may have finished between the two checks; the row decides.
            let buried = self.write(|tx| {
                let buried = bury(tx, id)?;
                if buried {
                    logs::append_file(&run, LAST_WORDS)?;
                }
                Ok::<_, StoreError>(buried)
            })?;
            if buried {
                dead.push(id);
            }
        }
        Ok(dead)
    }
}

pub(super) fn going(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare("SELECT id, status FROM task WHERE executing = 1")?;
    let rows = statement.query_map([], |row| row.try_into())?;
    let rows: Vec<(i64, String)> = rows.collect::<Result<_, _>>()?;
    let going = rows.into_iter().filter(|(_, status)| !over(status));
    Ok(going.map(|(id, _)| id).collect())
}

fn bury(tx: &Transaction<'_>, id: i64) -> rusqlite::Result<bool> {
    if !going(tx)?.contains(&id) {
        return Ok(false);
    }
    tx.execute(
        "UPDATE task SET status = 'failed', completed = datetime('now') WHERE id = ?1",
        [id],
    )?;
    tell(tx, id)?;
    Ok(true)
}

/// A shared lock, so that two checks at once do not take each other for the runner.
fn is_held(path: &Path) -> Result<bool, StoreError> {
    let Some(file) = if_exists(File::open(path), path)? else {
        return Ok(false);
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(at(path)(error)),
    }
}
