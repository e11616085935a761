//! Lifetimes of runs, their runners and the processes that start them.

use std::path::Path;
use std::process::Command;

use tempfile::tempdir;

use super::{Fifo, detached, eventually, execute, log, new_run, open, outcome, row};
use crate::engine::{Detached, EngineError, Executor, reexec};
use crate::store::Store;

/// Starts a run in another process, and returns when that process and its streams have ended.
fn start_elsewhere(folder: &Path, command: &str) {
    let output = Command::new(reexec::program())
        .args(reexec::args("start"))
        .arg(folder)
        .arg(command)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}

#[test]
fn a_run_outlives_its_starter_and_releases_its_streams() {
    let folder = tempdir().unwrap();
    let go = Fifo::new(folder.path());
    start_elsewhere(folder.path(), &format!("cat {}", go.quoted()));
    let store = open(folder.path());
    assert!(row(&store, 1).completed.is_none());
    go.write("went on\n");
    assert_eq!(outcome(&store, 1), "complete");
    assert!(log(&store, 1).ends_with("went on\n"));
}

#[test]
fn opening_the_store_fails_runs_of_killed_runners() {
    let folder = tempdir().unwrap();
    let go = Fifo::new(folder.path());
    // The shell's parent is the runner.
    start_elsewhere(
        folder.path(),
        &format!("cat {}; kill -9 $PPID", go.quoted()),
    );
    assert!(row(&open(folder.path()), 1).completed.is_none());
    go.write("");
    let store = eventually("an opener who sees it", || {
        let store = open(folder.path());
        row(&store, 1).completed.is_some().then_some(store)
    });
    assert_eq!(row(&store, 1).status, "failed");
    assert!(log(&store, 1).ends_with("[sandbox] The process that executed this run died.\n"));
    let words = log(&store, 1);
    drop(store);
    assert_eq!(log(&open(folder.path()), 1), words);
}

#[test]
fn a_live_starter_notices_a_killed_runner() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = new_run(&store, "kill -9 $PPID");
    detached(&store).start(&run).unwrap();
    assert_eq!(outcome(&store, run.id), "failed");
}

#[test]
fn a_live_run_is_left_alone() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let go = Fifo::new(folder.path());
    let run = new_run(&store, &format!("cat {}", go.quoted()));
    detached(&store).start(&run).unwrap();
    for _ in 0..3 {
        assert!(row(&open(folder.path()), run.id).completed.is_none());
    }
    go.write("");
    assert_eq!(outcome(&store, run.id), "complete");
}

#[cfg(target_os = "linux")]
#[test]
fn a_runner_has_its_own_session() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let command = "echo $PPID; cut -d' ' -f6 /proc/$PPID/stat; readlink /proc/$PPID/fd/1";
    let (_, output) = execute(&detached(&store), &store, command);
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines[0], lines[1]);
    assert_eq!(lines[2], "/dev/null");
}

#[cfg(target_os = "linux")]
#[test]
fn a_runner_leaves_no_zombie() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let (_, output) = execute(&detached(&store), &store, "echo $PPID");
    let runner = Path::new("/proc").join(output.trim());
    eventually("the runner's end", || (!runner.exists()).then_some(()));
}

#[test]
fn background_processes_end_with_the_command() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let held = Fifo::new(folder.path());
    let command = format!("exec 3>{}; sleep 600 & echo done", held.quoted());
    let run = new_run(&store, &command);
    let released = held.read();
    detached(&store).start(&run).unwrap();
    assert_eq!(released.wait(), "");
    assert_eq!(outcome(&store, run.id), "complete");
}

#[test]
fn a_missing_runner_program_fails_the_run() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = new_run(&store, "true");
    let executor = Detached::new(store.clone(), Path::new("/nowhere/tasks"), false).unwrap();
    let error = executor.start(&run).unwrap_err();
    assert!(matches!(error, EngineError::Spawn { .. }));
    assert_eq!(row(&store, run.id).status, "failed");
    assert!(log(&store, run.id).contains("/nowhere/tasks"));
}

#[test]
fn a_program_other_than_a_runner_fails_the_run() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = new_run(&store, "true");
    let executor = Detached {
        args: vec!["-c".into(), "exit".into()],
        ..Detached::new(store.clone(), Path::new("/bin/sh"), false).unwrap()
    };
    executor.start(&run).unwrap();
    assert_eq!(outcome(&store, run.id), "failed");
}

#[test]
fn a_store_in_memory_has_no_detached_runs() {
    let store = Store::open_memory(&|_| Ok(())).unwrap();
    let refused = Detached::new(store, Path::new("/bin/sh"), false);
    assert!(matches!(refused, Err(EngineError::NoFolder)));
}
