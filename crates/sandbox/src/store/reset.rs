//! `sandbox reset`: new tables in the same file, which other processes may have open.
//!
//! A runner whose row is gone ends itself. Run ids are never reused: clients may wait for an old run.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use super::error::{at, if_exists};
use super::folder::Folder;
use super::{Fill, Store, StoreError, begin, connect, fill_tables};

impl Store {
    /// Empties and fills a folder, which may come from another release, be damaged or not exist.
    pub(crate) fn reset_folder(path: &Path, fill: Fill<'_>) -> Result<Store, StoreError> {
        let folder = Folder::create(path)?;
        let lock = folder.lock()?;
        let renewed = || {
            let mut connection = connect(&folder)?;
            renew(&mut connection, fill, &folder)?;
            Ok(connection)
        };
        let connection = match renewed() {
            Err(error @ StoreError::Sqlite(_)) if error.is_damage() => {
                folder.remove_database()?;
                renewed()?
            }
            other => other?,
        };
        drop(lock);
        Ok(Store::new(connection, Some(folder)))
    }
}

fn renew(connection: &mut Connection, fill: Fill<'_>, folder: &Folder) -> Result<(), StoreError> {
    // A table cannot be dropped while rows refer to it, and this setting cannot change within a
    // transaction.
    let keys: bool = connection.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
    connection.pragma_update(None, "foreign_keys", false)?;
    let result = renew_unbound(connection, fill, folder);
    connection.pragma_update(None, "foreign_keys", keys)?;
    result
}

fn renew_unbound(
    connection: &mut Connection,
    fill: Fill<'_>,
    folder: &Folder,
) -> Result<(), StoreError> {
    let tx = begin(connection, TransactionBehavior::Immediate)?;
    let last = last_run(&tx)?;
    for name in tables(&tx)? {
        tx.execute_batch(&format!("DROP TABLE \"{name}\""))?;
    }
    fill_tables(&tx, fill)?;
    go_on_after(&tx, last)?;
    // Within the transaction, so that the folder of a new run is not moved.
    let old = put_aside(folder)?;
    if let Err(error) = tx.commit() {
        if let Some(old) = &old {
            fs::rename(old, folder.runs()).map_err(at(old))?;
        }
        return Err(error.into());
    }
    if let Some(old) = old {
        // A runner that is just ending may still write there; the next reset removes the rest.
        let _ = fs::remove_dir_all(old);
    }
    Ok(())
}

fn tables(tx: &Transaction<'_>) -> rusqlite::Result<Vec<String>> {
    let mut statement = tx.prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'",
    )?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

fn last_run(tx: &Transaction<'_>) -> rusqlite::Result<i64> {
    let known = "SELECT count(*) > 0 FROM sqlite_master WHERE name = 'sqlite_sequence'";
    if !tx.query_row(known, [], |row| row.get::<_, bool>(0))? {
        return Ok(0);
    }
    let last = "SELECT seq FROM sqlite_sequence WHERE name = 'task'";
    let last = tx.query_row(last, [], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0))
}

fn go_on_after(tx: &Transaction<'_>, last: i64) -> rusqlite::Result<()> {
    let last = last.max(last_run(tx)?);
    tx.execute("DELETE FROM sqlite_sequence WHERE name = 'task'", [])?;
    tx.execute(
        "INSERT INTO sqlite_sequence (name, seq) VALUES ('task', ?1)",
        [last],
    )?;
    Ok(())
}

fn put_aside(folder: &Folder) -> Result<Option<PathBuf>, StoreError> {
    let old = folder.path().join("runs.old");
    if_exists(fs::remove_dir_all(&old), &old)?;
    let moved = if_exists(fs::rename(folder.runs(), &old), &old)?;
    Ok(moved.map(|()| old))
}
