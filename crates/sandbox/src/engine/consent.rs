//! Commands that the user agreed to run on this machine.

use crate::store::{Store, StoreError};

/// Whether the user must agree to `command` (the text of a definition, without values) first.
/// Commands of the seed need no consent.
pub fn needs_consent(store: &Store, command: &str) -> Result<bool, StoreError> {
    store.read(|connection| {
        let known = "SELECT count(*) = 0 FROM known_command WHERE command = ?1";
        Ok(connection.query_row(known, [command], |row| row.get(0))?)
    })
}

/// Records the user's consent to `command`.
pub fn consent(store: &Store, command: &str) -> Result<(), StoreError> {
    store.write(|tx| {
        let sql = "INSERT OR IGNORE INTO known_command (command, origin) VALUES (?1, 'consent')";
        tx.execute(sql, [command])?;
        Ok(())
    })
}
