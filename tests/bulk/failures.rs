//! Failures of one of several targets.

use insta::assert_snapshot;
use lagoon_sandbox::Fault;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::{Value, json};

use super::{ALL, invoke, started};
use crate::invoke::FIELDS;
use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::support::process::eventually;
use crate::wait::narrow;

/// Says hello on all three, one after the other: develop, main, pr-12.
fn hello(env: &TestEnv, args: &[&str]) -> Output {
    let line = ["Say hello", "--yes", "--concurrency", "1"];
    invoke(env, &[&line[..], args, &ALL[..]].concat())
}

/// The first mutations end so, one each.
fn fail(env: &TestEnv, faults: &[Fault]) {
    for fault in faults {
        env.sandbox()
            .fail_next("invokeRegisteredTask", fault.clone());
    }
}

/// Passed on and answered.
fn fine() -> Fault {
    Fault::Delay(std::time::Duration::ZERO)
}

fn refused() -> Fault {
    Fault::Message("Tasks have been disabled for this project".to_owned())
}

fn outcomes(output: &Output) -> Vec<Value> {
    let answer = output.json();
    answer
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["outcome"].clone())
        .collect()
}

#[test]
fn no_run_starts_unless_all_targets_can_start() {
    let env = TestEnv::new();
    let line = [&["Check disk space", "--yes"], &ALL[..]].concat();
    let output = invoke(&env, &line);
    assert_snapshot!(output.error(5), @"
    error: nothing was started: 2 of 3 targets cannot be started
      lagoon-demo/develop, lagoon-demo/pr-12: task `Check disk space` not found
    hint: to list tasks: tasks list
    hint: tasks hidden by another task of the same name are not listed
    hint: pass --skip-missing to skip targets without the task or service
    ");
    assert_eq!(
        (output.code, output.stdout.as_str(), started(&env)),
        (5, "", 0)
    );
    let output = invoke(
        &env,
        &[&line[..], &["--skip-missing", "-o", "json"]].concat(),
    )
    .succeeds();
    assert!(
        output
            .stderr
            .contains("skipped: lagoon-demo/develop, lagoon-demo/pr-12"),
        "{output}"
    );
    assert_eq!(super::names(&output.json()), ["main"]);
    let nowhere = [&["no such task", "--yes", "--skip-missing"], &ALL[..]].concat();
    let output = invoke(&env, &nowhere);
    assert_snapshot!(output.error(5), @"
    error: nothing was started: all 3 targets were skipped
      lagoon-demo/develop, lagoon-demo/main (production), lagoon-demo/pr-12: task `no such task` not found
    ");
    assert_eq!(started(&env), 1);
}

#[test]
fn skip_missing_skips_environments_that_do_not_exist() {
    let env = TestEnv::new();
    env.sql("UPDATE environment SET deleted = '2026-01-01 00:00:00' WHERE name = 'pr-12'");
    let json = ["-o", "json"];
    let named: [&[&str]; 3] = [
        &[
            "-p",
            "lagoon-demo",
            "-e",
            "pr-12",
            "-e",
            "main",
            "-e",
            "gone",
        ],
        &[
            "-e",
            "lagoon-demo:pr-12",
            "-e",
            "lagoon-demo:main",
            "-e",
            "lagoon-demo:gone",
        ],
        &["-A", "-e", "pr-12", "-e", "main", "-e", "gone"],
    ];
    for (at, place) in named.into_iter().enumerate() {
        let line = [&["Say hello", "--yes"], place].concat();
        let output = invoke(&env, &line);
        assert_eq!((output.code, started(&env)), (5, at), "{output}");
        let output = invoke(&env, &[&line[..], &["--skip-missing"], &json].concat()).succeeds();
        assert_eq!(super::names(&output.json()), ["main"]);
        for name in ["pr-12", "gone"] {
            let skipped =
                |line: &str| line.starts_with("warning: skipped: ") && line.contains(name);
            assert!(output.stderr.lines().any(skipped), "{output}");
        }
    }
    let line = ["exec", "-s", "cli", "--yes", "--skip-missing", "-o", "json"];
    let exec = env.tasks(&[&line[..], named[0], &["--", "true"]].concat());
    assert_eq!(super::names(&exec.succeeds().json()), ["main"]);
}

#[test]
fn patterns_and_projects_that_select_nothing_are_skipped_on_request() {
    let env = TestEnv::new();
    let cases: [(&[&str], &str); 5] = [
        (
            &["-p", "lagoon-demo", "-e", "main", "-e", "gone-*"],
            "no environment matches `gone-*`",
        ),
        (
            &["-e", "lagoon-demo:main", "-e", "lagoon-demo:gone-*"],
            "no environment matches `gone-*`",
        ),
        (
            &["-e", "lagoon-demo:main", "-e", "no-such:main"],
            "`no-such`",
        ),
        (
            &["-p", "lagoon-demo", "-p", "no-such", "-e", "main"],
            "`no-such`",
        ),
        (
            &["-p", "lagoon-demo", "-p", "no-*", "-e", "main"],
            "no project matches `no-*`",
        ),
    ];
    for (at, (place, name)) in cases.into_iter().enumerate() {
        let line = [&["Say hello", "--yes", "-q", "-o", "json"], place].concat();
        let output = invoke(&env, &line);
        assert_eq!((output.code, started(&env)), (5, at), "{output}");
        let output = invoke(&env, &[&line[..], &["--skip-missing"]].concat()).succeeds();
        assert_eq!(super::names(&output.json()), ["main"]);
        let skipped = |line: &str| line.starts_with("warning: skipped: ") && line.contains(name);
        assert!(output.stderr.lines().any(skipped), "{output}");
    }
}

#[test]
fn without_remaining_targets_no_run_starts() {
    let env = TestEnv::new();
    let cases: [&[&str]; 5] = [
        &["-p", "lagoon-demo", "-e", "pr-13", "-e", "gone"],
        &["-p", "lagoon-demo", "-e", "gone-*"],
        &["-p", "no-*", "-e", "main"],
        &["-e", "no-such:main", "-e", "lagoon-demo:gone"],
        &["--group", "no-such", "-e", "main"],
    ];
    for place in cases {
        let line = [&["Say hello", "--yes", "--skip-missing"], place].concat();
        let output = invoke(&env, &line);
        let end = (output.code, output.stdout.as_str(), started(&env));
        assert_eq!(end, (5, "", 0), "{output}");
    }
}

#[test]
fn skipped_targets_of_a_file_are_named_with_their_line() {
    let env = TestEnv::new();
    env.sql("DELETE FROM service WHERE name = 'node' AND environment = 102");
    let file = env.home.write(
        "work/targets.jsonl",
        "{\"project\": \"lagoon-demo\", \"environment\": \"develop\"}\n\n\
         {\"project\": \"lagoon-demo\", \"environment\": \"gone\"}\n\
         {\"project\": \"lagoon-demo\", \"environment\": \"main\"}\n\
         {\"project\": \"no-such\", \"environment\": \"main\"}\n\
         {\"project\": \"no-such\", \"environment\": \"develop\"}\n",
    );
    let file = file.to_str().unwrap();
    let line = ["Run yarn audit", "--yes", "--targets", file];
    let gone = format!("--targets: {file}, line 3: the project `lagoon-demo` has no environment");
    let output = invoke(&env, &line).ends_with(5);
    assert!(output.stderr.contains(&gone), "{output}");
    let more = ["--skip-missing", "-q", "-o", "json"];
    let output = invoke(&env, &[&line[..], &more].concat()).succeeds();
    assert_eq!(super::names(&output.json()), ["main"]);
    let no_project = |line: u8| format!("--targets: {file}, line {line}: project `");
    for named in [gone, no_project(5), no_project(6)] {
        let skipped = format!("warning: skipped: {named}");
        assert!(output.stderr.contains(&skipped), "{skipped}\n{output}");
    }
    let develop = format!("skipped: lagoon-demo/develop ({file}, line 1): no service");
    assert!(output.stderr.contains(&develop), "{output}");
}

#[test]
fn a_missing_service_is_skipped_like_a_missing_task() {
    let env = TestEnv::new();
    env.sql("DELETE FROM service WHERE name = 'node' AND environment = 102");
    let line = [&["Run yarn audit", "--yes"], &ALL[..]].concat();
    let output = invoke(&env, &line);
    assert_snapshot!(output.error(2), @"
    error: nothing was started: 1 of 3 targets cannot be started
      lagoon-demo/develop: no service `node`, so a run would never start
    hint: pass --no-preflight to start it anyway
    hint: pass --skip-missing to skip targets without the task or service
    ");
    assert_eq!(started(&env), 0);
    let skipped = invoke(
        &env,
        &[&line[..], &["--skip-missing", "-o", "json"]].concat(),
    );
    assert_eq!(super::names(&skipped.succeeds().json()), ["main", "pr-12"]);
    invoke(&env, &[&line[..], &["--no-preflight"]].concat()).succeeds();
    assert_eq!(started(&env), 5);
    let line = [&["exec", "-s", "node", "--yes"], &ALL[..]].concat();
    env.tasks(&[&line[..], &["--", "true"]].concat())
        .ends_with(2);
    let skipped = env.tasks(&[&line[..], &["--skip-missing", "-o", "json", "--", "true"]].concat());
    assert_eq!(super::names(&skipped.succeeds().json()), ["main", "pr-12"]);
}

#[test]
fn an_unreadable_environment_does_not_affect_others() {
    let env = TestEnv::new();
    // A task with an argument without a type breaks the listing of its environment.
    env.sql("INSERT INTO definition (id, name, description, service, type, environment, permission, command,
           deploy_token_injection, project_key_injection, admin_only_view, system_wide, created)
           VALUES (900, 'broken', '', 'cli', 'COMMAND', 102, 'GUEST', 'true', 0, 0, 0, 0, '2026-01-01 00:00:00');
         INSERT INTO argument (definition, name, type, optional) VALUES (900, 'X', NULL, 0);",
    );
    let line = ["Say hello", "--yes", "-p", "lagoon-demo", "-o", "json"];
    let fine = invoke(&env, &[&line[..], &["-e", "main", "-e", "pr-12"]].concat());
    assert_eq!(super::names(&fine.succeeds().json()), ["main", "pr-12"]);
    let output = invoke(&env, &[&["Say hello", "--yes"], &ALL[..]].concat());
    assert_snapshot!(output.error(1), @"
    error: nothing was started: 1 of 3 targets cannot be started
      lagoon-demo/develop: it could not be read completely: Lagoon refused: Unable to find AdvancedTaskDefinitionType null
    hint: a task of this environment has an argument without a type, which breaks the list of tasks; delete that task by its id
    ");
    assert_eq!(started(&env), 2);
}

#[test]
fn a_refused_start_is_named_and_the_others_are_reported() {
    let env = TestEnv::new();
    for format in ["table", "tsv", "json"] {
        fail(&env, &[fine(), refused()]);
        let output = hello(&env, &["-o", format]);
        assert_eq!(output.code, 1, "{output}");
        if format == "json" {
            assert_eq!(outcomes(&output), ["going", "refused", "going"]);
            let entry = output.json()[1].clone();
            assert_eq!(
                entry.as_object().unwrap().keys().collect::<Vec<_>>(),
                [&FIELDS[..], &["error"]].concat()
            );
            assert_eq!(entry["error"]["kind"], "failed");
            assert_eq!(output.json_error()["exitCode"], 1);
        } else {
            assert_snapshot!(format!("bulk-refused-{format}"), narrow(&output.snapshot()));
        }
    }
    assert_eq!(started(&env), 9);
}

#[test]
fn if_no_start_succeeds_stdout_is_empty() {
    let env = TestEnv::new();
    fail(&env, &[refused(), refused(), refused()]);
    let output = hello(&env, &["-o", "json"]);
    assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{output}");
}

#[test]
fn fail_fast_stops_further_starts() {
    let env = TestEnv::new();
    fail(&env, &[fine(), refused()]);
    let output = hello(&env, &["--fail-fast", "-o", "json"]).ends_with(1);
    assert_eq!(outcomes(&output), ["going", "refused", "not-started"]);
    assert!(
        output.stderr.contains("--fail-fast): lagoon-demo/pr-12"),
        "{output}"
    );
    assert_eq!(started(&env), 2);
    // With --wait, the started runs are waited for in spite of the failure.
    fail(&env, &[fine(), refused()]);
    env.script("Say hello", &[Step::Status(Status::Complete)]);
    let output = hello(&env, &["--fail-fast", "--wait", "-o", "json"]).ends_with(1);
    assert_eq!(outcomes(&output), ["completed", "refused", "not-started"]);
}

#[test]
fn a_lost_reply_is_looked_up_and_the_start_not_repeated() {
    let env = TestEnv::new();
    fail(&env, &[fine(), Fault::LoseResponse]);
    let output = hello(&env, &["-o", "json"]).succeeds();
    let answer = output.json();
    let ids: Vec<&Value> = answer
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["id"])
        .collect();
    assert_eq!(ids, [1, 2, 3]);
    assert!(output.stderr.contains("run 2 was found"), "{output}");
    assert_eq!(started(&env), 3);

    let env = TestEnv::new();
    fail(&env, &[fine(), Fault::Hang]);
    let output = hello(&env, &["-o", "json", "--request-timeout", "1s"]).ends_with(7);
    assert_eq!(outcomes(&output)[1], "unknown");
    assert_eq!(started(&env), 3);
}

#[test]
fn two_runs_on_one_environment_are_not_confused() {
    let env = TestEnv::new();
    let file = "{\"environment\": \"main\", \"arguments\": {\"TEXT\": \"a\"}}\n\
        {\"environment\": \"main\", \"arguments\": {\"TEXT\": \"b\"}}\n";
    fail(&env, &[fine(), Fault::LoseResponse]);
    let line = [
        "invoke",
        "Try arguments",
        "-a",
        "FROM=main",
        "-p",
        "lagoon-demo",
        "--targets",
        "-",
    ];
    let line = [&line[..], &["--yes", "-o", "json"]].concat();
    let answer = env.run(env.command(&line).stdin(file)).succeeds().json();
    assert_eq!((&answer[0]["id"], &answer[1]["id"]), (&json!(1), &json!(2)));
}

#[test]
fn an_interrupt_lists_started_and_possibly_started_runs() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let env = TestEnv::new();
        fail(&env, &[fine(), Fault::HangAfter]);
        let line = [
            "invoke",
            "Say hello",
            "--yes",
            "--concurrency",
            "1",
            "-o",
            "table",
        ];
        let running = env.command(&[&line[..], &ALL[..]].concat()).start();
        let second =
            || env.graphql("{taskById(id:2){id}}", json!({})).1["data"]["taskById"]["id"] == 2;
        eventually("the second is started", second);
        running.signal(signal);
        let output = running.finish();
        assert_snapshot!(format!("bulk-{signal}"), narrow(&output.snapshot()));
        assert_eq!(output.code, code);
        // The sandbox records a request once it notices that the client has gone.
        eventually("both starts are recorded", || started(&env) == 2);
        let last = env.tasks(&["status", "--last", "-o", "id"]).succeeds();
        assert_eq!(last.stdout, "1\n");
    }
}

#[test]
fn a_refused_start_and_a_failed_run_have_one_exit_code() {
    let env = TestEnv::new();
    let steps = [
        Step::Status(Status::Running),
        Step::Log("why\n".to_owned()),
        Step::Status(Status::Failed),
    ];
    env.script("Say hello", &steps);
    fail(&env, &[refused()]);
    let output = hello(&env, &["--wait", "-o", "table"]);
    assert_snapshot!("bulk-verdict", narrow(&output.snapshot()));
    assert_eq!(output.code, 3);
}

#[test]
fn concurrency_limits_simultaneous_starts() {
    let env = TestEnv::new();
    // The first has no answer; those beside it are on their way before that is known.
    fail(&env, &[Fault::Hang]);
    let line = [
        "Say hello",
        "--yes",
        "--fail-fast",
        "--request-timeout",
        "2s",
    ];
    let more = ["--concurrency", "3", "-o", "json"];
    let output = invoke(&env, &[&line[..], &more, &ALL].concat()).ends_with(7);
    assert_eq!(started(&env), 3, "{output}");
    fail(&env, &[Fault::Hang]);
    let output = hello(&env, &["--fail-fast", "--request-timeout", "1s"]).ends_with(7);
    assert_eq!(started(&env), 4, "{output}");
    let none = ["Say hello", "--yes", "--concurrency", "0"];
    let output = invoke(&env, &[&none[..], &ALL].concat()).ends_with(2);
    assert_eq!(started(&env), 4, "{output}");
}
