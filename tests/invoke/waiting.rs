//! `invoke` with `--wait` or `--follow`: progress, limits and the result.

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use super::{invoke, log, started};
use crate::support::env::{MAIN, TestEnv};
use crate::support::process::eventually;
use crate::support::pty::Terminal;

/// Runs of this name do these steps.
/// Waits until a run was read a second time: then the first answer has been taken in.
fn wait_until_read_twice(env: &TestEnv, before: usize) {
    eventually("the run is read twice", || {
        let requests = env.requests();
        let reads = requests.iter().skip(before);
        reads.filter(|r| r.operations == ["taskById"]).count() >= 2
    });
}

#[test]
fn waiting_reports_the_outcome_of_the_run() {
    let env = TestEnv::new();
    for (end, code, outcome) in [
        (Status::Complete, 0, "completed"),
        (Status::Failed, 3, "failed"),
        (Status::Cancelled, 6, "cancelled"),
    ] {
        let steps = [
            Step::Status(Status::Running),
            log("one\ntwo\n"),
            Step::Status(end),
        ];
        env.script("Say hello", &steps);
        let output = invoke(&env, &["Say hello", "--wait", "-o", "json"]).ends_with(code);
        assert_eq!(output.json()["outcome"], outcome);
        if code != 0 {
            assert_eq!(output.json_error()["runs"][0]["outcome"], outcome);
        }
        let output = invoke(&env, &["Say hello", "--wait", "-o", "table"]);
        assert_snapshot!(format!("invoke-wait-{outcome}"), output.snapshot());
    }
}

#[test]
fn following_prints_the_log_and_the_result() {
    let env = TestEnv::new();
    let steps = [
        Step::Status(Status::Running),
        log("one\n\u{1b}]0;title\u{7}two \u{1b}[31mred\u{1b}[0m\n"),
        Step::Status(Status::Complete),
    ];
    env.script("Say hello", &steps);
    assert_snapshot!(invoke(&env, &["Say hello", "--follow"]).snapshot(), @"
    exit code: 0
    ---- stdout
    one
    two red
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1
    1	lagoon-task-xxxx	Say hello	complete	completed	lagoon-demo	main	cli	TIME	TIME	TIME	maintainer@example.com
    ");
    let json = invoke(&env, &["Say hello", "-f", "-o", "json"]).succeeds();
    assert_eq!(json.json()["outcome"], "completed");
    assert!(json.stderr.contains("one\ntwo red\n"), "{json}");
    let jsonl = invoke(&env, &["Say hello", "--wait", "-o", "jsonl"]).succeeds();
    assert_eq!(jsonl.json()["outcome"], "completed", "one line: {jsonl}");
}

#[test]
fn timeouts_say_what_did_not_happen() {
    let env = TestEnv::new();
    env.script("Say hello", &[]);
    let output = invoke(&env, &["Say hello", "--wait", "--start-timeout", "1s"]);
    assert_snapshot!(output.snapshot(), @"
    exit code: 10
    ---- stdout
    1	lagoon-task-xxxx	Say hello	new	going	lagoon-demo	main	cli	TIME			maintainer@example.com
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1
    error: run 1 of `Say hello` did not start within 1 s; it is still new
    hint: a run never starts if its service is not deployed or the cluster refuses its pod
    hint: the run continues; to wait for it: tasks wait 1
    ");
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let output = invoke(&env, &["Say hello", "--wait", "--timeout", "1s"]);
    assert_snapshot!(output.snapshot(), @"
    exit code: 8
    ---- stdout
    2	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1 of this task is already in progress on this environment (new); starting another run
    run 2
    error: run 2 of `Say hello` is still running after 1 s
    hint: the run continues; to wait for it: tasks wait 2
    ");
}

#[test]
fn a_run_without_waiting_is_named() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    invoke(&env, &["Say hello"]).succeeds();
    let warning = "not waiting for run 1; to wait for it: tasks wait 1";
    for line in [
        ["Say hello", "-y", "--if-running", "skip", "-q"],
        [
            "Say hello",
            "-y",
            "--if-running",
            "skip",
            "--type=production",
        ],
    ] {
        let output = invoke(&env, &[&line[..], &["--wait"]].concat()).succeeds();
        assert!(output.stderr.contains(warning), "{output}");
        let output = invoke(&env, &line).succeeds();
        assert!(!output.stderr.contains(warning), "{output}");
    }
}

#[test]
fn a_run_that_vanishes_is_an_error() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let line = [&["invoke", "Say hello", "--wait"], &MAIN[..]].concat();
    let running = env.command(&line).start();
    wait_until_read_twice(&env, 0);
    assert!(env.sandbox().drop_run(1).unwrap());
    let output = running.finish();
    assert_snapshot!(output.snapshot(), @"
    exit code: 5
    ---- stdout
    1	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1
    warning: cannot read from Lagoon, retrying: Lagoon did not return run 1
    error: run 1 of `Say hello` no longer exists
    ");
}

#[test]
fn an_interrupt_leaves_the_run_in_progress_and_says_so() {
    let env = TestEnv::new();
    let interrupted = |signal| {
        env.script("Say hello", &[Step::Status(Status::Running)]);
        let before = env.requests().len();
        let line = [&["invoke", "Say hello", "--wait"], &MAIN[..]].concat();
        let running = env.command(&line).start();
        wait_until_read_twice(&env, before);
        running.signal(signal);
        running.finish().snapshot()
    };
    assert_snapshot!(interrupted("INT"), @"
    exit code: 130
    ---- stdout
    1	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1
    error: interrupted
    hint: the run continues; to wait for it: tasks wait 1
    ");
    assert_snapshot!(interrupted("TERM"), @"
    exit code: 143
    ---- stdout
    2	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    127.0.0.1 · lagoon-demo/main (production)
    run 1 of this task is already in progress on this environment (running); starting another run
    run 2
    error: terminated
    hint: the run continues; to wait for it: tasks wait 2
    ");
}

#[test]
fn a_timeout_without_waiting_is_a_usage_error() {
    let output = invoke(&TestEnv::new(), &["Say hello", "--timeout", "5s"]);
    assert_snapshot!(output.error(2), @"error: --timeout has no effect without --wait or --follow");
}

#[test]
fn waiting_for_another_run_respects_the_timeouts() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    invoke(&env, &["Say hello"]).succeeds();
    let line = [
        "Say hello",
        "--wait",
        "--if-running",
        "wait",
        "--timeout",
        "1s",
    ];
    let output = invoke(&env, &line);
    assert_snapshot!(output.error(1), @"
    127.0.0.1 · lagoon-demo/main (production)
    run 1 of this task is already in progress on this environment (running); waiting for it to finish first
    error: run 1 of `Say hello` is still running after 1 s; nothing was started
    ");
    assert_eq!(started(&env), 1);
    // It bounds that waiting where tasks does not wait for its own run.
    let line = ["Say hello", "--if-running", "wait", "--timeout", "1s"];
    let output = invoke(&env, &line);
    assert_eq!((output.code, started(&env)), (1, 1), "{output}");
}

#[test]
fn the_result_starts_on_a_new_line_after_the_log() {
    let env = TestEnv::new();
    let steps = [
        Step::Status(Status::Running),
        log("abc"),
        Step::Status(Status::Complete),
    ];
    env.script("Say hello", &steps);
    let output = invoke(&env, &["Say hello", "--follow"]).succeeds();
    assert_eq!(output.stdout, "abc", "a pipe gets the log as it is");
    let output = invoke(&env, &["Say hello", "--follow", "-o", "json"]).succeeds();
    assert!(output.stderr.contains("abc\n"), "{output}");
    let line = [&["invoke", "Say hello", "--follow"], &MAIN[..]].concat();
    let mut terminal = env.terminal(&line);
    assert_eq!(terminal.finish(), 0);
    assert!(
        terminal.screen().lines().any(|l| l == "abc"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn live_always_is_checked_before_the_start() {
    let env = TestEnv::new();
    let output = invoke(&env, &["Say hello", "--follow", "--live", "always"]).ends_with(1);
    assert!(output.stderr.contains("has no ssh portal"), "{output}");
    assert_eq!(started(&env), 0);
}

#[test]
fn a_followed_log_is_alone_on_stdout() {
    let env = TestEnv::new();
    env.script("Say hello", &[log("one\n"), Step::Status(Status::Complete)]);
    let line = [&["invoke", "Say hello", "--follow"], &MAIN[..]].concat();
    let command = env.command(&line).env("TASKS_OUTPUT", "jsonl");
    assert_eq!(env.run(command).succeeds().stdout, "one\n");
}

#[test]
fn with_follow_the_result_on_stderr_has_terminal_format_if_stderr_is_a_terminal() {
    let env = TestEnv::new();
    let line = "tasks invoke 'Say hello' -p lagoon-demo -e main --follow";
    for (redirected, is_terminal) in [("> log", true), ("> log 2> result", false)] {
        env.script("Say hello", &[log("one\n"), Step::Status(Status::Complete)]);
        let mut terminal = Terminal::start(&env.shell(&format!("{line} {redirected}")));
        assert_eq!(terminal.finish(), 0);
        let read = |name: &str| std::fs::read_to_string(env.home.path("work").join(name));
        assert_eq!(read("log").unwrap(), "one\n");
        let result = if is_terminal {
            terminal.screen()
        } else {
            assert_eq!(terminal.screen(), "");
            read("result").unwrap()
        };
        assert_eq!(result.contains("✓ completed"), is_terminal, "{result}");
        assert_eq!(
            result.contains("\tcomplete\tcompleted\t"),
            !is_terminal,
            "{result}"
        );
    }
}
