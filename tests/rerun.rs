//! `rerun`: the same task with the same values, or a question.

use insta::assert_snapshot;
use lagoon_sandbox::Fault as LagoonFault;
use serde_json::{Value, json};

use crate::support::env::{MAIN, TestEnv};
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy};
use crate::support::pty::{DOWN, ENTER};

fn started(env: &TestEnv) -> usize {
    env.sent(&["addTask", "invokeRegisteredTask"])
}

fn recorded(env: &TestEnv, id: &Value) -> (String, String) {
    let query = "query($i:Int){taskById(id:$i){command environment{name}}}";
    let (_, answer) = env.graphql(query, json!({"i": id}));
    let run = &answer["data"]["taskById"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&run["command"]), text(&run["environment"]["name"]))
}

/// Starts `Try arguments` with values that are hard to keep.
fn first(env: &TestEnv) -> Value {
    let values = ["-a", "TEXT=a \"b\" $c `d` \\e\nit's", "-a", "FROM=develop"];
    let line = [
        &["invoke", "Try arguments"],
        &values[..],
        &MAIN,
        &["-o", "json"],
    ]
    .concat();
    env.tasks(&line).succeeds().json()
}

fn rerun(env: &TestEnv, run: &Value, more: &[&str]) -> Output {
    let run = run.to_string();
    env.tasks(&[&["rerun", run.trim_matches('"'), "-o", "json"], more].concat())
}

#[test]
fn a_rerun_uses_the_same_task_and_values() {
    let env = TestEnv::new();
    let before = first(&env);
    let again = rerun(&env, &before["id"], &[]).succeeds().json();
    assert_ne!(again["id"], before["id"]);
    assert_eq!(again["name"], "Try arguments");
    assert_eq!(recorded(&env, &again["id"]), recorded(&env, &before["id"]));
    let by_name = rerun(&env, &before["taskName"], &["--wait"])
        .succeeds()
        .json();
    assert_eq!(by_name["outcome"], "completed");
    assert_eq!(
        recorded(&env, &by_name["id"]),
        recorded(&env, &before["id"])
    );
}

#[test]
fn a_rerun_can_change_values_and_environment() {
    let env = TestEnv::new();
    let before = first(&env);
    let again = rerun(&env, &before["id"], &["-e", "pr-12", "-a", "TEXT=new"]).succeeds();
    assert_eq!(
        recorded(&env, &again.json()["id"]),
        (
            recorded(&env, &before["id"]).0.replace(
                " TEXT=\"a \\\"b\\\" \\$c \\`d\\` \\\\e\nit's\"",
                " TEXT=\"new\""
            ),
            "pr-12".to_owned()
        )
    );
    let output = rerun(&env, &before["id"], &["-p", "other"]);
    assert_eq!((output.code, started(&env)), (2, 2), "{output}");
    // A variable is about other commands.
    let line = ["rerun", &before["id"].to_string(), "-o", "json"];
    let command = env.command(&line).env("TASKS_ENVIRONMENT", "develop");
    let run = env.run(command).succeeds().json();
    assert_eq!(recorded(&env, &run["id"]).1, "main");
}

#[test]
fn values_keep_their_order_and_no_default_is_added() {
    let env = TestEnv::new();
    let start = "mutation($a:[AdvancedTaskDefinitionArgumentValueInput]){
        invokeRegisteredTask(advancedTaskDefinition:$id,environment:101,argumentValues:$a){id command}}";
    let list = env
        .tasks(&[&["list", "-o", "json"], &MAIN[..]].concat())
        .json();
    let tasks = list.as_array().unwrap();
    let task = tasks.iter().find(|t| t["name"] == "Try arguments").unwrap();
    let start = start.replace("$id", &task["id"].to_string());
    let value = |name: &str, value: &str| json!({"advancedTaskDefinitionArgumentName": name, "value": value});
    let values = json!({"a": [value("FROM", "main"), value("TEXT", "x")]});
    let (_, answer) = env.graphql(&start, values);
    let before = answer["data"]["invokeRegisteredTask"].clone();
    let again = rerun(&env, &before["id"], &[]).succeeds().json();
    assert_eq!(json!(recorded(&env, &again["id"]).0), before["command"]);
    // Unescaped values of another client: a shell interprets them.
    let (_, answer) = env.graphql(
        &start,
        json!({"a": [value("FROM", "main"), value("TEXT", "$HOME")]}),
    );
    let before = &answer["data"]["invokeRegisteredTask"]["id"];
    let output = rerun(&env, before, &[]);
    assert_snapshot!("rerun-raw", output.snapshot());
    assert_eq!((output.code, started(&env)), (2, 3));
}

#[test]
fn a_changed_task_is_shown_and_requires_confirmation() {
    let env = TestEnv::bare();
    let define = |command: &str| {
        let line = ["define", "x", "-s", "cli", "--command", command, "-o", "id"];
        env.tasks(&[&line[..], &MAIN].concat()).succeeds().stdout
    };
    let id = define("echo one");
    let run = env.tasks(&[&["invoke", "x", "-o", "json"], &MAIN[..]].concat());
    let run = run.succeeds().json()["id"].clone();
    let delete = "mutation($i:Int!){deleteAdvancedTaskDefinition(advancedTaskDefinition:$i)}";
    env.graphql(delete, json!({"i": id.trim().parse::<i64>().unwrap()}));
    define("echo two");
    let output = rerun(&env, &run, &[]);
    assert_snapshot!(output.error(2), @r#"
    run 1 executed:
      echo one
      `x` is now:
      echo two
    {"error":{"kind":"usage","message":"run 1 cannot be rerun as it was: `x` has changed, or its values could not be determined","hints":["to run the current task: tasks invoke x -p lagoon-demo -e main"],"exitCode":2,"runs":[]}}
    "#);
    assert_eq!(started(&env), 1);
    // At a terminal, the user decides.
    for (keys, command) in [("", "echo two"), (DOWN, "echo one")] {
        let mut terminal = env.terminal(&["rerun", &run.to_string(), "--yes", "-o", "id"]);
        terminal.wait_for("❯ current task");
        terminal.send(keys);
        if !keys.is_empty() {
            terminal.wait_for("❯ recorded command");
        }
        terminal.send(ENTER);
        assert_eq!(terminal.finish(), 0);
        let (_, answer) = env.graphql(
            "{environmentById(id:101){tasks(limit:1){command}}}",
            json!({}),
        );
        assert_eq!(
            answer["data"]["environmentById"]["tasks"][0]["command"],
            command
        );
    }
}

#[test]
fn a_one_off_command_is_rerun_unchanged() {
    let env = TestEnv::new();
    let line = [
        "exec",
        "-s",
        "cli",
        "-o",
        "json",
        "-e",
        "develop",
        "-p",
        "lagoon-demo",
    ];
    let run = env.tasks(&[&line[..], &["--", "echo", "it's"]].concat());
    let run = run.succeeds().json();
    let again = rerun(&env, &run["id"], &[]).succeeds();
    assert!(again.stderr.contains("as a one-off command"), "{again}");
    assert_eq!(
        recorded(&env, &again.json()["id"]),
        recorded(&env, &run["id"])
    );
    assert_eq!(again.json()["name"], "exec echo");
    assert_eq!(rerun(&env, &run["id"], &["-a", "X=1"]).code, 2);
    let production = rerun(&env, &run["id"], &["-e", "main"]);
    assert!(
        production.stderr.contains("confirmation required"),
        "{production}"
    );
    assert_eq!((production.code, started(&env)), (2, 2));
    rerun(&env, &run["id"], &["-e", "main", "--yes"]).succeeds();
}

#[test]
fn a_confirmation_text_requires_confirmation_again() {
    let env = TestEnv::new();
    let run = env.tasks(
        &[
            &["invoke", "Clear caches", "--yes", "-o", "json"],
            &MAIN[..],
        ]
        .concat(),
    );
    let run = run.succeeds().json()["id"].clone();
    assert_eq!((rerun(&env, &run, &[]).code, started(&env)), (2, 1));
    rerun(&env, &run, &["--yes"]).succeeds();
}

#[test]
fn the_values_of_an_image_must_be_given_again() {
    let owner = TestEnv::bare().as_role("platform-owner");
    let define = [
        "define",
        "img",
        "--image",
        "acme/job:1",
        "--arg",
        "A",
        "--arg",
        "B?",
    ];
    owner.tasks(&[&define[..], &MAIN].concat()).succeeds();
    let env = owner.as_role("maintainer");
    let run = env.tasks(&[&["invoke", "img", "-a", "A=1", "-o", "json"], &MAIN[..]].concat());
    let run = run.succeeds().json()["id"].clone();
    let output = rerun(&env, &run, &["-a", "A=2"]);
    assert_snapshot!(output.error(2), @r#"
    Lagoon does not store the values of image tasks; pass them again for `img`
    {"error":{"kind":"usage","message":"Lagoon does not store the values of run 1 of `img`; missing: `B`","hints":["pass each value with -a NAME=VALUE"],"exitCode":2,"runs":[]}}
    "#);
    assert_eq!(started(&env), 1);
    rerun(&env, &run, &["-a", "A=2", "-a", "B=x"]).succeeds();
    let variables = env.requests().last().unwrap().body.clone();
    assert!(variables.contains("\"value\":\"2\""), "{variables}");
}

#[test]
fn the_image_of_a_deleted_task_is_not_run_as_a_command() {
    let owner = TestEnv::bare().as_role("platform-owner");
    let define = ["define", "img", "--image", "acme/job:1", "-o", "id"];
    let id = owner
        .tasks(&[&define[..], &MAIN].concat())
        .succeeds()
        .stdout;
    let run = owner.tasks(&[&["invoke", "img", "-o", "json"], &MAIN[..]].concat());
    let run = run.succeeds().json()["id"].clone();
    let delete = "mutation($i:Int!){deleteAdvancedTaskDefinition(advancedTaskDefinition:$i)}";
    owner.graphql(delete, json!({"i": id.trim().parse::<i64>().unwrap()}));
    let output = rerun(&owner, &run, &["--yes"]);
    assert_snapshot!(output.error(5), @r#"{"error":{"kind":"not-found","message":"run 1 seems to have used the image acme/job:1, but lagoon-demo/main (production) has no task `img`","hints":[],"exitCode":5,"runs":[]}}"#);
    assert_eq!((output.code, started(&owner)), (5, 1));
}

#[test]
fn several_runs_are_checked_first_and_confirmed_once() {
    let env = TestEnv::new();
    let one = first(&env)["id"].to_string();
    let two = first(&env)["id"].to_string();
    let output = env.tasks(&["rerun", &one, &two]);
    assert_snapshot!(output.error(2), @"
    127.0.0.1 · `Try arguments`, 2 runs:
      lagoon-demo/main (production)
      lagoon-demo/main (production)
    error: confirmation required: Start these 2 runs, all of them production?
    hint: pass --yes to confirm
    ");
    assert_eq!(started(&env), 2);
    let output = env.tasks(&["rerun", &one, "99", "--yes"]);
    assert_eq!((output.code, started(&env)), (5, 2), "{output}");
    let output = env.tasks(&["rerun", &one, &two, "--yes", "-o", "id"]);
    assert_eq!(output.succeeds().stdout, "3\n4\n");
    let line = ["rerun", "-", "--yes", "--wait", "-o", "json"];
    let output = env.run(env.command(&line).stdin(format!("{one}\n{two}\n")));
    let runs = output.succeeds().json();
    assert_eq!(
        (&runs[0]["outcome"], &runs[1]["id"]),
        (&json!("completed"), &json!(6))
    );
    let last = env.tasks(&["rerun", "--last", "-o", "json"]).succeeds();
    assert_eq!(last.json()["id"], 7);
}

#[test]
fn started_runs_are_reported_if_the_next_start_fails() {
    let env = TestEnv::new();
    let one = first(&env)["id"].to_string();
    let say = [&["invoke", "Say hello", "-o", "id"], &MAIN[..]].concat();
    let two = env.tasks(&say).succeeds().stdout;
    // Of two, the second is refused.
    let proxy = Proxy::new(
        env.address(),
        [
            vec![Fault::None; 7],
            vec![Fault::answered("502 Bad Gateway", "text/html", "<html>")],
            vec![Fault::None; 2],
        ]
        .concat(),
    );
    let command = env.command(&["rerun", &one, two.trim(), "--yes", "-o", "id"]);
    let output = env.run(command.env("TASKS_API", proxy.url("/graphql")));
    assert_eq!(
        (output.code, output.stdout.as_str()),
        (7, "3\n"),
        "{output}"
    );
}

#[test]
fn invalid_runs_are_usage_errors_or_not_found() {
    let env = TestEnv::new();
    for (run, code) in [
        ("x", 2),
        ("0", 2),
        ("lagoon-task-", 2),
        ("99", 5),
        ("lagoon-task-zzz", 5),
    ] {
        let output = env.tasks(&["rerun", run]);
        assert_eq!((output.code, started(&env)), (code, 0), "{output}");
    }
}

#[test]
fn before_2_18_the_user_of_a_run_is_unknown() {
    let env = TestEnv::new();
    let before = first(&env);
    let unknown =
        r#"{"errors":[{"message":"Cannot query field \"sourceUser\" on type \"Task\"."}]}"#;
    let refused = Fault::answered("400 Bad Request", "application/json", unknown);
    let faults = [Fault::None, refused.clone(), refused];
    let proxy = Proxy::new(env.address(), faults);
    let command = env.command(&["rerun", &before["id"].to_string()]);
    env.run(command.env("TASKS_API", proxy.url("/graphql")))
        .succeeds();
}

#[test]
fn a_lost_reply_is_looked_up_and_the_start_not_repeated() {
    let env = TestEnv::new();
    let before = first(&env);
    env.sandbox()
        .fail_next("invokeRegisteredTask", LagoonFault::LoseResponse);
    let output = rerun(&env, &before["id"], &[]).succeeds();
    assert_eq!((&output.json()["id"], started(&env)), (&json!(2), 2));
}

#[test]
fn usage_errors_are_reported_before_any_request() {
    let env = TestEnv::new();
    for line in [
        vec!["rerun", "1", "--timeout", "5m"],
        vec!["rerun", "1", "2", "-a", "X=1"],
        vec!["rerun", "-", "--arg-file", "D=-"],
    ] {
        env.tasks(&line).ends_with(2);
    }
    assert_eq!(env.requests().len(), 0);
}

#[test]
fn rerun_failed_offers_failed_runs_only_and_takes_the_only_one() {
    let env = TestEnv::new();
    let develop = ["-p", "lagoon-demo", "-e", "develop"];
    let exec = |name: &str, command: &str| {
        let line = ["exec", "-s", "cli", "--name", name, "--wait"];
        env.tasks(&[&line[..], &develop, &["--", command]].concat())
    };
    exec("good", "true").succeeds();
    exec("bad", "true").succeeds();
    env.sql("UPDATE task SET status = 'failed' WHERE name = 'bad'");
    let line = [&["rerun", "--failed"], &develop[..]].concat();
    let mut terminal = env.terminal(&line);
    terminal.wait_for("[y/N]");
    terminal.send("y\r");
    assert_eq!(terminal.finish(), 0);
    let screen = terminal.screen();
    assert!(screen.contains("run 2 of `bad` (the only one)"), "{screen}");
    exec("worse", "true").succeeds();
    env.sql("UPDATE task SET status = 'failed' WHERE name = 'worse'");
    let mut terminal = env.terminal(&line);
    terminal.wait_for("bad");
    let screen = terminal.screen();
    assert!(screen.contains("worse"), "{screen}");
    assert!(!screen.contains("good"), "{screen}");
    // The command line names the environment.
    assert!(!screen.contains("develop"), "{screen}");
    terminal.send(ENTER);
    terminal.wait_for("[y/N]");
    terminal.send("y\r");
    assert_eq!(terminal.finish(), 0);
    let mut terminal = env.terminal(&["rerun", "--failed", "-p", "lagoon-demo", "-e", "pr-12"]);
    assert_eq!(terminal.finish(), 5);
    assert!(
        terminal
            .screen()
            .contains("no failed runs on lagoon-demo/pr-12")
    );
}
