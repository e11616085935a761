//! `sandbox reset`.

use tempfile::tempdir;

use super::{RELEASE, Store, StoreError, add_task, count, fill, set_release};

#[test]
fn empties_and_fills() {
    let folder = tempdir().unwrap();
    let store = Store::open_folder(folder.path(), &fill).unwrap();
    let id = add_task(&store);
    store.append_log(id, b"old").unwrap();
    Store::reset_folder(folder.path(), &fill).unwrap();
    assert_eq!(count(&store, "task"), 0);
    assert_eq!(count(&store, "known_command"), 1);
    assert_eq!(store.log(id).unwrap(), None);
    assert!(!folder.path().join("runs.old").exists());
}

#[test]
fn never_gives_a_runs_id_twice() {
    let folder = tempdir().unwrap();
    let store = Store::open_folder(folder.path(), &fill).unwrap();
    let first = add_task(&store);
    Store::reset_folder(folder.path(), &fill).unwrap();
    Store::reset_folder(folder.path(), &fill).unwrap();
    assert!(add_task(&store) > first);
}

#[test]
fn is_seen_by_others_who_have_it_open() {
    let folder = tempdir().unwrap();
    let one = Store::open_folder(folder.path(), &fill).unwrap();
    let two = Store::open_folder(folder.path(), &fill).unwrap();
    add_task(&two);
    Store::reset_folder(folder.path(), &fill).unwrap();
    assert_eq!(count(&two, "task"), 0);
    add_task(&two);
    assert_eq!(count(&one, "task"), 1);
}

#[test]
fn changes_nothing_when_filling_fails() {
    let folder = tempdir().unwrap();
    let store = Store::open_folder(folder.path(), &fill).unwrap();
    let id = add_task(&store);
    store.append_log(id, b"kept").unwrap();
    let failed = Store::reset_folder(folder.path(), &|_| Err(StoreError::Content("no".into())));
    assert!(failed.is_err());
    assert_eq!(count(&store, "task"), 1);
    assert_eq!(store.log(id).unwrap().unwrap(), "kept");
}

#[test]
fn replaces_another_release() {
    let folder = tempdir().unwrap();
    add_task(&Store::open_folder(folder.path(), &fill).unwrap());
    set_release(folder.path(), RELEASE + 1);
    let store = Store::reset_folder(folder.path(), &fill).unwrap();
    assert_eq!(count(&store, "task"), 0);
    drop(store);
    Store::open_folder(folder.path(), &fill).unwrap();
}

#[test]
fn makes_a_folder_that_was_not_there() {
    let folder = tempdir().unwrap();
    let store = Store::reset_folder(&folder.path().join("new"), &fill).unwrap();
    assert_eq!(count(&store, "known_command"), 1);
}
