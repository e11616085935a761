//! Commands that the user agreed to run on this machine.

use crate::store::{Store, StoreError};

/// False for commands of the seed. `command` is the text of a definition, without values.
pub fn needs_consent(store: &Store, command: &str) -> Result<bool, StoreError> {
    store.read(|connection| {
        let known = "SELECT count(*) = 0 FROM known_command WHERE command = ?1";
        Ok(connection.query_row(known, [command], |row| row.get(0))?)
    })
}

pub fn consent(store: &Store, command: &str) -> Result<(), StoreError> {
    store.write(|tx| {
        let sql = "INSERT OR IGNORE INTO known_command (command, origin) VALUES (?1, 'consent')";
        tx.execute(sql, [command])?;
        Ok(())
    })
}
