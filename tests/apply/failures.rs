//! `apply` when a step fails, is interrupted, or Lagoon changes meanwhile.

use std::time::Duration;

use lagoon_sandbox::Fault;

use super::{TWO, diff, file, mutations};
use crate::support::env::TestEnv;
use crate::support::process::eventually;
use crate::support::proxy::{self, Proxy};

/// Only platform owners may define an IMAGE task, which is refused only after the old task was deleted.
#[test]
fn a_failed_replacement_restores_the_old_task() {
    let env = TestEnv::bare();
    file(
        &env,
        "tasks:\n  - {name: K, command: a, service: cli, arguments: [{name: X}]}\n",
    );
    env.tasks(&["apply", "--yes"]).succeeds();
    file(&env, "tasks:\n  - {name: K, image: a/b}\n");
    let output = env.tasks(&["apply", "--replace", "--yes"]).ends_with(4);
    assert!(output.stderr.contains("was restored"), "{output}");
    file(
        &env,
        "tasks:\n  - {name: K, command: a, service: cli, arguments: [{name: X}]}\n",
    );
    assert_eq!(diff(&env, &[]), ["unchanged K"]);
}

/// Waits until Lagoon has a task of this name.
fn wait_for_task(env: &TestEnv, name: &str) {
    let query = "{advancedTasksForEnvironment(environment:101){__typename \
        ... on AdvancedTaskDefinitionCommand{name}}}";
    let is_there = || {
        let (_, body) = env.graphql(query, serde_json::json!({}));
        let all = body["data"]["advancedTasksForEnvironment"].as_array();
        all.is_some_and(|all| all.iter().any(|task| task["name"] == name))
    };
    eventually("the task is there", is_there);
}

/// One write is never answered, the next is never begun.
#[test]
fn an_interrupt_lists_applied_and_remaining_steps() {
    let env = TestEnv::bare();
    let line = |name: &str| format!("  - {{name: {name}, command: a, service: cli}}\n");
    let all = ["A", "B", "C"].map(line).concat();
    file(&env, &format!("tasks:\n{}", line("A")));
    env.tasks(&["apply", "--yes"]).succeeds();
    file(
        &env,
        &format!(
            "tasks:\n  - {{name: A, command: b, service: cli}}\n{}",
            &all[line("A").len()..]
        ),
    );
    for (hangs, signal, code, results, message) in [
        (
            "B",
            "INT",
            130,
            ["done", "unknown", "skipped"],
            "interrupted: 1 done, 1 unknown, 1 skipped",
        ),
        (
            "C",
            "TERM",
            143,
            ["unchanged", "unchanged", "unknown"],
            "terminated: 1 unknown",
        ),
    ] {
        env.sandbox()
            .fail_next("addAdvancedTaskDefinition", Fault::HangAfter);
        let running = env.command(&["apply", "--yes", "-o", "json"]).start();
        wait_for_task(&env, hangs);
        running.signal(signal);
        let output = running.finish().ends_with(code);
        let steps = output.json();
        let steps = steps.as_array().unwrap().iter();
        let found: Vec<&str> = steps.map(|s| s["result"].as_str().unwrap_or("")).collect();
        assert_eq!(found, results, "{output}");
        let error = output.json_error();
        assert_eq!(error["message"], message);
        let hints = error["hints"].to_string();
        for told in [
            &format!("unknown: `{hangs}` of project lagoon-demo"),
            "finished changes are skipped; to apply the rest: tasks apply",
        ] {
            assert!(hints.contains(told), "{output}");
        }
        assert_eq!(hints.contains("skipped: `C` of"), hangs == "B", "{output}");
    }
    env.tasks(&["apply", "--yes"]).succeeds();
    assert_eq!(
        diff(&env, &[]),
        ["unchanged A", "unchanged B", "unchanged C"]
    );
}

/// One failure of each sort at each mutation, and then applied again.
#[test]
fn applying_again_completes_after_any_failure() {
    let start = "tasks:\n  - {name: U, command: a, service: cli, arguments: [{name: X}]}\n  - {name: D, command: a, service: cli}\n";
    let goal = "tasks:\n  - {name: C, command: c, service: cli, arguments: [{name: X}, {name: Y, default: ''}]}\n  \
        - {name: U, command: b, service: cli, arguments: [{name: Z}]}\nabsent: [D]\n";
    for operation in ["add", "update", "delete"] {
        for (fault, code) in [
            (Fault::LoseResponse, 0),
            (Fault::Message("broken".to_owned()), 1),
            (Fault::Status(502, "<html>".to_owned()), 0),
        ] {
            let env = TestEnv::bare();
            file(&env, start);
            env.tasks(&["apply", "--yes"]).succeeds();
            file(&env, goal);
            let is_lost = matches!(fault, Fault::LoseResponse);
            env.sandbox()
                .fail_next(&format!("{operation}AdvancedTaskDefinition"), fault.clone());
            let output = env.tasks(&["apply", "--yes", "--request-timeout", "5"]);
            if is_lost || code != 0 {
                assert_eq!(output.code, code, "{operation} {fault:?}\n{output}");
            } else {
                assert_ne!(output.code, 0, "{operation} {fault:?}\n{output}");
            }
            env.tasks(&["apply", "--yes"]).succeeds();
            assert_eq!(
                diff(&env, &[]),
                ["unchanged C", "unchanged U"],
                "{operation} {fault:?}"
            );
        }
    }
}

#[test]
fn a_failure_stops_the_rest_only_with_fail_fast() {
    for (flag, left) in [(None, 1), (Some("--fail-fast"), 2)] {
        let env = TestEnv::bare();
        file(
            &env,
            "tasks:\n  - {name: A, command: a, service: cli}\n  - {name: B, command: a, service: cli}\n",
        );
        env.sandbox()
            .refuse_next("addAdvancedTaskDefinition", "broken");
        let line: Vec<&str> = ["apply", "--yes", "-o", "json"]
            .into_iter()
            .chain(flag)
            .collect();
        let output = env.tasks(&line).ends_with(1);
        assert_eq!(output.json()[0]["result"], "failed");
        let open = diff(&env, &[])
            .iter()
            .filter(|s| s.starts_with("create"))
            .count();
        assert_eq!(open, left);
    }
}

/// Another user changes the task at its second read, right before the write.
#[test]
fn a_concurrent_change_is_not_overwritten() {
    let env = TestEnv::bare();
    file(&env, TWO);
    env.tasks(&["apply", "--yes"]).succeeds();
    file(&env, &TWO.replace("command: a", "command: aa"));
    let before = mutations(&env);
    let (other, mut looks) = (env.clone(), 0);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        looks += usize::from(request.body.contains("projectByName"));
        if looks == 2 {
            other.sql("UPDATE definition SET permission = 'GUEST' WHERE name = 'A';");
        }
        proxy::Fault::None
    });
    let command = env.command(&["apply", "--yes"]);
    let output = env
        .run(command.env("TASKS_API", proxy.url("/graphql")))
        .ends_with(1);
    assert!(
        output
            .stderr
            .contains("was changed in the meantime: permission"),
        "{output}"
    );
    assert_eq!(mutations(&env), before);
}
