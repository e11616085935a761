//! Finds runs whose runner died: a runner holds its run's lock file locked for as long as it lives,
//! so a run that is not over and whose lock is free has nobody left. Process ids play no part.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use rusqlite::{Connection, Transaction};

use super::error::at;
use super::runs::{over, tell};
use super::{Store, StoreError, logs};

const LAST_WORDS: &[u8] = b"\n[sandbox] The process that executed this run died.\n";

impl Store {
    /// Marks runs whose runner died as failed, and says which. Done by [`Store::open_folder`]; a
    /// process that lives longer may repeat it.
    ///
    /// # Errors
    ///
    /// When the tables or a lock file cannot be used.
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
            // The runner may have come to its end between the two looks: the row decides.
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

/// Runs that a process has and that are not over.
pub(super) fn going(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare("SELECT id, status FROM task WHERE executing = 1")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut going = Vec::new();
    for row in rows {
        let (id, status) = row?;
        if !over(&status) {
            going.push(id);
        }
    }
    Ok(going)
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

/// Looks with a shared lock, so that two who look at once do not take each other for the runner.
fn is_held(path: &Path) -> Result<bool, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(at(path)(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(at(path)(error)),
    }
}
