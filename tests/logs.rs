//! `logs` and `status`: the displayed and the omitted parts of runs.

use std::collections::VecDeque;

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use crate::invoke::FIELDS;
use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy};
use crate::wait::{advance, narrow, start, start_held, until_asked};

fn logged(env: &TestEnv, text: &str, end: Status) -> String {
    let steps = [
        Step::Status(Status::Running),
        Step::Log(text.to_owned()),
        Step::Status(end),
    ];
    start(env, &steps)
}

/// Nothing will come of its log any more.
fn ended_long_ago(env: &TestEnv, id: &str) {
    let completed = "2020-01-01 00:00:00";
    env.sql(&format!(
        "UPDATE task SET completed = '{completed}' WHERE id = {id}"
    ));
}

#[test]
fn only_the_log_is_on_stdout() {
    let env = TestEnv::new();
    let text = "one\n\u{1b}]0;title\u{7}two \u{1b}[31mred\u{1b}[0m\nthree\n";
    let id = logged(&env, text, Status::Failed);
    // A failed run has the exit code 0, too: showing a log does not wait.
    let output = env.tasks(&["logs", &id]).succeeds();
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str()),
        ("one\ntwo red\nthree\n", "")
    );
    let output = env.tasks(&["logs", &id, "--tail", "2"]).succeeds();
    assert_eq!(output.stdout, "two red\nthree\n");
    let output = env.tasks(&["logs", &id, "--raw"]).succeeds();
    assert!(
        output.stdout.starts_with("=====") && output.stdout.ends_with(text),
        "{output}"
    );
    let output = env.tasks(&["logs", &id, "--color", "always"]).succeeds();
    assert!(output.stdout.contains("\u{1b}[31mred\u{1b}[0m"), "{output}");
}

#[test]
fn following_ends_with_the_run() {
    let env = TestEnv::new();
    let steps = [
        Step::Status(Status::Running),
        Step::Log("one\n".to_owned()),
        Step::Hold,
        Step::Log("two\n".to_owned()),
        Step::Status(Status::Failed),
    ];
    let id = start(&env, &steps);
    let running = until_asked(&env, &["logs", &id, "-f"], "taskById");
    advance(&env, &id);
    let output = running.finish();
    assert_eq!(
        (output.code, output.stdout.as_str()),
        (3, "one\ntwo\n"),
        "{output}"
    );
}

#[test]
fn a_missing_log_is_not_printed_as_a_log() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let output = env.tasks(&["logs", &id]).succeeds();
    assert_snapshot!(output.snapshot(), @"
    exit code: 0
    ---- stdout: empty
    ---- stderr
    run 1 is running and has no log yet; use -f to follow it
    ");
    let id = logged(&env, "one\n", Status::Complete);
    ended_long_ago(&env, &id);
    env.sandbox().set_storage_down(true);
    let output = env.tasks(&["logs", &id]);
    assert_snapshot!(output.error(1), @"error: no log of run 2: There was an error loading the logs: connect ECONNREFUSED 127.0.0.1:PORT");
    assert_eq!((output.code, output.stdout.as_str()), (1, ""));
    assert!(output.stderr.contains("error loading the logs"), "{output}");
}

#[test]
fn a_closed_output_ends_the_command_quietly() {
    let env = TestEnv::new();
    let id = logged(
        &env,
        &"a line of the log\n".repeat(200_000),
        Status::Complete,
    );
    let script = format!("(tasks logs {id}; echo $? >&2) | head -n 1");
    let output = env.run(env.shell(&script));
    assert_eq!(
        (output.stdout.as_str(), output.stderr.trim()),
        ("a line of the log\n", "0")
    );
}

#[test]
fn status_exits_with_0_for_any_outcome() {
    let env = TestEnv::new();
    let failed = logged(&env, "x\n", Status::Failed);
    let going = start_held(&env, Status::Complete);
    let shown = |format| {
        narrow(
            &env.tasks(&["status", &failed, &going, "-o", format])
                .snapshot(),
        )
    };
    assert_snapshot!(shown("table"), @"
    exit code: 0
    ---- stdout
    ID  TASK  STATUS  ENVIRONMENT  STARTED  TOOK  BY
    1  Say hello  ✗ failed  main  NOW  LENGTH  maintainer@example.com
    2  Say hello  ● running  main  NOW  LENGTH  maintainer@example.com
    ---- stderr
    hint: to see why run 1 failed: tasks logs 1
    ");
    assert_snapshot!(shown("tsv"), @"
    exit code: 0
    ---- stdout
    1	lagoon-task-xxxx	Say hello	failed	failed	lagoon-demo	main	cli	TIME	TIME	TIME	maintainer@example.com
    2	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr: empty
    ");
    let one = env
        .tasks(&["status", &failed, "-o", "json"])
        .succeeds()
        .json();
    assert_eq!(one["outcome"], "failed");
    let output = env.tasks(&["status", &failed, "4711", "-o", "json"]);
    assert_eq!(
        (output.code, output.json()[0]["outcome"].as_str()),
        (5, Some("failed"))
    );
    // A log costs the server a round trip: it is read when it is shown.
    assert!(env.requests().iter().all(|r| !r.body.contains("logs")));
}

#[test]
fn a_run_with_its_log_is_an_object() {
    let env = TestEnv::new();
    let text = "one\n\u{1b}[31mtwo\u{1b}[0m\nthree\n";
    let id = logged(&env, text, Status::Failed);
    let one = env.tasks(&["logs", &id, "-o", "json"]).succeeds().json();
    let keys: Vec<&String> = one.as_object().unwrap().keys().collect();
    assert_eq!(keys, [&FIELDS[..], &["log"]].concat());
    assert_eq!(
        (one["id"].to_string(), &one["outcome"], &one["log"]),
        (id.clone(), &"failed".into(), &text.into())
    );
    let tail = env.tasks(&["logs", &id, "--tail", "1", "--jq", ".log"]);
    assert_eq!(tail.succeeds().stdout, "three\n\n");
    let raw = env.tasks(&["logs", &id, "--raw", "-o", "json"]).succeeds();
    let raw = raw.json()["log"].as_str().unwrap().to_owned();
    assert!(raw.starts_with("=====") && raw.ends_with(text), "{raw}");
    // The variable says how answers look; a log is none unless the line says so.
    let command = env.command(&["logs", &id]).env("TASKS_OUTPUT", "json");
    assert_eq!(env.run(command).succeeds().stdout, "one\ntwo\nthree\n");
}

#[test]
fn several_runs_with_their_logs_are_an_array() {
    let env = TestEnv::new();
    let one = logged(&env, "one\n", Status::Complete);
    let two = logged(&env, "", Status::Complete);
    let going = start_held(&env, Status::Complete);
    let line = ["logs", &one, &two, &going, "4711"];
    let with = |format: &str| {
        let output = env.tasks(&[&line[..], &["-o", format]].concat());
        // The one that is not there.
        assert_eq!(output.code, 5, "{output}");
        output
    };
    let logs = with("json").json();
    assert_eq!(
        logs.as_array()
            .unwrap()
            .iter()
            .map(|run| run["log"].clone())
            .collect::<Vec<_>>(),
        ["one\n".into(), "".into(), serde_json::Value::Null]
    );
    let lines = with("jsonl").stdout;
    assert_eq!(lines.lines().count(), 3, "{lines}");
    assert!(with("yaml").stdout.contains("\n  log: |\n    one\n"));
    let tsv = with("tsv").stdout;
    assert!(tsv.contains("\tcomplete\tcompleted\tone\\n\n"), "{tsv}");
    let ids = with("id").stdout;
    assert_eq!(ids, format!("{one}\n{two}\n{going}\n"));
    // What one line means is an array when the line can mean several.
    let command = env.command(&["logs", "-", "-o", "json"]).stdin(&one);
    assert_eq!(env.run(command).succeeds().json()[0]["log"], "one\n");
}

#[test]
fn an_unavailable_log_is_null_with_an_error() {
    let env = TestEnv::new();
    let id = logged(&env, "one\n", Status::Complete);
    ended_long_ago(&env, &id);
    env.sandbox().set_storage_down(true);
    let output = env.tasks(&["logs", &id, "-o", "json"]).ends_with(1);
    assert_eq!(output.json()["log"], serde_json::Value::Null);
    assert!(output.stderr.contains("error loading the logs"), "{output}");
}

#[test]
fn a_requested_result_gets_stdout_instead_of_the_log() {
    let env = TestEnv::new();
    let steps = [
        Step::Status(Status::Running),
        Step::Hold,
        Step::Log("one\ntwo\n".to_owned()),
        Step::Status(Status::Failed),
    ];
    let id = start(&env, &steps);
    let running = until_asked(&env, &["logs", &id, "-f", "-o", "json"], "taskById");
    advance(&env, &id);
    let output = running.finish().ends_with(3);
    assert_eq!(
        (&output.json()["outcome"], &output.json()["log"]),
        (&"failed".into(), &"one\ntwo\n".into())
    );
    assert!(output.stderr.starts_with("one\ntwo\n"), "{output}");
}

/// Half a megabyte that cannot be compressed much.
fn long_log() -> String {
    let mut random = fastrand::Rng::with_seed(7);
    let mut line = || format!("{:032x} \u{1f600} \u{1b}[1mé\u{1b}[0m\n", random.u128(..));
    (0..10_000).map(|_| line()).collect()
}

/// `logs`, if the replies with the log have these faults.
fn with_faults(env: &TestEnv, id: &str, args: &[&str], faults: &[Fault]) -> Output {
    let mut faults: VecDeque<Fault> = faults.iter().cloned().collect();
    let proxy = Proxy::drawing(env.address(), std::time::Duration::ZERO, move |request| {
        if request.body.contains("RunLog") {
            return faults.pop_front().unwrap_or(Fault::None);
        }
        Fault::None
    });
    let line = [&["logs", id], args].concat();
    env.run(env.command(&line).env("TASKS_API", proxy.url("/graphql")))
}

#[test]
fn a_log_whose_connection_breaks_is_printed_once() {
    let env = TestEnv::new();
    let text = long_log();
    let id = logged(&env, &text, Status::Complete);
    ended_long_ago(&env, &id);
    let whole = env.tasks(&["logs", &id]).succeeds().stdout;
    assert_eq!(whole.lines().count(), 10_000);
    let broken = [
        Fault::ResponseCut(100_000),
        Fault::ResetAfter(150_000),
        Fault::Damaged,
        Fault::ResponseCut(300),
    ];
    let output = with_faults(&env, &id, &[], &broken).succeeds();
    assert_eq!(output.stdout, whole, "{}", output.stderr);
    let output = with_faults(&env, &id, &["--raw"], &broken).succeeds();
    assert!(output.stdout.starts_with("=====") && output.stdout.ends_with(&text));
    let output = with_faults(&env, &id, &["--tail", "9000"], &broken).succeeds();
    assert_eq!(output.stdout.lines().count(), 9_000);
    let output = with_faults(&env, &id, &["-o", "json"], &broken).succeeds();
    assert_eq!(output.json()["log"], text);
    let output = with_faults(&env, &id, &["--jq", ".log"], &broken).succeeds();
    assert_eq!(output.stdout, format!("{text}\n"));
}

#[test]
fn a_log_that_changed_while_it_was_printed_is_reported_as_incomplete() {
    let env = TestEnv::new();
    let id = logged(&env, &long_log(), Status::Complete);
    ended_long_ago(&env, &id);
    let whole = env.tasks(&["logs", &id]).succeeds().stdout;
    let changed = |change: fn(&str) -> serde_json::Value| {
        let change = Fault::rewritten(move |answer| {
            let logs = &mut answer["data"]["taskById"]["logs"];
            *logs = change(logs.as_str().unwrap());
        });
        [Fault::ResponseCut(100_000), change]
    };
    for faults in [
        changed(|log| log.replacen('7', "8", 1).into()),
        changed(|log| log[..200].into()),
        changed(|_| "There was an error loading the logs".into()),
        changed(|_| serde_json::Value::Null),
    ] {
        let output = with_faults(&env, &id, &[], &faults).ends_with(7);
        assert!(!output.stdout.is_empty() && whole.starts_with(output.stdout.trim_end()));
        let message = "error: the log of run 1 is incomplete: the connection broke, and the log has changed since\n\
                       hint: to print it again: tasks logs 1\n";
        assert!(output.stderr.starts_with(message), "{}", output.stderr);
    }
    // The run has more to say now.
    let grown = changed(|log| format!("{log}one more line\n").into());
    let output = with_faults(&env, &id, &[], &grown).succeeds();
    assert_eq!(output.stdout, format!("{whole}one more line\n"));
}
