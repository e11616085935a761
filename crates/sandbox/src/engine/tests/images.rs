//! IMAGE runs, with scripts in place of a container client.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::tempdir;

use super::{detached, open, outcome, output, wait_for_output};
use crate::engine::{Detached, Executor, Work};
use crate::store::Store;

fn image(store: &Store, image: &str) -> super::NewRun {
    let work = Work::Image {
        image: image.to_owned(),
        payload: Some(r#"{"A":"b \"c\""}"#.to_owned()),
    };
    super::new_work(store, "an image", work)
}

/// An executor that finds `script` as docker.
///
/// Another process writes the script: a child of another test could inherit our open file, and a file
/// that is open for writing cannot be executed.
fn with_docker(store: &Store, folder: &Path, script: &str) -> Detached {
    let text = folder.join("docker.text");
    fs::write(&text, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&text, fs::Permissions::from_mode(0o700)).unwrap();
    let mut copy = Command::new("cp");
    let copied = copy.arg(&text).arg(folder.join("docker")).status();
    assert!(copied.unwrap().success());
    Detached {
        search_path: folder.to_str().unwrap().to_owned(),
        images: true,
        ..detached(store)
    }
}

fn failed(executor: &Detached, store: &Store, name: &str) -> String {
    let run = image(store, name);
    executor.start(&run).unwrap();
    assert_eq!(outcome(store, run.id), "failed");
    output(store, run.id)
}

#[test]
fn an_image_is_not_run_without_consent() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let executor = Detached {
        images: false,
        ..with_docker(&store, folder.path(), "echo never")
    };
    let said = failed(&executor, &store, "alpine");
    assert!(said.contains("not allowed; nothing was executed"), "{said}");
}

#[test]
fn an_image_is_not_run_without_a_container_client() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let executor = Detached {
        search_path: "/nowhere".to_owned(),
        images: true,
        ..detached(&store)
    };
    let said = failed(&executor, &store, "alpine");
    assert!(said.contains("Neither docker nor podman"), "{said}");
}

#[test]
fn an_image_name_is_never_an_option() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let executor = with_docker(&store, folder.path(), "echo never");
    let said = failed(&executor, &store, "--privileged");
    assert!(said.contains("not a valid image name"), "{said}");
}

#[test]
fn an_image_gets_its_arguments_like_on_lagoon() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let executor = with_docker(&store, folder.path(), r#"printf '%s\n' "$@""#);
    let run = image(&store, "alpine:3");
    executor.start(&run).unwrap();
    assert_eq!(outcome(&store, run.id), "complete");
    let said = output(&store, run.id);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[..4], ["run", "--rm", "--name", &run.task_name]);
    assert_eq!(*lines.last().unwrap(), "alpine:3");
    assert!(lines.contains(&"--env=LAGOON_PROJECT=lagoon-demo"));
    // {"A":"b \"c\""}
    assert!(lines.contains(&"--env=JSON_PAYLOAD=eyJBIjoiYiBcImNcIiJ9"));
}

#[test]
fn cancelling_an_image_removes_its_container() {
    let folder = tempdir().unwrap();
    let store = open(folder.path());
    let removed = folder.path().join("removed");
    let script = format!(
        "if [ $1 = rm ]; then echo $3 >'{}'; else echo on; exec /bin/sleep 600; fi",
        removed.display()
    );
    let executor = with_docker(&store, folder.path(), &script);
    let run = image(&store, "alpine");
    executor.start(&run).unwrap();
    wait_for_output(&store, run.id, "on\n");
    executor.cancel(run.id).unwrap();
    assert_eq!(outcome(&store, run.id), "cancelled");
    assert_eq!(fs::read_to_string(removed).unwrap().trim(), run.task_name);
}
