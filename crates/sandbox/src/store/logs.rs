//! Logs of runs: files in a data folder, otherwise rows.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use rusqlite::{OptionalExtension, params};

use super::error::{at, if_exists};
use super::{Store, StoreError, create_private};

impl Store {
    /// The log as it is now; invalid UTF-8 is replaced.
    pub(crate) fn log(&self, id: i64) -> Result<Option<String>, StoreError> {
        if let Some(folder) = self.run_folder(id) {
            let path = folder.join("log");
            if let Some(bytes) = if_exists(fs::read(&path), &path)? {
                return Ok(Some(text(&bytes)));
            }
        }
        self.read(|connection| {
            let body = connection
                .query_row(
                    "SELECT CAST(body AS BLOB) FROM run_log WHERE task = ?1",
                    [id],
                    |row| row.get::<_, Vec<u8>>(0),
                )
                .optional()?;
            Ok(body.as_deref().map(text))
        })
    }

    pub(crate) fn append_log(&self, id: i64, added: &[u8]) -> Result<(), StoreError> {
        match self.run_folder(id) {
            Some(folder) => append_file(&folder, added),
            None => self.write(|tx| {
                tx.execute(
                    "INSERT INTO run_log (task, body) VALUES (?1, ?2)
                     ON CONFLICT (task) DO UPDATE SET body = CAST(body || excluded.body AS BLOB)",
                    params![id, added],
                )?;
                Ok(())
            }),
        }
    }
}

pub(super) fn append_file(folder: &Path, added: &[u8]) -> Result<(), StoreError> {
    create_private(folder).map_err(at(folder))?;
    let path = folder.join("log");
    File::options()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(added))
        .map_err(at(&path))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
