//! The data: SQLite, in memory or in a folder.
//!
//! Several processes may use one folder at once. A file lock protects the first start, because
//! switching a new database to WAL does not wait for other processes.

mod error;
mod folder;
mod logs;
mod recover;
mod reset;
mod runs;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use error::StoreError;
pub(crate) use error::{at, if_exists};
use folder::Folder;
pub(crate) use folder::create_private;
pub use runs::Status;
pub(crate) use runs::{RunExecutor, RunnerOrder, add_event};

const TABLES: [&str; 2] = [include_str!("schema.sql"), include_str!("engine.sql")];

/// The version of the tables, kept as SQLite's `user_version`.
const RELEASE: i32 = 1;

const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) type Fill<'a> = &'a dyn Fn(&Transaction<'_>) -> Result<(), StoreError>;

/// Clones share one connection. Closures of [`Store::read`] and [`Store::write`] must not use it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    connection: Mutex<Connection>,
    folder: Option<Folder>,
}

impl Store {
    pub(crate) fn open_memory(fill: Fill<'_>) -> Result<Store, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        create(&mut connection, fill)?;
        Ok(Store::new(connection, None))
    }

    /// Creates the store if necessary, and marks runs whose runner died as failed.
    pub(crate) fn open_folder(path: &Path, fill: Fill<'_>) -> Result<Store, StoreError> {
        let folder = Folder::create(path)?;
        let lock = folder.lock()?;
        let mut connection = connect(&folder)?;
        match release(&connection)? {
            0 => create(&mut connection, fill)?,
            RELEASE => {}
            _ => {
                return Err(StoreError::OtherRelease {
                    path: folder.path().to_owned(),
                });
            }
        }
        drop(lock);
        let store = Store::new(connection, Some(folder));
        store.recover()?;
        Ok(store)
    }

    /// Opens the store for a runner: it must exist, and nothing is repaired.
    pub(crate) fn open_existing(path: &Path) -> Result<Store, StoreError> {
        let folder = Folder::create(path)?;
        let lock = folder.lock()?;
        let connection = connect(&folder)?;
        drop(lock);
        if release(&connection)? != RELEASE {
            return Err(StoreError::OtherRelease {
                path: folder.path().to_owned(),
            });
        }
        Ok(Store::new(connection, Some(folder)))
    }

    fn new(connection: Connection, folder: Option<Folder>) -> Store {
        Store {
            inner: Arc::new(Inner {
                connection: Mutex::new(connection),
                folder,
            }),
        }
    }

    #[must_use]
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.inner.folder.as_ref().map(Folder::path)
    }

    /// The folder of a run, which may not exist; `None` for a store in memory.
    #[must_use]
    pub(crate) fn run_folder(&self, id: i64) -> Option<PathBuf> {
        self.inner.folder.as_ref().map(|folder| folder.run(id))
    }

    /// Reads one consistent view; writing is an error.
    pub fn read<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection();
        let transaction = begin(&mut connection, TransactionBehavior::Deferred)?;
        f(&transaction)
    }

    /// Writes everything that `f` writes, or nothing if it fails. Waits for other writers.
    pub fn write<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection();
        let transaction = begin(&mut connection, TransactionBehavior::Immediate)?;
        let value = f(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(value)
    }

    /// A panic in a closure rolled back its transaction, so the connection stays usable.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        let connection = &self.inner.connection;
        connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn begin(
    connection: &mut Connection,
    behavior: TransactionBehavior,
) -> Result<Transaction<'_>, StoreError> {
    let reading = matches!(behavior, TransactionBehavior::Deferred);
    connection.pragma_update(None, "query_only", reading)?;
    Ok(connection.transaction_with_behavior(behavior)?)
}

fn connect(folder: &Folder) -> Result<Connection, StoreError> {
    let connection = Connection::open(folder.database())?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(connection)
}

fn release(connection: &Connection) -> Result<i32, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn create(connection: &mut Connection, fill: Fill<'_>) -> Result<(), StoreError> {
    let transaction = begin(connection, TransactionBehavior::Immediate)?;
    fill_tables(&transaction, fill)?;
    Ok(transaction.commit()?)
}

fn fill_tables(transaction: &Transaction<'_>, fill: Fill<'_>) -> Result<(), StoreError> {
    for tables in TABLES {
        transaction.execute_batch(tables)?;
    }
    fill(transaction)?;
    Ok(transaction.pragma_update(None, "user_version", RELEASE)?)
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
