//! Several targets: selection, all or none, each once, and one exit code.

mod failures;
mod places;
mod together;

pub(crate) use places::shops;

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::{Value, json};

use crate::invoke::FIELDS;
use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::wait::{advance, narrow, start_held, until_asked};

/// The flags for all three environments of the demo.
const ALL: [&str; 3] = ["-p", "lagoon-demo", "--all-environments"];

fn invoke(env: &TestEnv, args: &[&str]) -> Output {
    env.tasks(&[&["invoke"], args].concat())
}

/// Number of sent mutations that start a run.
pub(crate) fn started(env: &TestEnv) -> usize {
    env.sent(&["addTask", "invokeRegisteredTask"])
}

/// Names of the environments, in the order of the answer.
fn names(answer: &Value) -> Vec<&str> {
    let all = answer.as_array().unwrap().iter();
    all.map(|run| run["environment"]["name"].as_str().unwrap())
        .collect()
}

#[test]
fn results_follow_the_command_line_without_duplicates() {
    let env = TestEnv::new();
    let line = [
        "Say hello",
        "-e",
        "pr-*",
        "-e",
        "main",
        "-e",
        "MAIN",
        "-e",
        "p*",
    ];
    let output = invoke(
        &env,
        &[&line[..], &["-p", "lagoon-demo", "--yes", "-o", "json"]].concat(),
    );
    let answer = output.succeeds().json();
    assert_eq!(names(&answer), ["pr-12", "main"]);
    assert_eq!(
        answer[0].as_object().unwrap().keys().collect::<Vec<_>>(),
        FIELDS
    );
    assert_eq!(started(&env), 2);
}

#[test]
fn the_output_shape_depends_on_the_flags_not_the_count() {
    let env = TestEnv::new();
    let of = |args: &[&str]| {
        invoke(
            &env,
            &[&["Say hello", "--yes", "-o", "json"], args].concat(),
        )
    };
    for several in [
        vec!["-p", "lagoon-demo", "-e", "ma*"],
        vec!["-p", "lagoon-demo", "--type", "production"],
        vec!["-A", "-e", "main"],
        vec!["--group", "lagoon-demo-group", "-e", "main"],
        vec!["-e", "lagoon-*:main"],
        vec!["-p", "lagoon-d?mo", "-e", "main"],
        vec!["-p", "lagoon-demo", "-e", "main", "-e", "main"],
    ] {
        let answer = of(&several).succeeds().json();
        assert_eq!(names(&answer), ["main"], "{several:?}");
    }
    for one in [
        vec!["-p", "lagoon-demo", "-e", "main"],
        vec!["-e", "lagoon-demo:main"],
    ] {
        assert!(of(&one).succeeds().json().is_object(), "{one:?}");
    }
}

#[test]
fn every_format_has_one_line_per_run() {
    let env = TestEnv::new();
    for format in ["table", "tsv", "id", "name", "jsonl"] {
        let line = [
            &["Say hello", "--yes", "--concurrency", "1", "-o", format],
            &ALL[..],
        ]
        .concat();
        let output = invoke(&env, &line).succeeds();
        assert_snapshot!(format!("bulk-{format}"), narrow(&output.snapshot()));
    }
}

#[test]
fn a_bulk_start_takes_one_request_plus_one_per_run() {
    let env = TestEnv::new();
    let line = [&["invoke", "Say hello", "--yes"], &ALL[..]].concat();
    let (output, requests) = env.tasks_and_requests(&line);
    output.succeeds();
    let asked: Vec<String> = requests.iter().map(|r| r.operations.join(" ")).collect();
    let starts = "invokeRegisteredTask";
    assert_eq!(asked, ["projectByName", starts, starts, starts]);
}

#[test]
fn several_targets_are_confirmed_once() {
    let env = TestEnv::new();
    let line = [&["Clear caches"], &ALL[..]].concat();
    let output = invoke(&env, &line);
    assert_snapshot!(output.error(2), @"
    127.0.0.1 · `Clear caches` on 3 environments:
      lagoon-demo/develop
      lagoon-demo/main (production)
      lagoon-demo/pr-12
    error: confirmation required: Clear caches: Pages are slow until the caches are warm again. Clear them?
      Start it on 3 environments, 1 of them production?
    hint: pass --yes to confirm
    ");
    assert_eq!(
        (output.code, output.stdout.as_str(), started(&env)),
        (2, "", 0)
    );
    invoke(&env, &[&line[..], &["--yes"]].concat()).succeeds();
    assert_eq!(started(&env), 3);
}

#[test]
fn a_dry_run_lists_all_targets_and_sends_no_mutation() {
    let env = TestEnv::new();
    let line = [
        "Try arguments",
        "-a",
        "TEXT=x",
        "-a",
        "FROM=main",
        "--dry-run",
    ];
    let plan = |format| invoke(&env, &[&line[..], &["-o", format], &ALL[..]].concat()).snapshot();
    assert_snapshot!(plan("tsv"), @r#"
    exit code: 0
    ---- stdout
    2	Try arguments	lagoon-demo	develop	 FROM="main" TEXT="x" TIMES="3"; i=0\nwhile [ "$i" -lt "$TIMES" ]; do\n  i=$((i + 1))\n  printf '%s: %s (from %s to %s)\\n' "$i" "$TEXT" "$FROM" "${TO:-nowhere}"\ndone
    2	Try arguments	lagoon-demo	main	 FROM="main" TEXT="x" TIMES="3"; i=0\nwhile [ "$i" -lt "$TIMES" ]; do\n  i=$((i + 1))\n  printf '%s: %s (from %s to %s)\\n' "$i" "$TEXT" "$FROM" "${TO:-nowhere}"\ndone
    2	Try arguments	lagoon-demo	pr-12	 FROM="main" TEXT="x" TIMES="3"; i=0\nwhile [ "$i" -lt "$TIMES" ]; do\n  i=$((i + 1))\n  printf '%s: %s (from %s to %s)\\n' "$i" "$TEXT" "$FROM" "${TO:-nowhere}"\ndone
    ---- stderr: empty
    "#);
    assert_snapshot!("bulk-dry-run-json", plan("json"));
    let line = ["exec", "-s", "cli", "--dry-run", "-o", "json"];
    let output = env.tasks(&[&line[..], &ALL[..], &["--", "true"]].concat());
    let plans = output.succeeds().json();
    assert_eq!(
        (plans.as_array().unwrap().len(), &plans[0]["dryRun"]),
        (3, &json!(true))
    );
    assert_eq!(started(&env), 0);
}

#[test]
fn each_environment_uses_its_own_task_of_the_name() {
    let env = TestEnv::new();
    for (environment, command) in [("main", "echo one"), ("develop", "echo two")] {
        let line = ["define", "Own", "-p", "lagoon-demo", "-e", environment];
        env.tasks(&[&line[..], &["-s", "cli", "--command", command]].concat())
            .succeeds();
    }
    let line = [
        "Own",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "-e",
        "develop",
        "--yes",
        "-o",
        "json",
    ];
    let output = invoke(&env, &line).succeeds();
    assert!(
        output.stderr.contains("2 different tasks have that name"),
        "{output}"
    );
    let commands: Vec<Value> = output
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|run| {
            let (_, answer) = env.graphql(
                "query($i:Int){taskById(id:$i){command}}",
                json!({"i": run["id"]}),
            );
            answer["data"]["taskById"]["command"].clone()
        })
        .collect();
    assert_eq!(commands, ["echo one", "echo two"]);
}

#[test]
fn values_are_checked_against_each_environment() {
    let env = TestEnv::new();
    let line = [
        "Try arguments",
        "-a",
        "TEXT=x",
        "-a",
        "FROM=main",
        "-a",
        "TO=main",
        "--yes",
    ];
    let output = invoke(&env, &[&line[..], &ALL[..]].concat());
    assert_snapshot!(output.error(2), @"
    error: nothing was started: 1 of 3 targets cannot be started
      lagoon-demo/main (production): invalid value `main` for `TO`: it must be one of develop, pr-12
    hint: arguments of `Try arguments`: FROM:environment, TEXT:string, TIMES:numeric (optional), TO:other-environment (optional)
    ");
    assert_eq!(started(&env), 0);
}

#[test]
fn waiting_for_several_runs_has_one_exit_code() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let line = [
        &[
            "invoke",
            "Say hello",
            "--yes",
            "--wait",
            "--concurrency",
            "1",
            "-o",
            "json",
        ],
        &ALL[..],
    ]
    .concat();
    let running = until_asked(&env, &line, "taskChanged");
    for (id, end) in [
        (1, Status::Complete),
        (2, Status::Cancelled),
        (3, Status::Failed),
    ] {
        env.sandbox().set_run(id, end, Some("why\n")).unwrap();
    }
    let output = running.finish().ends_with(3);
    let outcomes: Vec<Value> = output
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["completed", "cancelled", "failed"]);
    assert!(
        output.stderr.contains("2 of 3 runs did not complete"),
        "{output}"
    );
}

#[test]
fn printed_runs_are_accepted_as_input_and_the_last_is_kept() {
    let env = TestEnv::new();
    let here = [&ALL[..], &["--yes", "--concurrency", "1"]].concat();
    for format in ["json", "jsonl", "tsv", "id"] {
        let line = [&["Fail on purpose", "-o", format], &here[..]].concat();
        env.sandbox().fail_next(
            "invokeRegisteredTask",
            lagoon_sandbox::Fault::Message("no".to_owned()),
        );
        let printed = invoke(&env, &line).ends_with(1).stdout;
        for (command, code) in [("wait", 0), ("status", 0), ("rerun", 0)] {
            let line = [command, "-", "-o", "json", "--yes"];
            let output = env.run(env.command(&line).stdin(&printed)).ends_with(code);
            assert_eq!(
                output.json().as_array().unwrap().len(),
                2,
                "{format}\n{output}"
            );
        }
    }
    let line = [&["Say hello", "-o", "id"], &here[..]].concat();
    let ids = invoke(&env, &line).succeeds().stdout;
    let last = env
        .tasks(&["status", "--last", "-o", "id"])
        .succeeds()
        .stdout;
    assert_eq!(ids.lines().last(), last.lines().next());
}

#[test]
fn an_unfinished_run_affects_only_its_environment() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let one = ["Say hello", "-p", "lagoon-demo", "-e", "main", "-o", "id"];
    let first = invoke(&env, &one).succeeds().stdout;
    let all = |what: &str| {
        let line = ["Say hello", "--yes", "-o", "json", "--if-running", what];
        invoke(&env, &[&line[..], &ALL[..]].concat())
    };
    let failed = all("fail");
    assert_snapshot!(failed.error(1), @r#"{"error":{"kind":"failed","message":"nothing was started: 1 of 3 targets cannot be started\n  lagoon-demo/main (production): a run of this task is already in progress on this environment (running)","hints":["to allow this, pass --if-running start, skip or wait"],"exitCode":1,"runs":[]}}"#);
    assert_eq!(started(&env), 1);
    let skipped = all("skip").succeeds();
    assert!(skipped.stderr.contains("nothing was started"), "{skipped}");
    assert_eq!(skipped.json()[1]["id"].to_string(), first.trim());
    assert_eq!(started(&env), 3);
}

#[test]
fn an_old_unfinished_run_is_found_too() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let one = ["Say hello", "-p", "lagoon-demo", "-e", "main", "-o", "id"];
    let first = invoke(&env, &one).succeeds().stdout;
    env.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
         INSERT INTO task (name, task_name, environment, service, command, kind, status, created,
             admin_only_view)
         SELECT 'Other', 'lagoon-task-' || printf('%06d', i), 101, 'cli', 'c', 'COMMAND', 'complete',
             '2026-01-01 00:00:00', i = 40 FROM n;",
    );
    let skip = ["--if-running", "skip"];
    let single = invoke(&env, &[&one[..], &skip].concat()).succeeds();
    assert_eq!((&single.stdout, started(&env)), (&first, 1), "{single}");
    let line = ["Say hello", "--yes", "-o", "json"];
    let several = invoke(&env, &[&line[..], &ALL, &skip].concat()).succeeds();
    assert_eq!(several.json()[1]["id"].to_string(), first.trim());
    assert_eq!(started(&env), 3);
}

#[test]
fn if_running_wait_waits_per_environment() {
    let env = TestEnv::new();
    let first = start_held(&env, Status::Complete);
    env.script("Say hello", &[Step::Status(Status::Complete)]);
    let line = [
        "invoke",
        "Say hello",
        "--yes",
        "--wait",
        "-o",
        "json",
        "--if-running",
        "wait",
    ];
    let running = until_asked(&env, &[&line[..], &ALL].concat(), "taskById");
    advance(&env, &first);
    let output = running.finish().succeeds();
    let answer = output.json();
    let runs = answer.as_array().unwrap();
    assert!(
        runs.iter().all(|run| run["outcome"] == "completed"),
        "{output}"
    );
    assert!(
        runs.iter()
            .all(|run| run["id"].as_i64() != first.parse().ok()),
        "{output}"
    );
    assert_eq!((runs.len(), started(&env)), (3, 4));
}

#[test]
fn exec_runs_on_each_environment() {
    let env = TestEnv::new();
    let line = [
        &["exec", "-s", "cli", "--yes", "-o", "json"],
        &ALL[..],
        &["--", "echo", "it's"],
    ]
    .concat();
    let (output, requests) = env.tasks_and_requests(&line);
    assert_eq!(
        names(&output.succeeds().json()),
        ["develop", "main", "pr-12"]
    );
    assert_eq!(requests.len(), 4);
    let line = [&["exec", "-s", "cli"], &ALL[..], &["--", "true"]].concat();
    let output = env.tasks(&line);
    assert_snapshot!(output.error(2), @"
    127.0.0.1 · `exec true` on 3 environments:
      lagoon-demo/develop
      lagoon-demo/main (production)
      lagoon-demo/pr-12
    command: true
    error: confirmation required: Start it on 3 environments, 1 of them production?
    hint: pass --yes to confirm
    ");
    assert_eq!(started(&env), 3);
}
