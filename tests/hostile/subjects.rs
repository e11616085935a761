//! The commands whose answers are tampered with.

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::{Status, StoreError};
use serde_json::json;

use super::MAIN;
use crate::support::env::TestEnv;

/// A command whose answers are tampered with.
pub(super) struct Subject {
    pub(super) name: &'static str,
    /// The prerequisites of each command, and the command.
    pub(super) line: fn(&TestEnv, usize) -> Vec<String>,
}

fn words(line: &[&str], place: &[&str]) -> Vec<String> {
    let all = line.iter().chain(place);
    all.map(|word| (*word).to_owned()).collect()
}

/// Starts a run of a task on `main` without the program, whose every process takes time.
fn started(env: &TestEnv, task: i64) -> String {
    let invoke =
        "mutation($t:Int!){invokeRegisteredTask(advancedTaskDefinition:$t,environment:101){id}}";
    let (_, answer) = env.graphql(invoke, json!({"t": task}));
    answer["data"]["invokeRegisteredTask"]["id"].to_string()
}

fn held(env: &TestEnv) -> String {
    let steps = [
        Step::Status(Status::Running),
        Step::Hold,
        Step::Status(Status::Complete),
    ];
    env.script("Say hello", &steps);
    started(env, 8)
}

fn ended(env: &TestEnv) -> String {
    started(env, 1)
}

fn defined(env: &TestEnv, at: usize) -> String {
    let name = format!("Sweep {at}");
    let add = "mutation($i:AdvancedTaskDefinitionInput!){addAdvancedTaskDefinition(input:$i){__typename}}";
    let (_, answer) = env.graphql(
        add,
        json!({"i": {"name": name, "type": "COMMAND", "description": "", "command": "echo x",
            "service": "cli", "environment": 101, "permission": "DEVELOPER",
            "advancedTaskDefinitionArguments": [
                {"name": "A", "type": "NUMERIC", "displayName": "An a", "defaultValue": "1"}]}}),
    );
    assert_eq!(answer.get("errors"), None, "{answer}");
    name
}

/// The slowest first, so that none of them is left alone in the end.
pub(super) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "cancel",
        line: |env, _| words(&["cancel", &held(env), "--yes"], &[]),
    },
    Subject {
        name: "apply",
        line: |env, at| {
            let file = format!(
                "version: 1\nproject: lagoon-demo\ntasks:\n- {{name: Applied {at}, command: x, service: cli}}\n"
            );
            let file = env.home.write("work/tasks.yml", file);
            words(&["apply", "-f", file.to_str().unwrap(), "--yes"], &[])
        },
    },
    Subject {
        name: "logs",
        line: |env, _| words(&["logs", &ended(env)], &[]),
    },
    Subject {
        name: "follow",
        line: |env, _| words(&["logs", &ended(env), "-f"], &[]),
    },
    Subject {
        name: "latest",
        line: |env, _| {
            ended(env);
            words(&["logs", "--latest"], &MAIN)
        },
    },
    Subject {
        name: "invoke and wait",
        line: |_, _| words(&["invoke", "Run yarn audit", "--wait"], &MAIN),
    },
    Subject {
        name: "put",
        line: |env, at| {
            let file = env.home.write(&format!("work/{at}.txt"), "x");
            words(&["files", "put", &ended(env), file.to_str().unwrap()], &[])
        },
    },
    Subject {
        name: "diff",
        line: |env, _| {
            let file = "version: 1\nproject: lagoon-demo\ntasks:\n- {name: New, command: x, service: cli}\n";
            let file = env.home.write("work/tasks.yml", file);
            words(&["diff", "--exit-zero", "-f", file.to_str().unwrap()], &[])
        },
    },
    Subject {
        name: "wait active",
        line: |env, _| {
            ended(env);
            words(&["wait", "--active"], &MAIN)
        },
    },
    Subject {
        name: "update",
        line: |env, at| {
            let name = defined(env, at);
            words(
                &["update", &name, "--description", "other", "--arg", "B?"],
                &MAIN,
            )
        },
    },
    Subject {
        name: "list",
        line: |_, _| words(&["list"], &MAIN),
    },
    Subject {
        name: "list all",
        line: |_, _| words(&["list", "-p", "lagoon-demo"], &[]),
    },
    Subject {
        name: "show",
        line: |_, _| words(&["show", "Try arguments"], &MAIN),
    },
    Subject {
        name: "define",
        line: |_, at| {
            let name = format!("New {at}");
            words(
                &[
                    "define",
                    &name,
                    "-s",
                    "cli",
                    "--command",
                    "x",
                    "--arg",
                    "A:string",
                ],
                &MAIN,
            )
        },
    },
    Subject {
        name: "delete",
        line: |env, at| words(&["delete", &defined(env, at), "--yes"], &MAIN),
    },
    Subject {
        name: "invoke",
        line: |_, _| words(&["invoke", "Run yarn audit"], &MAIN),
    },
    Subject {
        name: "exec",
        line: |_, _| {
            let line = [&["exec", "-s", "cli", "--yes"], &MAIN[..], &["--", "true"]].concat();
            words(&line, &[])
        },
    },
    Subject {
        name: "rerun",
        line: |env, _| words(&["rerun", &ended(env), "--yes"], &[]),
    },
    Subject {
        name: "runs",
        line: |env, _| {
            ended(env);
            words(&["runs", "--mine"], &MAIN)
        },
    },
    Subject {
        name: "status",
        line: |env, _| words(&["status", &ended(env)], &[]),
    },
    Subject {
        name: "wait",
        line: |env, _| words(&["wait", &held(env), "--timeout", "300ms"], &[]),
    },
    Subject {
        name: "files",
        line: |env, _| {
            let id = ended(env);
            let sql = "INSERT INTO file (task, filename, body, created) \
                       VALUES (?1, 'a.txt', x'61', datetime('now'))";
            let store = env.sandbox().store();
            store
                .write(|tx| Ok::<_, StoreError>(tx.execute(sql, (&id,))?))
                .unwrap();
            words(&["files", "list", &id], &[])
        },
    },
    Subject {
        name: "export",
        line: |_, _| words(&["export", "-p", "lagoon-demo"], &[]),
    },
    Subject {
        name: "projects",
        line: |_, _| words(&["projects"], &[]),
    },
    Subject {
        name: "environments",
        line: |_, _| words(&["environments", "-p", "lagoon-demo"], &[]),
    },
    Subject {
        name: "whoami",
        line: |_, _| words(&["whoami"], &[]),
    },
    Subject {
        name: "doctor",
        line: |_, _| words(&["doctor"], &MAIN),
    },
    Subject {
        name: "invoke several",
        line: |_, _| {
            let line = ["invoke", "Run yarn audit", "--yes", "-p", "lagoon-demo"];
            words(&line, &["--all-environments", "--skip-missing"])
        },
    },
    Subject {
        name: "runs of several",
        line: |env, _| {
            ended(env);
            words(&["runs", "-A"], &[])
        },
    },
];
