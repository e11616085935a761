//! Runs that are cancelled, time out, are reset or deleted.

use std::time::Duration;

use tempfile::{TempDir, tempdir};

use super::{
    Fifo, PendingResult, detached, execute, new_run, open, outcome, output, row, wait_for_output,
};
use crate::engine::{Detached, Executor, NewRun};
use crate::store::{Store, StoreError};

/// An endless run with a child process of its shell.
struct Endless {
    folder: TempDir,
    store: Store,
    executor: Detached,
    run: NewRun,
    /// Received when all its processes have ended.
    ended: PendingResult<String>,
}

impl Endless {
    fn start() -> Endless {
        let folder = tempdir().unwrap();
        let store = open(folder.path());
        let held = Fifo::new(folder.path());
        let command = format!("exec 3>{}; sleep 600 & echo on; wait", held.quoted());
        let run = new_run(&store, &command);
        let ended = held.read();
        let executor = detached(&store);
        executor.start(&run).unwrap();
        wait_for_output(&store, run.id, "on\n");
        Endless {
            folder,
            store,
            executor,
            run,
            ended,
        }
    }
}

#[test]
fn cancelling_ends_all_processes_of_a_command() {
    let endless = Endless::start();
    let (store, id) = (&endless.store, endless.run.id);
    endless.executor.cancel(id).unwrap();
    assert_eq!(outcome(store, id), "cancelled");
    assert!(output(store, id).ends_with("[sandbox] Cancelled.\n"));
    endless.ended.wait();
}

#[test]
fn a_command_that_ignores_sigterm_is_killed() {
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
fn a_run_cancelled_before_its_start_is_not_executed() {
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
fn cancelling_a_finished_run_has_no_effect() {
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
fn a_run_is_stopped_at_its_time_limit() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let executor = Detached {
        limit: Duration::ZERO,
        ..detached(&store)
    };
    let (status, output) = execute(&executor, &store, "sleep 600");
    assert_eq!(status, "cancelled");
    assert_eq!(output, "[sandbox] Cancelled after the time limit of 0 s.\n");
}

#[test]
fn a_reset_ends_runs_in_progress() {
    let endless = Endless::start();
    let (store, id) = (&endless.store, endless.run.id);
    Store::reset_folder(endless.folder.path(), &|_| Ok(())).unwrap();
    endless.ended.wait();
    let old = endless.folder.path().join(format!("runs/{id}"));
    assert!(!old.exists());
    assert_eq!(execute(&endless.executor, store, "echo new").1, "new\n");
}

#[test]
fn deleting_a_run_ends_it() {
    let endless = Endless::start();
    let delete = "DELETE FROM task WHERE id = ?1";
    let deleted = endless
        .store
        .write(|tx| Ok::<_, StoreError>(tx.execute(delete, [endless.run.id])?));
    assert_eq!(deleted.unwrap(), 1);
    endless.ended.wait();
}
