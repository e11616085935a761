//! Error messages as a new user meets them: what happened, and what to do next. The situations are in
//! one file, so that a reviewer can read all messages together.

use insta::assert_snapshot;
use lagoon_sandbox::Fault;

use crate::support::env::TestEnv;
use crate::support::home::Home;
use crate::support::output::Output;

/// The command line, the exit code and stderr. An error that is not on stdout leaves that empty.
fn shown(args: &[&str], output: &Output) -> String {
    assert_eq!(output.stdout, "", "{args:?} printed a result");
    let output = output
        .snapshot()
        .replace("---- stdout: empty\n---- stderr\n", "");
    format!("$ tasks {}\n{output}", args.join(" "))
}

fn on_sandbox(env: &TestEnv, args: &[&str]) -> String {
    shown(args, &env.tasks(args))
}

fn alone(home: &Home, args: &[&str]) -> String {
    shown(args, &home.tasks(args))
}

#[test]
fn mistyped_commands_and_flags() {
    let home = Home::new();
    assert_snapshot!(alone(&home, &["lst"]), @"");
    assert_snapshot!(alone(&home, &["list", "--enviroment", "main"]), @"");
    assert_snapshot!(alone(&home, &["list", "-o", "jsn"]), @"");
    assert_snapshot!(alone(&home, &["list", "-e", ""]), @"");
    assert_snapshot!(alone(&home, &["-e", "main", "list", "-e", "develop"]), @"");
    assert_snapshot!(alone(&home, &["invoke", "Reindex", "--timeout", "5m"]), @"");
}

#[test]
fn missing_arguments_without_a_terminal() {
    let env = TestEnv::new();
    assert_snapshot!(on_sandbox(&env, &["list"]), @"");
    assert_snapshot!(on_sandbox(&env, &["invoke", "-p", "lagoon-demo", "-e", "main"]), @"");
    assert_snapshot!(on_sandbox(&env, &["invoke", "Run yarn audit", "-p", "lagoon-demo"]), @"");
    assert_snapshot!(on_sandbox(&env, &["logs"]), @"");
    assert_snapshot!(on_sandbox(&env, &["delete", "Run yarn audit", "-p", "lagoon-demo", "-e", "main"]), @"");
    assert_snapshot!(on_sandbox(&env, &["exec", "-p", "lagoon-demo", "-e", "main", "-s", "cli"]), @"");
}

#[test]
fn names_that_do_not_exist() {
    let env = TestEnv::new();
    assert_snapshot!(on_sandbox(&env, &["list", "-p", "lagoon-dmo", "-e", "main"]), @"");
    assert_snapshot!(on_sandbox(&env, &["list", "-p", "lagoon-demo", "-e", "mian"]), @"");
    assert_snapshot!(on_sandbox(&env, &["show", "Run yarn adit", "-p", "lagoon-demo", "-e", "main"]), @"");
    assert_snapshot!(on_sandbox(&env, &["status", "4711"]), @"");
    assert_snapshot!(on_sandbox(&env, &["list", "-l", "nowhere"]), @"");
    assert_snapshot!(
        on_sandbox(&env, &["exec", "-p", "lagoon-demo", "-e", "main", "-s", "clj", "--yes", "--", "ls"]),
        @""
    );
}

#[test]
fn values_of_arguments() {
    let env = TestEnv::new();
    let main = ["-p", "lagoon-demo", "-e", "main", "--yes"];
    let invoke = |args: &[&str]| on_sandbox(&env, &[&["invoke"], args, &main].concat());
    env.tasks(&[
        "define",
        "Reindex",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "--service",
        "cli",
        "--command",
        "reindex",
        "--arg",
        "INDEX",
        "--arg",
        "LIMIT?:NUMERIC",
    ])
    .succeeds();
    assert_snapshot!(invoke(&["Reindex"]), @"");
    assert_snapshot!(invoke(&["Reindex", "-a", "INDX=products"]), @"");
    assert_snapshot!(invoke(&["Reindex", "-a", "INDEX=products", "-a", "LIMIT=ten"]), @"");
    assert_snapshot!(invoke(&["Reindex", "-a", "INDEX"]), @"");
}

#[test]
fn refusals() {
    let env = TestEnv::new();
    let guest = env.as_role("guest");
    let main = ["-p", "lagoon-demo", "-e", "main"];
    let invoke = [&["invoke", "Run yarn audit"], &main[..]].concat();
    let define = [
        &[
            "define",
            "Hello",
            "--service",
            "cli",
            "--command",
            "echo hello",
        ],
        &main[..],
    ]
    .concat();
    assert_snapshot!(on_sandbox(&guest, &define), @"");
    env.sandbox().fail_next(
        "invokeRegisteredTask",
        Fault::Message("the task is disabled".to_owned()),
    );
    assert_snapshot!(on_sandbox(&env, &[&invoke[..], &["--yes"]].concat()), @"");
    env.sandbox()
        .fail_next("invokeRegisteredTask", Fault::LoseResponse);
    env.sandbox()
        .fail_next("invokeRegisteredTask", Fault::LoseResponse);
    assert_snapshot!(on_sandbox(&env, &["cancel", "1", "--yes"]), @"");
}

#[test]
fn servers_and_tokens() {
    let env = TestEnv::new();
    let list = ["list", "-p", "lagoon-demo", "-e", "main"];
    let with = |name: &str, value: &str| {
        let output = env.run(env.command(&list).env(name, value));
        format!("$ export {name}={value}\n{}", shown(&list, &output))
    };
    assert_snapshot!(with("TASKS_API", "http://127.0.0.1:9/graphql"), @"");
    assert_snapshot!(with("TASKS_API", "https://lagoon.invalid/graphql"), @"");
    assert_snapshot!(with("TASKS_API", "lagoon"), @"");
    assert_snapshot!(with("TASKS_TOKEN", "expired"), @"");
    let home = Home::new();
    assert_snapshot!(alone(&home, &list), @"");
    assert_snapshot!(alone(&home, &["login", "-l", "nowhere"]), @"");
}

#[test]
fn several_targets() {
    let env = TestEnv::new();
    let targets = |args: &[&str]| {
        let all = [&["invoke", "Run yarn audit", "-p", "lagoon-demo"], args].concat();
        on_sandbox(&env, &all)
    };
    assert_snapshot!(targets(&["-e", "main", "-e", "mian", "--yes"]), @"");
    assert_snapshot!(targets(&["-e", "main", "-e", "develop"]), @"");
    assert_snapshot!(targets(&["-e", "nothing-*", "--yes"]), @"");
}

#[test]
fn files_of_tasks_and_runs() {
    let env = TestEnv::new();
    assert_snapshot!(on_sandbox(&env, &["lint"]), @"");
    env.home.write(
        "work/tasks.yml",
        "tasks:\n  - name: Reindex\n    comand: reindex\n",
    );
    assert_snapshot!(on_sandbox(&env, &["diff", "-f", "tasks.yml", "-p", "lagoon-demo"]), @"");
    env.home.write("work/broken.yml", "tasks: [\n");
    assert_snapshot!(on_sandbox(&env, &["lint", "-f", "broken.yml"]), @"");
    assert_snapshot!(on_sandbox(&env, &["files", "put", "1", "nothing.txt"]), @"");
}
