//! Scripted runs.

use super::{Executor, events, log, new_run, output, row};
use crate::engine::{EngineError, Scripted, Simulate, Step};
use crate::store::{Status, Store};

fn memory() -> Store {
    Store::open_memory(&|_| Ok(())).unwrap()
}

#[test]
fn a_run_without_a_script_completes_at_once() {
    let store = memory();
    let run = new_run(&store, "true");
    Scripted::new(store.clone()).start(&run).unwrap();
    let row = row(&store, run.id);
    assert_eq!(row.status, "complete");
    assert!(row.started.is_some() && row.completed.is_some() && row.remote_id.is_some());
    assert_eq!(output(&store, run.id), "done\n");
    assert_eq!(events(&store), 3);
}

#[test]
fn a_held_run_continues_when_advanced() {
    let store = memory();
    let scripted = Scripted::new(store.clone());
    scripted.script(
        "a run",
        vec![
            Step::Status(Status::Pending),
            Step::Hold,
            Step::Status(Status::Running),
            Step::Log("one\n".to_owned()),
            Step::Hold,
            Step::Log("two\n".to_owned()),
            Step::Status(Status::Failed),
        ],
    );
    let run = new_run(&store, "true");
    scripted.start(&run).unwrap();
    assert_eq!(row(&store, run.id).status, "pending");
    assert!(scripted.advance(run.id).unwrap());
    assert_eq!(row(&store, run.id).status, "running");
    assert!(log(&store, run.id).contains(&run.task_name));
    assert_eq!(output(&store, run.id), "one\n");
    assert!(!scripted.advance(run.id).unwrap());
    assert_eq!(row(&store, run.id).status, "failed");
    assert_eq!(output(&store, run.id), "one\ntwo\n");
    assert!(!scripted.advance(run.id).unwrap());
}

#[test]
fn cancelling_a_run_in_progress_works() {
    let store = memory();
    let scripted = Scripted::new(store.clone());
    scripted.script_others(vec![Step::Status(Status::Running), Step::Hold]);
    let run = new_run(&store, "true");
    scripted.start(&run).unwrap();
    scripted.cancel(run.id).unwrap();
    assert_eq!(row(&store, run.id).status, "cancelled");
    assert!(!scripted.advance(run.id).unwrap());
}

#[test]
fn cancelling_follows_the_script() {
    let store = memory();
    let scripted = Scripted::new(store.clone());
    scripted.script_others(vec![Step::Status(Status::Running), Step::Hold]);
    let late = vec![Step::Hold, Step::Status(Status::Complete)];
    scripted.script_cancel("a run", late);
    let run = new_run(&store, "true");
    scripted.start(&run).unwrap();
    scripted.cancel(run.id).unwrap();
    assert_eq!(row(&store, run.id).status, "running");
    scripted.advance(run.id).unwrap();
    assert_eq!(row(&store, run.id).status, "complete");
}

#[test]
fn an_empty_script_leaves_a_run_new() {
    let store = memory();
    let scripted = Scripted::new(store.clone());
    scripted.script_others(Vec::new());
    let run = new_run(&store, "true");
    scripted.start(&run).unwrap();
    scripted.cancel(run.id).unwrap();
    let row = row(&store, run.id);
    assert_eq!((row.status.as_str(), row.remote_id), ("new", None));
    assert_eq!(events(&store), 0);
}

#[test]
fn a_run_can_be_set_from_outside() {
    let store = memory();
    let scripted = Scripted::new(store.clone());
    scripted.script_others(vec![Step::Hold, Step::Status(Status::Failed)]);
    let run = new_run(&store, "true");
    scripted.start(&run).unwrap();
    let set = scripted.set_run(run.id, Status::Cancelled, Some("gone\n"));
    assert!(set.unwrap());
    assert!(!scripted.advance(run.id).unwrap());
    assert_eq!(row(&store, run.id).status, "cancelled");
    assert_eq!(log(&store, run.id), "gone\n");
    assert!(!scripted.set_run(999, Status::Failed, None).unwrap());
}

#[test]
fn a_run_is_started_once() {
    let store = memory();
    let run = new_run(&store, "true");
    let scripted = Scripted::new(store);
    scripted.start(&run).unwrap();
    let again = scripted.start(&run);
    assert!(matches!(again, Err(EngineError::NotThere(_))));
}

#[test]
fn a_scripted_run_is_not_recovered_as_dead() {
    let folder = tempfile::tempdir().unwrap();
    let store = super::open(folder.path());
    let scripted = Scripted::new(store.clone());
    scripted.script_others(vec![Step::Status(Status::Running), Step::Hold]);
    let run = new_run(&store, "true");
    scripted.start(&run).unwrap();
    super::open(folder.path());
    assert_eq!(row(&store, run.id).status, "running");
}

#[test]
fn a_simulated_run_says_that_no_command_ran() {
    let store = memory();
    let run = new_run(&store, "rm -rf important");
    Simulate(store.clone()).start(&run).unwrap();
    assert_eq!(row(&store, run.id).status, "complete");
    let output = output(&store, run.id);
    assert!(output.contains("nothing was executed") && output.contains("rm -rf important"));
    assert_eq!(events(&store), 3);
}
