//! Reports of commands that start nothing, time out, are interrupted or lose a reply.

use lagoon_sandbox::Fault;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use super::{ALL, briefly, junit};
use crate::support::env::{MAIN, TestEnv};
use crate::support::process::eventually;
use crate::wait::{start, start_held, until_asked};

const HELLO: [&str; 7] = [
    "invoke",
    "Say hello",
    "--wait",
    "-p",
    "lagoon-demo",
    "-e",
    "main",
];

/// Runs a command that ends with this code, and gives the cases of its report.
#[track_caller]
fn reported(env: &TestEnv, args: &[&str], code: i32) -> Vec<String> {
    let report = junit(env);
    env.tasks(&[args, &[&*report]].concat()).ends_with(code);
    briefly(env)
}

/// ★ A report is written even if nothing was started.
#[test]
fn a_target_that_cannot_start_has_a_case() {
    let env = TestEnv::new();
    let unknown = [&["invoke", "Say helo", "--wait"], &MAIN[..]].concat();
    assert_eq!(
        reported(&env, &unknown, 5),
        ["lagoon-demo/main: Say helo: error not-found"]
    );
    let disk = [&["invoke", "Check disk space", "--yes", "--wait"], &ALL[..]].concat();
    assert_eq!(
        reported(&env, &disk, 5),
        [
            "lagoon-demo/develop: Check disk space: error not-found",
            "lagoon-demo/main: Check disk space: skipped",
            "lagoon-demo/pr-12: Check disk space: error not-found",
        ]
    );
    assert_eq!(
        reported(&env, &[&disk[..], &["--skip-missing"]].concat(), 0),
        [
            "lagoon-demo/develop: Check disk space: skipped",
            "lagoon-demo/main: Check disk space: passed",
            "lagoon-demo/pr-12: Check disk space: skipped",
        ]
    );
    let absent = ["-p", "lagoon-demo", "-e", "develop", "-e", "nowhere"];
    let absent = [
        &["invoke", "Say hello", "--yes", "--wait", "--skip-missing"],
        &absent[..],
    ]
    .concat();
    assert_eq!(
        reported(&env, &absent, 0),
        [
            "tasks invoke: Say hello: skipped",
            "lagoon-demo/develop: Say hello: passed",
        ]
    );
    let nowhere = [
        "invoke",
        "Say hello",
        "--wait",
        "-p",
        "lagoon-demo",
        "-e",
        "nowhere",
    ];
    assert_eq!(reported(&env, &nowhere, 5).len(), 1);
}

#[test]
fn a_refused_start_has_a_case() {
    let env = TestEnv::new();
    let refuse = || {
        let fault = Fault::Message("Tasks have been disabled".to_owned());
        env.sandbox().fail_next("invokeRegisteredTask", fault);
    };
    refuse();
    assert_eq!(
        reported(&env, &HELLO, 1),
        ["lagoon-demo/main: Say hello: error failed"]
    );
    refuse();
    let all = [
        "invoke",
        "Say hello",
        "--yes",
        "--wait",
        "--concurrency=1",
        "--fail-fast",
    ];
    assert_eq!(
        reported(&env, &[&all[..], &ALL[..]].concat(), 1),
        [
            "lagoon-demo/develop: Say hello: error failed",
            "lagoon-demo/main: Say hello: skipped",
            "lagoon-demo/pr-12: Say hello: skipped",
        ]
    );
    // Not confirmed.
    let all = [&["invoke", "Say hello", "--wait"], &ALL[..]].concat();
    assert_eq!(reported(&env, &all, 2).len(), 3);
}

#[test]
fn a_run_in_progress_that_is_left_alone_has_a_case() {
    let env = TestEnv::new();
    start_held(&env, Status::Complete);
    let line = |action: &'static str| [&HELLO[..], &["--if-running", action]].concat();
    assert_eq!(
        reported(&env, &line("skip"), 0),
        ["lagoon-demo/main: Say hello: skipped"]
    );
    assert_eq!(
        reported(&env, &line("fail"), 1),
        ["lagoon-demo/main: Say hello: error failed"]
    );
}

/// ★ A report is written after a timeout.
#[test]
fn a_timeout_has_a_case() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let over = start(&env, &[Step::Status(Status::Complete)]);
    assert_eq!(
        reported(&env, &["wait", &over, &id, "--timeout", "1s"], 8),
        [
            "lagoon-demo/main: Say hello: passed",
            "lagoon-demo/main: Say hello (run 1): error still-going",
        ]
    );
    env.script("Say hello", &[Step::Hold]);
    let line = [&HELLO[..], &["--start-timeout", "1s"]].concat();
    assert_eq!(
        reported(&env, &line, 10),
        ["lagoon-demo/main: Say hello: error never-started"]
    );
}

#[test]
fn a_cancelled_or_missing_run_has_a_case() {
    let env = TestEnv::new();
    let cancelled = start(&env, &[Step::Status(Status::Cancelled)]);
    assert_eq!(
        reported(&env, &["wait", &cancelled, "999"], 6),
        [
            "tasks wait: run 999: error not-found",
            "lagoon-demo/main: Say hello: error run-cancelled",
        ]
    );
    assert_eq!(
        reported(&env, &["wait", "999"], 5),
        ["tasks wait: run 999: error not-found"]
    );
    assert_eq!(
        reported(&env, &["cancel", &cancelled, "--yes"], 1),
        ["lagoon-demo/main: Say hello: error failed"]
    );
}

/// ★ A report is written after Ctrl-C and SIGTERM.
#[test]
fn an_interrupted_wait_has_a_case() {
    for (signal, code, kind) in [("INT", 130, "interrupted"), ("TERM", 143, "terminated")] {
        let env = TestEnv::new();
        let id = start_held(&env, Status::Complete);
        let running = until_asked(&env, &["wait", &id, &junit(&env)], "taskById");
        running.signal(signal);
        running.finish().ends_with(code);
        let expected = format!("lagoon-demo/main: Say hello: error {kind}");
        assert_eq!(briefly(&env), [expected]);
    }
}

/// ★ A report is written after a signal during a prompt, too.
#[test]
fn an_interrupted_prompt_has_a_case() {
    for signal in ["INT", "TERM"] {
        let env = TestEnv::new();
        let id = start_held(&env, Status::Complete);
        let mut terminal = env.terminal(&["cancel", &id, &junit(&env)]);
        terminal.wait_for("Cancel run");
        match signal {
            "INT" => terminal.send("\u{3}"),
            _ => terminal.signal(signal),
        }
        let code = terminal.finish();
        let kind = if code == 130 {
            "interrupted"
        } else {
            "terminated"
        };
        let expected = format!("lagoon-demo/main: Say hello: error {kind}");
        assert_eq!(briefly(&env), [expected]);
    }
}

#[test]
fn an_interrupted_start_has_a_case() {
    let env = TestEnv::new();
    env.sandbox().fail_next("invokeRegisteredTask", Fault::Hang);
    let before = env.requests().len();
    let running = env
        .command(&[&HELLO[..], &[&*junit(&env)]].concat())
        .start();
    let is_sent = |r: &lagoon_sandbox::RecordedRequest| {
        r.operations
            .iter()
            .any(|name| name == "invokeRegisteredTask")
    };
    eventually("it starts", || env.requests()[before..].iter().any(is_sent));
    running.signal("INT");
    running.finish().ends_with(130);
    assert_eq!(
        briefly(&env),
        ["lagoon-demo/main: Say hello: error interrupted"]
    );
}

/// ★ A lost reply has the case of the run that was found.
#[test]
fn a_lost_reply_has_a_case() {
    let env = TestEnv::new();
    env.sandbox()
        .fail_next("invokeRegisteredTask", Fault::LoseResponse);
    assert_eq!(
        reported(&env, &HELLO, 0),
        ["lagoon-demo/main: Say hello: passed"]
    );
}

/// ★ A failure without a run is one errored case.
#[test]
fn a_failure_without_a_run_has_a_case() {
    let env = TestEnv::new();
    let report = junit(&env);
    let line = [&HELLO[..], &[&*report]].concat();
    let command = env.command(&line).env("TASKS_TOKEN", "expired");
    env.home.run(command).ends_with(4);
    assert_eq!(
        briefly(&env),
        ["lagoon-demo/main: Say hello: error not-allowed"]
    );
    let command = env
        .command(&line)
        .env("TASKS_API", "http://127.0.0.1:1/graphql");
    let command = command.env("TASKS_REQUEST_TIMEOUT", "1s");
    env.home.run(command).ends_with(7);
    assert_eq!(
        briefly(&env),
        ["lagoon-demo/main: Say hello: error unreachable"]
    );
}

#[test]
fn a_report_that_cannot_be_written_fails_the_command() {
    let env = TestEnv::new();
    let folder = env.home.path("reports");
    std::fs::create_dir(&folder).unwrap();
    let id = start_held(&env, Status::Complete);
    let report = format!("--report=junit={}", folder.join("a.xml").display());
    let running = until_asked(&env, &["wait", &id, &report], "taskById");
    std::fs::remove_dir(&folder).unwrap();
    crate::wait::advance(&env, &id);
    let output = running.finish().ends_with(1);
    let message = "a.xml: cannot write the file: No such file or directory";
    assert!(output.stderr.contains(message), "{output}");
}
