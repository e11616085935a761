//! Which commands may run on this machine without asking first.
//!
//! The sandbox really executes what it is told to. Those who ask the person ask here whether they
//! have to, and note the answer.

use rusqlite::{Transaction, params};

use crate::store::{Store, StoreError};

/// Whether `command` (a definition's text, without values) neither came with the sandbox nor was
/// agreed to before.
///
/// # Errors
///
/// When the store cannot be read.
pub fn needs_consent(store: &Store, command: &str) -> Result<bool, StoreError> {
    store.read(|connection| {
        let known = "SELECT count(*) = 0 FROM known_command WHERE command = ?1";
        Ok(connection.query_row(known, [command], |row| row.get(0))?)
    })
}

/// Notes that somebody agreed to `command`.
///
/// # Errors
///
/// When the store cannot be written.
pub fn consent(store: &Store, command: &str) -> Result<(), StoreError> {
    store.write(|tx| note(tx, command, "consent"))
}

/// Notes that `command` comes with the sandbox: for the seed, while it fills the tables.
///
/// # Errors
///
/// When the store cannot be written.
pub(crate) fn came_with_seed(tx: &Transaction<'_>, command: &str) -> Result<(), StoreError> {
    note(tx, command, "seed")
}

fn note(tx: &Transaction<'_>, command: &str, origin: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT OR IGNORE INTO known_command (command, origin) VALUES (?1, ?2)",
        params![command, origin],
    )?;
    Ok(())
}
