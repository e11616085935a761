//! Runs in a compose project, with a script in place of the program.
//!
//! The script executes on this machine what it was to execute in a container: the same shell scripts, with
//! another folder for temporary files.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tempfile::{TempDir, tempdir};

use super::{Fifo, detached, execute, log, new_run, open, outcome, output, row, wait_for_output};
use crate::engine::{ComposeError, ComposeProject, Detached, Executor};
use crate::rows::files;
use crate::store::{Store, StoreError};

/// Skips `--file FILE exec -T SERVICE`, after `compose` if there is one, and executes the rest.
const EXECUTES: &str = r#"case "$*" in *" version") exit 0 ;; esac
printf '%s|' "${0##*/}" "$@" | head -c 300 | tr '
' ' ' >>"$HERE/lines"
echo >>"$HERE/lines"
[ "$1" != compose ] || shift
shift 5
TMPDIR=$HERE/tmp exec "$@""#;

struct Stage {
    folder: TempDir,
    store: Store,
}

impl Stage {
    fn new() -> Stage {
        let folder = tempdir().unwrap();
        let store = open(&folder.path().join("store"));
        fs::create_dir(folder.path().join("tmp")).unwrap();
        Stage { folder, store }
    }

    /// Puts a script on the search path. As in the tests of images, another process writes it.
    fn program(&self, name: &str, script: &str) -> &Stage {
        let (folder, text) = (self.folder.path(), self.folder.path().join("text"));
        let head = format!("#!/bin/sh\nHERE='{}'\n", folder.display());
        fs::write(&text, format!("{head}{script}\n")).unwrap();
        fs::set_permissions(&text, fs::Permissions::from_mode(0o700)).unwrap();
        let copied = Command::new("cp")
            .arg(&text)
            .arg(folder.join(name))
            .status();
        assert!(copied.unwrap().success());
        self
    }

    fn project(&self) -> ComposeProject {
        let services = BTreeMap::from([("cli", "cli"), ("nginx", "php")]);
        let services = services
            .into_iter()
            .map(|(a, b)| (a.to_owned(), b.to_owned()));
        let path = self.folder.path().as_os_str().to_owned();
        ComposeProject::new(
            Path::new("/site/docker-compose.yml"),
            None,
            services.collect(),
            path,
        )
    }

    fn executor(&self) -> Detached {
        detached(&self.store).in_compose(Arc::new(self.project()))
    }

    fn execute(&self, command: &str) -> (String, String) {
        execute(&self.executor(), &self.store, command)
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("lines")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// The number of files that remain in the container.
    fn left(&self) -> usize {
        fs::read_dir(self.folder.path().join("tmp"))
            .unwrap()
            .count()
    }
}

#[test]
fn a_command_is_executed_in_the_container_of_its_service() {
    let stage = Stage::new();
    stage.program("docker", EXECUTES);
    let (status, output) =
        stage.execute("echo \"$LAGOON_PROJECT $LAGOON_ENVIRONMENT_TYPE\"; echo 'a  b' >&2");
    assert_eq!(
        (status.as_str(), output.as_str()),
        ("complete", "lagoon-demo production\na  b\n")
    );
    let lines = stage.lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for line in &lines {
        let start = "docker|compose|--file|/site/docker-compose.yml|exec|-T|cli|sh|-c|#!/bin/sh";
        assert!(line.starts_with(start), "{line}");
    }
    assert_eq!(stage.left(), 0);
}

#[test]
fn the_variables_are_those_of_lagoon() {
    let stage = Stage::new();
    stage.program("docker", EXECUTES);
    let executor = stage.executor();
    let run = super::NewRun {
        environment: "feature/Login".to_owned(),
        environment_type: "development".to_owned(),
        route: Some("https://login.example.com".to_owned()),
        ..new_run(
            &stage.store,
            // The stand-in passes on the variables of these tests, which a container does not see.
            "unset LAGOON_SCHEMAS LAGOON_TRANSCRIPTS; env | grep -E '^(LAGOON_|NAMESPACE|SERVICE_NAME)' | sort",
        )
    };
    executor.start(&run).unwrap();
    assert_eq!(outcome(&stage.store, run.id), "complete");
    assert_eq!(
        output(&stage.store, run.id).lines().collect::<Vec<_>>(),
        [
            "LAGOON_ENVIRONMENT=feature-login",
            "LAGOON_ENVIRONMENT_TYPE=development",
            "LAGOON_GIT_BRANCH=feature/Login",
            "LAGOON_GIT_SAFE_BRANCH=feature-login",
            "LAGOON_KUBERNETES_NAMESPACE=lagoon-demo-main",
            "LAGOON_PROJECT=lagoon-demo",
            "LAGOON_ROUTE=https://login.example.com",
            "LAGOON_SAFE_PROJECT=lagoon-demo",
            "NAMESPACE=lagoon-demo-main",
            "SERVICE_NAME=cli",
        ]
    );
}

#[test]
fn a_command_that_fails_is_a_failed_run() {
    let stage = Stage::new();
    stage.program("docker", EXECUTES);
    assert_eq!(
        stage.execute("echo no; exit 7"),
        ("failed".to_owned(), "no\n".to_owned())
    );
    let (status, _) = stage.execute("kill -9 $$");
    assert_eq!(status, "failed");
}

#[test]
fn attached_files_arrive_from_the_container() {
    let stage = Stage::new();
    stage.program("docker", EXECUTES);
    let executor = stage.executor();
    let command = "cd \"${TMPDIR:-/tmp}\"; printf 'a\\nb' >'dump 1.sql'; : >.empty; attach-to-run 'dump 1.sql' .empty; rm .empty dump*";
    let run = new_run(&stage.store, command);
    executor.start(&run).unwrap();
    assert_eq!(
        outcome(&stage.store, run.id),
        "complete",
        "{}",
        log(&stage.store, run.id)
    );
    let id = i32::try_from(run.id).unwrap();
    let found = stage
        .store
        .read(|connection| Ok::<_, StoreError>(files::listed_for(connection, id)?));
    let mut names: Vec<String> = found
        .unwrap()
        .into_iter()
        .map(|file| file.filename)
        .collect();
    names.sort();
    assert_eq!(names, [".empty", "dump 1.sql"]);
    assert_eq!(stage.left(), 0);
}

#[test]
fn the_first_available_program_is_used() {
    let stage = Stage::new();
    let name = || {
        stage
            .project()
            .program_name()
            .map_err(|error| error.to_string())
    };
    let none = name().unwrap_err();
    for program in ["docker compose", "docker-compose", "podman-compose"] {
        assert!(none.contains(program), "{none}");
    }
    stage.program("podman-compose", EXECUTES);
    assert_eq!(name().unwrap(), "podman-compose");
    stage.program("docker-compose", EXECUTES);
    assert_eq!(name().unwrap(), "docker-compose");
    // Without its `compose` command, docker does not count.
    stage.program(
        "docker",
        "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1",
    );
    assert_eq!(name().unwrap(), "docker-compose");
    let (status, _) = stage.execute("true");
    assert_eq!(status, "complete");
    let line = &stage.lines()[0];
    assert!(
        line.starts_with("docker-compose|--file|/site/docker-compose.yml|exec|-T|cli|sh|-c|"),
        "{line}"
    );
    stage.program("docker", EXECUTES);
    assert_eq!(name().unwrap(), "docker compose");
}

#[test]
fn failures_of_the_program_name_the_fix() {
    for (message, expected) in [
        (
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
            "The container engine is not running: Cannot connect to the Docker daemon at \
             unix:///var/run/docker.sock. Is the docker daemon running?\n[sandbox] hint: start Docker or Podman; to see \
             its state: docker info",
        ),
        (
            "service \"cli\" is not running",
            "The service `cli` is not up.\n[sandbox] hint: start it: docker compose up -d",
        ),
        (
            "ERROR: No container found for cli_1",
            "The service `cli` is not up.\n[sandbox] hint: start it: docker compose up -d",
        ),
        (
            "ERROR: yaml.scanner\n  in \"./docker-compose.yml\", line 3",
            "`docker compose` cannot execute a command in the service `cli`: in \"./docker-compose.yml\", \
             line 3.\n[sandbox] hint: to see the state of the services: docker compose ps",
        ),
    ] {
        let stage = Stage::new();
        let script =
            format!("[ \"$2\" != version ] || exit 0\ncat >&2 <<'E'\n{message}\nE\nexit 1");
        stage.program("docker", &script);
        let (status, output) = stage.execute("echo never");
        assert_eq!(
            (status.as_str(), output),
            ("failed", format!("[sandbox] {expected}\n"))
        );
        let error = stage.project().check("cli").unwrap_err();
        assert!(error.hint().is_some(), "{error}");
    }
}

#[test]
fn messages_of_the_program_are_in_the_log_only_if_the_command_did_not_end() {
    let stage = Stage::new();
    stage.program("docker", &format!("echo 'level=warning' >&2\n{EXECUTES}"));
    let (status, output) = stage.execute("echo a; echo b >&2; echo c");
    assert_eq!(
        (status.as_str(), output.as_str()),
        ("complete", "a\nb\nc\n")
    );
    let ends = "case $* in *Executes*) echo 'connection lost' >&2; exit 1 ;; esac";
    let heads = EXECUTES.split_once("[ \"$1\"").unwrap();
    let script = format!("{}{ends}\n[ \"$1\"{}", heads.0, heads.1);
    stage.program("docker", &script);
    let (status, output) = stage.execute("echo never");
    assert_eq!(status, "failed");
    assert_eq!(
        output,
        "[sandbox] connection lost\n[sandbox] The command was killed, or its container was restarted.\n"
    );
}

#[test]
fn a_silent_failure_is_explained() {
    let stage = Stage::new();
    stage.program("docker-compose", "[ \"$3\" = ps ]");
    let error = stage.project().check("cli").unwrap_err();
    assert_eq!(error.hint().unwrap(), "start it: docker-compose up -d");
    let script = "[ \"$3\" != ps ] || echo \"services.cli: unknown 'imagex'\" >&2; exit 1";
    stage.program("docker-compose", script);
    let error = stage.project().check("cli").unwrap_err();
    let expected = "`docker-compose` cannot execute a command in the service `cli`: services.cli: unknown 'imagex'";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn without_a_program_or_service_a_run_fails() {
    let stage = Stage::new();
    let run = new_run(&stage.store, "echo never");
    let error = stage.executor().start(&run).unwrap_err();
    assert!(
        error.to_string().contains("no compose program found"),
        "{error}"
    );
    assert_eq!(row(&stage.store, run.id).status, "failed");
    assert!(output(&stage.store, run.id).contains("docker-compose-plugin"));

    let error = stage.project().check("redis").unwrap_err();
    assert!(matches!(error, ComposeError::NoService(name) if name == "redis"));
}

#[test]
fn a_container_that_dies_is_a_failed_run_with_the_reason() {
    let stage = Stage::new();
    let script = format!(
        "if [ -e \"$HERE/dead\" ] && [ \"$2\" != version ]; then echo 'service \"cli\" is not running' >&2; exit 1; fi\n{EXECUTES}"
    );
    stage.program("docker", &script);
    let dead = stage.folder.path().join("dead");
    let command = format!(
        "echo on; : >'{}'; kill -9 -$$; kill -9 $PPID",
        dead.display()
    );
    let (status, output) = stage.execute(&command);
    assert_eq!(status, "failed");
    assert_eq!(
        output,
        "on\n[sandbox] The container ended before the command. The service `cli` is not up.\n[sandbox] hint: start it: docker compose up -d\n"
    );
}

#[test]
fn cancelling_ends_the_processes_in_the_container() {
    let stage = Stage::new();
    stage.program("docker", EXECUTES);
    let held = Fifo::new(stage.folder.path());
    let command = format!("exec 4>{}; sleep 600 & echo on; wait", held.quoted());
    let run = new_run(&stage.store, &command);
    let ended = held.read();
    let executor = stage.executor();
    executor.start(&run).unwrap();
    wait_for_output(&stage.store, run.id, "on\n");
    executor.cancel(run.id).unwrap();
    assert_eq!(outcome(&stage.store, run.id), "cancelled");
    ended.wait();
    assert!(output(&stage.store, run.id).ends_with("[sandbox] Cancelled.\n"));
    assert!(
        stage
            .lines()
            .iter()
            .any(|line| line.contains("Sends a signal"))
    );
    assert_eq!(stage.left(), 0);
}

#[test]
fn a_command_in_a_container_that_ignores_sigterm_is_killed() {
    let stage = Stage::new();
    stage.program("docker", EXECUTES);
    let run = new_run(
        &stage.store,
        "trap '' TERM; echo on; while :; do sleep 1; done",
    );
    let executor = stage.executor();
    executor.start(&run).unwrap();
    wait_for_output(&stage.store, run.id, "on\n");
    executor.cancel(run.id).unwrap();
    assert_eq!(outcome(&stage.store, run.id), "cancelled");
    assert_eq!(stage.left(), 0);
}

#[test]
fn children_of_a_command_end_with_it() {
    let stage = Stage::new();
    stage.program("docker", EXECUTES);
    let held = Fifo::new(stage.folder.path());
    let ended = held.read();
    let command = format!("exec 4>{}; sleep 600 & echo done", held.quoted());
    let (status, output) = stage.execute(&command);
    assert_eq!((status.as_str(), output.as_str()), ("complete", "done\n"));
    ended.wait();
}

#[test]
fn our_token_is_not_in_the_environment_of_the_program() {
    let stage = Stage::new();
    stage.program("docker", &format!("env >>\"$HERE/env\"\n{EXECUTES}"));
    stage.execute("true");
    let seen = fs::read_to_string(stage.folder.path().join("env")).unwrap();
    assert!(!seen.contains("TASKS_TOKEN=") && !seen.contains("TASKS_SSH_KEY="));
    assert!(seen.contains("PATH="), "{seen}");
}
