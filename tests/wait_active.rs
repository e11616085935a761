//! `wait --active` and `wait - --allow-empty`: waiting for whatever is in progress.

use insta::assert_snapshot;
use lagoon_sandbox::store::Status;

use crate::support::env::{MAIN, TestEnv};
use crate::support::process::eventually;
use crate::wait::{advance, start_held, until_asked};

fn wait<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["wait", "--active"], &MAIN[..], more].concat()
}

#[test]
fn wait_active_waits_until_nothing_is_running_whatever_the_outcomes() {
    let env = TestEnv::new();
    let first = start_held(&env, Status::Failed);
    let running = until_asked(&env, &wait(&["-o", "json"]), "taskById");
    // Another one starts in the meantime.
    let second = start_held(&env, Status::Complete);
    let read = |id: &str| {
        let text = format!("\"id\":{id}");
        let requests = env.requests();
        requests
            .iter()
            .filter(|r| r.body.contains("taskById") && r.body.contains(&text))
            .count()
    };
    advance(&env, &first);
    let before = read(&second);
    eventually("the second run is read", || read(&second) > before);
    advance(&env, &second);
    let output = running.finish().succeeds();
    let json = output.json();
    let outcomes: Vec<&str> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["failed", "completed"]);
    assert!(!output.stderr.contains("error"), "{output}");
}

#[test]
fn wait_active_succeeds_at_once_if_nothing_is_running() {
    let env = TestEnv::new();
    let told = |more: &[&str], format: &str| {
        let output = env
            .tasks(&wait(&[more, &["-o", format]].concat()))
            .succeeds();
        (output.stdout, output.stderr)
    };
    let nothing = "no run is in progress on lagoon-demo/main (production)\n".to_owned();
    assert_eq!(told(&[], "json"), ("[]\n".to_owned(), nothing.clone()));
    assert_eq!(told(&[], "table"), (String::new(), nothing));
    let id = start_held(&env, Status::Complete);
    let other = "no run of `Run yarn audit` is in progress on lagoon-demo/main (production)\n";
    assert_eq!(
        told(&["--task", "Run yarn audit"], "tsv"),
        (String::new(), other.to_owned())
    );
    let several = ["-e", "develop", "-e", "pr-*"];
    let line = [&["wait", "--active", "-p", "lagoon-demo"], &several[..]].concat();
    let output = env.tasks(&line).succeeds();
    assert_eq!(output.stderr, "no run is in progress on 2 environments\n");
    let output = env
        .tasks(&wait(&["--timeout", "1s", "--task", "say HELLO"]))
        .ends_with(8);
    assert!(
        output
            .stderr
            .contains(&format!("run {id} of `Say hello` is still running")),
        "{output}"
    );
}

#[test]
fn wait_active_conflicts_with_runs() {
    let env = TestEnv::new();
    for more in [&["7"][..], &["-"], &["--last"], &["--latest"]] {
        let output = env.tasks(&wait(more)).ends_with(2);
        assert!(output.stderr.contains("--active"), "{output}");
    }
    assert_snapshot!(env.tasks(&wait(&["--mine"])).error(2), @"error: --mine has no effect without --latest");
    assert_snapshot!(env.tasks(&wait(&["--allow-empty"])).error(2), @"
    error: --active cannot be used with --allow-empty
    hint: omit one of them
    ");
    assert_eq!(env.requests().len(), 0);
    assert_snapshot!(env.tasks(&["wait", "--active", "-p", "lagoon-demo"]).error(2), @"
    error: no environment given
    hint: name it with -e or TASKS_ENVIRONMENT
    ");
}

#[test]
fn wait_on_empty_input_succeeds_only_with_allow_empty() {
    let env = TestEnv::new();
    let empty = ["", "\n", "[]", "[{\"id\": null, \"error\": {}}]"];
    for input in empty {
        let line = ["wait", "-", "-o", "json"];
        let output = env.run(env.command(&line).stdin(input)).ends_with(2);
        assert!(
            output.stderr.contains("no runs on standard input"),
            "{output}"
        );
        let allowed = env
            .command(&[&line[..], &["--allow-empty"]].concat())
            .stdin(input);
        let output = env.run(allowed).succeeds();
        assert_eq!(output.stdout, "[]\n");
        assert!(
            output.stderr.starts_with("no runs on standard input"),
            "{output}"
        );
    }
    assert_eq!(env.requests().len(), 0);
    let id = start_held(&env, Status::Failed);
    advance(&env, &id);
    let line = ["wait", "-", "--allow-empty"];
    env.run(env.command(&line).stdin(&id)).ends_with(3);
    env.run(env.command(&line).stdin("no run")).ends_with(2);
    assert_snapshot!(env.tasks(&["wait", &id, "--allow-empty"]).error(2), @"error: --allow-empty has no effect without `-`");
}
