//! A run's row, log and variables.

use tempfile::tempdir;

use super::{
    Fifo, detached, events, execute, log, new_run, open, outcome, output, row, wait_for_output,
};
use crate::engine::{Detached, Executor};
use crate::rows::files;
use crate::store::StoreError;

#[test]
fn a_run_passes_through_the_statuses() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let run = new_run(&store, "echo out; echo err >&2; printf end");
    detached(&store).start(&run).unwrap();
    assert_eq!(outcome(&store, run.id), "complete");
    let rule = "=".repeat(80);
    let node = "node sandbox on cluster sandbox";
    assert_eq!(
        log(&store, run.id),
        format!(
            "{rule}\nLogs on pod {}, assigned to {node}\n{rule}\nout\nerr\nend",
            run.task_name
        )
    );
    let row = row(&store, run.id);
    for time in [row.started, row.completed] {
        let time = time.unwrap();
        let digits = time.replace(|c: char| c.is_ascii_digit(), "0");
        assert_eq!(digits, "0000-00-00 00:00:00");
    }
    assert_eq!(row.remote_id.unwrap().len(), 36);
    assert_eq!(events(&store), 3);
    assert!(!folder.path().join(format!("runs/{}/work", run.id)).exists());
}

#[test]
fn a_failed_command_ends_its_own_log_unless_a_signal_does() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let executor = detached(&store);
    let (status, output) = execute(&executor, &store, "printf half; exit 3");
    assert_eq!(status, "failed");
    assert_eq!(output, "half");
    let (status, output) = execute(&executor, &store, "kill -9 $$");
    assert_eq!(status, "failed");
    assert_eq!(
        output,
        "[sandbox] The command was terminated by signal 9.\n"
    );
}

#[test]
fn a_command_that_cannot_start_reports_the_reason() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let (status, output) = execute(&detached(&store), &store, "a\0b");
    assert_eq!(status, "failed");
    assert!(
        output.starts_with("[sandbox] The command cannot be started: "),
        "{output}"
    );
}

#[test]
fn a_command_inherits_no_environment_or_input() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let command = "pwd; echo $HOME; echo $PATH; cat; env | cut -d= -f1 | sort | tr '\\n' ' '";
    let (status, output) = execute(&detached(&store), &store, command);
    assert_eq!(status, "complete");
    let lines: Vec<&str> = output.lines().collect();
    assert!(lines[0].ends_with("/work"));
    assert_eq!(lines[0], lines[1]);
    let bin = store.folder().unwrap().join("bin");
    assert!(lines[2].starts_with(&format!("{}:", bin.display())));
    let mut names: Vec<&str> = lines[3].split_whitespace().collect();
    names.retain(|name| *name != "_");
    assert_eq!(
        names,
        [
            "HOME",
            "LAGOON_ENVIRONMENT",
            "LAGOON_ENVIRONMENT_TYPE",
            "LAGOON_GIT_BRANCH",
            "LAGOON_GIT_SAFE_BRANCH",
            "LAGOON_KUBERNETES_NAMESPACE",
            "LAGOON_PROJECT",
            "LAGOON_SAFE_PROJECT",
            "NAMESPACE",
            "PATH",
            "PODNAME",
            "PWD",
            "SERVICE_NAME",
            "TASK_DATA_ID",
            "TASK_FILES"
        ]
    );
}

#[test]
fn yarn_and_drush_have_stand_ins() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let executor = detached(&store);
    let (status, output) = execute(&executor, &store, "yarn audit");
    assert_eq!(status, "complete");
    assert!(output.contains("[sandbox]") && output.contains("0 vulnerabilities found"));
    assert_eq!(execute(&executor, &store, "drush cr").0, "complete");
    assert_eq!(execute(&executor, &store, "yarn install").0, "failed");
}

#[test]
fn the_log_is_readable_while_running() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let go = Fifo::new(folder.path());
    let run = new_run(&store, &format!("echo first; cat {}", go.quoted()));
    detached(&store).start(&run).unwrap();
    wait_for_output(&store, run.id, "first\n");
    assert_eq!(row(&store, run.id).status, "running");
    go.write("second\n");
    assert_eq!(outcome(&store, run.id), "complete");
    assert_eq!(output(&store, run.id), "first\nsecond\n");
}

#[test]
fn an_overlong_log_is_truncated() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let executor = Detached {
        log_limit: 1000,
        ..detached(&store)
    };
    let (status, output) = execute(&executor, &store, "yes | head -c 500000; echo after");
    assert_eq!(status, "complete");
    assert!(output.starts_with(&"y\n".repeat(500)));
    assert!(output.ends_with("[sandbox] The log is cut off here: too much output.\n"));
    assert!(output.len() < 1100);
}

#[test]
fn a_command_attaches_files_to_its_run() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let command = "echo SELECT > 'a dump.sql'; attach-to-run 'a dump.sql'";
    let run = new_run(&store, command);
    detached(&store).start(&run).unwrap();
    assert_eq!(outcome(&store, run.id), "complete");
    let said = format!("[sandbox] a dump.sql is attached to run {}.\n", run.id);
    assert_eq!(output(&store, run.id), said);
    let run = i32::try_from(run.id).unwrap();
    let files = store.read(|connection| {
        let file = files::listed_for(connection, run)?.remove(0);
        let content = files::content(connection, file.id)?;
        Ok::<_, StoreError>((file.filename, content))
    });
    let expected = ("a dump.sql".to_owned(), Some(b"SELECT\n".to_vec()));
    assert_eq!(files.unwrap(), expected);
}
