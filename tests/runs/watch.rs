//! `runs --watch`: a line for each change, or a table that is drawn again.

use insta::assert_snapshot;
use lagoon_sandbox::store::Status;
use lagoon_sandbox::{Fault, RecordedRequest};
use serde_json::Value;

use super::{MAIN, some};
use crate::support::env::TestEnv;
use crate::support::output::mask;
use crate::support::process::{Invocation, Running, eventually};
use crate::support::pty::CTRL_C;
use crate::wait::{narrow, start, start_held};

/// Starts to watch through a shell that ends it after that many lines.
fn watch(env: &TestEnv, args: &str, lines: usize) -> Running {
    let script = format!("tasks runs {args} --watch | head -n {lines}");
    env.shell(&script).start()
}

/// Waits until the runs of an environment were read once more.
fn wait_until_read(env: &TestEnv, times: usize) {
    eventually("the runs are read", || {
        let sent = env.requests();
        let names = ["RecentRuns", "ProjectRuns"];
        let reads = |r: &&RecordedRequest| names.iter().any(|name| r.body.contains(name));
        let read = sent.iter().filter(reads);
        read.count() >= times
    });
}

fn statuses(output: &str) -> Vec<(i64, String)> {
    let run = |line: &str| {
        let run: Value = serde_json::from_str(line).unwrap();
        (
            run["id"].as_i64().unwrap(),
            run["status"].as_str().unwrap().to_owned(),
        )
    };
    output.lines().map(run).collect()
}

#[test]
fn each_change_prints_a_line_oldest_first() {
    let env = TestEnv::new();
    start(
        &env,
        &[lagoon_sandbox::engine::Step::Status(Status::Complete)],
    );
    let running = watch(&env, "-p lagoon-demo -e main -o jsonl", 3);
    wait_until_read(&env, 1);
    let id = start_held(&env, Status::Complete);
    // Found at the next look, whatever it was when it was made.
    wait_until_read(&env, 3);
    env.sandbox()
        .set_run(id.parse().unwrap(), Status::Failed, None)
        .unwrap();
    let output = running.finish();
    let seen = statuses(&output.stdout);
    assert_eq!(seen[0], (1, "complete".to_owned()));
    assert_eq!(
        (seen.len(), seen[2].clone()),
        (3, (2, "failed".to_owned())),
        "{output}"
    );
}

#[test]
fn a_finished_run_is_shown_once_more() {
    let env = TestEnv::new();
    some(&env);
    let running = watch(&env, "-A --active -o jsonl", 2);
    wait_until_read(&env, 1);
    env.sandbox().set_run(3, Status::Cancelled, None).unwrap();
    let output = running.finish();
    assert_eq!(
        statuses(&output.stdout),
        [(3, "running".to_owned()), (3, "cancelled".to_owned())]
    );
}

#[test]
fn transient_failures_are_reported_once_and_watching_continues() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let before = env.requests().len();
    let line = "-p lagoon-demo -e main -o tsv --request-timeout 1s";
    let running = watch(&env, line, 2);
    wait_until_read(&env, 1);
    let _ = before;
    for _ in 0..2 {
        env.sandbox()
            .fail_next("environmentById", Fault::Status(404, "<html>".to_owned()));
    }
    wait_until_read(&env, 4);
    env.sandbox()
        .set_run(id.parse().unwrap(), Status::Complete, None)
        .unwrap();
    let output = running.finish();
    assert_eq!(output.stdout.lines().count(), 2, "{output}");
    assert_eq!(output.stderr.matches("retrying").count(), 1, "{output}");
}

fn interrupted(command: Invocation, env: &TestEnv) -> crate::support::output::Output {
    let running = command.start();
    wait_until_read(env, 1);
    running.signal("INT");
    running.finish()
}

#[test]
fn ctrl_c_ends_runs_watch_with_0_and_no_error() {
    let env = TestEnv::new();
    let line = [&["runs", "--watch", "-o", "tsv"], &MAIN[..]].concat();
    let output = interrupted(env.command(&line), &env);
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{output}");
    let running = env.command(&line).start();
    wait_until_read(&env, 2);
    running.signal("TERM");
    running.finish().ends_with(143);
}

#[test]
fn watching_is_refused_for_formats_without_streaming() {
    let env = TestEnv::new();
    for format in ["yaml", "csv"] {
        let line = [&["runs", "--watch", "-o", format], &MAIN[..]].concat();
        let output = env.tasks(&line);
        assert_eq!((output.code, env.requests().len()), (2, 0), "{output}");
    }
    let line = [&["runs", "--watch", "--chart"], &MAIN[..]].concat();
    assert_eq!(env.tasks(&line).code, 2);
    let nowhere = env.tasks(&["runs", "--watch", "-p", "lagoon-demo", "-e", "mian"]);
    assert_eq!(nowhere.code, 5, "{nowhere}");
}

#[test]
fn at_a_terminal_the_table_is_redrawn_in_place() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let mut terminal = env.terminal(&["runs", "-A", "--active", "--watch"]);
    // Wide enough to cut nothing, however long a moment is in words.
    terminal.resize(24, 140);
    terminal.wait_for("running");
    env.sandbox()
        .set_run(id.parse().unwrap(), Status::Complete, None)
        .unwrap();
    terminal.wait_until("its end", |screen| {
        screen.contains("complete") && !screen.contains("running")
    });
    start_held(&env, Status::Complete);
    // A run that has just ended stays.
    terminal.wait_until("both", |screen| {
        screen.contains("running") && screen.contains("complete")
    });
    assert_eq!(
        terminal.screen().matches("STATUS").count(),
        1,
        "{}",
        terminal.screen()
    );
    // How long it has been running differs from look to look.
    let took = regex::Regex::new(r"\b\d+s\b").unwrap();
    let screen = mask(&terminal.screen());
    let shown = narrow(&took.replace_all(&screen, "LENGTH"));
    assert_snapshot!(shown, @"
    ID  TASK  STATUS  ENVIRONMENT  STARTED  TOOK  BY
    2  Say hello  ● running  main  NOW  LENGTH  maintainer@example.com
    1  Say hello  ✓ completed  main  NOW  LENGTH  maintainer@example.com
    ");
    for width in [60, 120, 80] {
        terminal.resize_and_wait(24, width);
        terminal.wait_until("the width", |screen| {
            let rows: Vec<&str> = screen.lines().collect();
            rows.iter().filter(|row| row.contains("STATUS")).count() == 1
                && rows
                    .iter()
                    .all(|row| row.chars().count() <= usize::from(width))
                && screen.contains("running")
        });
    }
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 0);
    let screen = terminal.screen();
    assert!(
        screen.contains("STATUS") && screen.contains("running"),
        "{screen}"
    );
    assert!(
        !screen.contains("^C") && !screen.contains("error"),
        "{screen}"
    );
    assert!(!terminal.hides_cursor());
}

#[test]
fn polling_reads_no_more_runs_than_necessary() {
    let env = TestEnv::new();
    env.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO task (name, task_name, environment, service, kind, status, created)
         SELECT 'Other', 'lagoon-task-n' || i, 101, 'cli', 'COMMAND', 'complete', '2026-01-01 00:00:00' FROM n",
    );
    let id = start_held(&env, Status::Complete);
    let running = watch(&env, "-p lagoon-demo -e main --active -o jsonl", 2);
    // Two for the first look, which cannot know that nothing older is active.
    wait_until_read(&env, 4);
    env.sandbox()
        .set_run(id.parse().unwrap(), Status::Complete, None)
        .unwrap();
    let output = running.finish();
    assert_eq!(output.stdout.lines().count(), 2, "{output}");
    let all = |request: &&RecordedRequest| request.body.contains("\"limit\":0");
    assert_eq!(env.requests().iter().filter(all).count(), 1);
}
