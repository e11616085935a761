//! `sandbox reset`.

use tempfile::tempdir;

use super::{RELEASE, Store, StoreError, add_task, count, fill, set_release};

#[test]
fn a_reset_empties_and_seeds_the_store() {
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
fn run_ids_are_not_reused_after_a_reset() {
    let folder = tempdir().unwrap();
    let store = Store::open_folder(folder.path(), &fill).unwrap();
    let first = add_task(&store);
    Store::reset_folder(folder.path(), &fill).unwrap();
    Store::reset_folder(folder.path(), &fill).unwrap();
    assert!(add_task(&store) > first);
}

#[test]
fn a_reset_is_visible_to_other_open_stores() {
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
fn a_reset_has_no_effect_if_seeding_fails() {
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
fn a_reset_replaces_a_store_of_another_release() {
    let folder = tempdir().unwrap();
    add_task(&Store::open_folder(folder.path(), &fill).unwrap());
    set_release(folder.path(), RELEASE + 1);
    let store = Store::reset_folder(folder.path(), &fill).unwrap();
    assert_eq!(count(&store, "task"), 0);
    drop(store);
    Store::open_folder(folder.path(), &fill).unwrap();
}

#[test]
fn a_reset_creates_a_missing_folder() {
    let folder = tempdir().unwrap();
    let store = Store::reset_folder(&folder.path().join("new"), &fill).unwrap();
    assert_eq!(count(&store, "known_command"), 1);
}
