//! Runs that are stopped: cancelled, too long, reset, deleted.

use std::fs;
use std::time::Duration;

use tempfile::{TempDir, tempdir};

use super::{detached, execute, fifo, new_run, open, outcome, output, row, wait_for_output};
use crate::sandbox::engine::{Executor, NewRun};
use crate::sandbox::store::{Store, StoreError};

/// A run whose command, with a process of its own, goes on for ever; `held` ends when they end.
fn endless() -> (TempDir, Store, NewRun) {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let held = folder.path().join("held");
    fifo(&held);
    let command = format!("sleep 600 >'{}' & echo on; wait", held.display());
    let run = new_run(&store, &command);
    (folder, store, run)
}

#[test]
fn cancelling_ends_the_whole_command() {
    let (folder, store, run) = endless();
    let executor = detached(&store);
    executor.start(&run).unwrap();
    let held = fs::File::open(folder.path().join("held")).unwrap();
    wait_for_output(&store, run.id, "on\n");
    executor.cancel(run.id).unwrap();
    assert_eq!(outcome(&store, run.id), "cancelled");
    assert!(output(&store, run.id).ends_with("[sandbox] Cancelled.\n"));
    assert_eq!(std::io::read_to_string(held).unwrap(), "");
}

#[test]
fn a_command_that_does_not_listen_is_ended_by_force() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = new_run(&store, "trap '' TERM; echo on; while :; do sleep 1; done");
    let executor = detached(&store);
    executor.start(&run).unwrap();
    wait_for_output(&store, run.id, "on\n");
    executor.cancel(run.id).unwrap();
    assert_eq!(outcome(&store, run.id), "cancelled");
}

#[test]
fn what_was_cancelled_before_it_began_is_not_executed() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = new_run(&store, "echo executed");
    let executor = detached(&store);
    executor.cancel(run.id).unwrap();
    executor.start(&run).unwrap();
    assert_eq!(outcome(&store, run.id), "cancelled");
    assert_eq!(output(&store, run.id), "[sandbox] Cancelled.\n");
    assert!(row(&store, run.id).started.is_none());
}

#[test]
fn cancelling_what_is_over_changes_nothing() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = new_run(&store, "true");
    let executor = detached(&store);
    executor.start(&run).unwrap();
    outcome(&store, run.id);
    executor.cancel(run.id).unwrap();
    executor.cancel(999).unwrap();
    assert_eq!(row(&store, run.id).status, "complete");
}

#[test]
fn a_run_has_its_time() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let executor = detached(&store).limit(Duration::ZERO);
    let (status, output) = execute(&executor, &store, "sleep 600");
    assert_eq!(status, "cancelled");
    assert_eq!(output, "[sandbox] Cancelled: it took over 0 s.\n");
}

#[test]
fn a_reset_ends_runs() {
    let (folder, store, run) = endless();
    detached(&store).start(&run).unwrap();
    let held = fs::File::open(folder.path().join("held")).unwrap();
    store.clear(&|_| Ok(())).unwrap();
    assert_eq!(std::io::read_to_string(held).unwrap(), "");
    assert!(!folder.path().join(format!("runs/{}", run.id)).exists());
    assert_eq!(execute(&detached(&store), &store, "echo new").1, "new\n");
}

#[test]
fn deleting_a_run_ends_it() {
    let (folder, store, run) = endless();
    detached(&store).start(&run).unwrap();
    let held = fs::File::open(folder.path().join("held")).unwrap();
    store
        .write(|tx| Ok::<_, StoreError>(tx.execute("DELETE FROM task WHERE id = ?1", [run.id])?))
        .unwrap();
    assert_eq!(std::io::read_to_string(held).unwrap(), "");
}
