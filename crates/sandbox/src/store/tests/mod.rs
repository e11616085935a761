//! The store without runners, which the tests of the engine cover.

mod many;
mod reset;

use std::path::Path;

use rusqlite::Transaction;
use tempfile::tempdir;

use super::{RELEASE, Store, StoreError};

/// Fills new stores with a row.
pub(super) fn fill(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO known_command (command, origin) VALUES ('seeded', 'seed')",
        [],
    )?;
    Ok(())
}

pub(super) fn add_task(store: &Store) -> i64 {
    store
        .write(|tx| {
            tx.execute(
                "INSERT INTO task (name, task_name, environment, service, kind, status, created)
                 VALUES ('t', 'lagoon-task-' || hex(randomblob(4)), 101, 'cli', 'ADHOC', 'new', datetime('now'))",
                [],
            )?;
            Ok::<_, StoreError>(tx.last_insert_rowid())
        })
        .unwrap()
}

pub(super) fn count(store: &Store, table: &str) -> i64 {
    let query = format!("SELECT count(*) FROM {table}");
    store
        .read(|connection| Ok::<_, StoreError>(connection.query_row(&query, [], |row| row.get(0))?))
        .unwrap()
}

fn set_release(folder: &Path, release: i32) {
    let connection = rusqlite::Connection::open(folder.join("lagoon.sqlite")).unwrap();
    connection
        .pragma_update(None, "user_version", release)
        .unwrap();
}

#[test]
fn a_store_is_seeded_once() {
    let folder = tempdir().unwrap();
    for _ in 0..3 {
        let store = Store::open_folder(folder.path(), &fill).unwrap();
        assert_eq!(count(&store, "known_command"), 1);
    }
}

#[cfg(unix)]
#[test]
fn a_store_folder_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempdir().unwrap();
    let folder = parent.path().join("new/data");
    let mode = || std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
    Store::open_folder(&folder, &fill).unwrap();
    assert_eq!(mode(), 0o700);
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    Store::open_folder(&folder, &fill).unwrap();
    assert_eq!(mode(), 0o700);
}

#[test]
fn failed_seeding_leaves_no_partial_store() {
    let folder = tempdir().unwrap();
    let failed = Store::open_folder(folder.path(), &|_| Err(StoreError::Content("no".into())));
    assert_eq!(failed.err().unwrap().to_string(), "no");
    let store = Store::open_folder(folder.path(), &fill).unwrap();
    assert_eq!(count(&store, "known_command"), 1);
}

#[test]
fn a_store_of_another_release_is_left_alone() {
    let folder = tempdir().unwrap();
    Store::open_folder(folder.path(), &fill).unwrap();
    set_release(folder.path(), RELEASE + 1);
    let error = Store::open_folder(folder.path(), &fill).err().unwrap();
    assert!(matches!(error, StoreError::OtherRelease { .. }));
    assert_eq!(error.hints().len(), 1);
}

#[test]
fn writes_are_atomic() {
    let store = Store::open_memory(&fill).unwrap();
    let result = store.write(|tx| {
        tx.execute("DELETE FROM known_command", [])?;
        Err::<(), _>(StoreError::Content("no".into()))
    });
    assert!(result.is_err());
    assert_eq!(count(&store, "known_command"), 1);
}

#[test]
fn reads_cannot_write() {
    let store = Store::open_memory(&fill).unwrap();
    let result =
        store.read(|connection| Ok::<_, StoreError>(connection.execute("DELETE FROM event", [])?));
    assert!(result.is_err());
    add_task(&store);
}

#[test]
fn a_store_works_after_a_panic() {
    let store = Store::open_memory(&fill).unwrap();
    let other = store.clone();
    let panicked = std::thread::spawn(move || {
        other.write(|tx| -> Result<(), StoreError> {
            tx.execute("DELETE FROM known_command", [])?;
            panic!("on purpose");
        })
    });
    assert!(panicked.join().is_err());
    assert_eq!(count(&store, "known_command"), 1);
}

#[test]
fn logs_are_kept() {
    let folder = tempdir().unwrap();
    for store in [
        Store::open_memory(&fill).unwrap(),
        Store::open_folder(folder.path(), &fill).unwrap(),
    ] {
        assert_eq!(store.log(1).unwrap(), None);
        store.append_log(1, b"one\n").unwrap();
        store.append_log(1, b"tw\xff\n").unwrap();
        assert_eq!(store.log(1).unwrap().unwrap(), "one\ntw\u{fffd}\n");
    }
}
