//! `wait`: selection of runs, and the end of the wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::{Status, StoreError};
use serde_json::Value;

use crate::support::env::{MAIN, TestEnv};
use crate::support::process::{Running, eventually};
use crate::support::proxy::{Fault, Proxy};

/// Starts a run that does these steps and gives its id.
pub(crate) fn start(env: &TestEnv, steps: &[Step]) -> String {
    env.script("Say hello", steps);
    let line = [&["invoke", "Say hello", "-o", "id"], &MAIN[..]].concat();
    env.tasks(&line).succeeds().stdout.trim().to_owned()
}

/// A running run that ends like this when it is advanced. A failed one has a log, for
/// which `tasks` would wait otherwise.
pub(crate) fn start_held(env: &TestEnv, end: Status) -> String {
    let mut steps = vec![Step::Status(Status::Running), Step::Hold];
    if end == Status::Failed {
        steps.push(Step::Log("why\n".to_owned()));
    }
    steps.push(Step::Status(end));
    start(env, &steps)
}

pub(crate) fn advance(env: &TestEnv, id: &str) {
    let scripted = env.sandbox().scripted().unwrap();
    scripted.advance(id.parse().unwrap()).unwrap();
}

/// Starts a command and returns when it has sent a request with this root field.
pub(crate) fn until_asked(env: &TestEnv, args: &[&str], operation: &str) -> Running {
    let before = env.requests().len();
    let mut running = env.command(args).start();
    let is_there = || {
        env.requests()[before..]
            .iter()
            .any(|r| r.operations.iter().any(|o| o == operation))
    };
    while !is_there() {
        assert!(!running.has_exited(), "{}", running.finish());
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    running
}

/// A snapshot of a table whose columns are as wide as the moment makes them.
pub(crate) fn narrow(snapshot: &str) -> String {
    let gaps = regex::Regex::new(" {2,}").unwrap();
    gaps.replace_all(snapshot, "  ").replace(" \n", "\n")
}

#[test]
fn the_exit_code_reports_the_outcome() {
    let env = TestEnv::new();
    let ended = |end, code, outcome| {
        let id = start_held(&env, end);
        let running = until_asked(&env, &["wait", &id, "-o", "json"], "taskById");
        advance(&env, &id);
        let output = running.finish().ends_with(code);
        assert_eq!(output.json()["outcome"], outcome);
        // The run is finished: waiting again ends at once.
        env.tasks(&["wait", &id]).ends_with(code).snapshot()
    };
    assert_snapshot!(ended(Status::Complete, 0, "completed"), @"
    exit code: 0
    ---- stdout
    1	lagoon-task-xxxx	Say hello	complete	completed	lagoon-demo	main	cli	TIME	TIME	TIME	maintainer@example.com
    ---- stderr: empty
    ");
    assert_snapshot!(ended(Status::Failed, 3, "failed"), @"
    exit code: 3
    ---- stdout
    2	lagoon-task-xxxx	Say hello	failed	failed	lagoon-demo	main	cli	TIME	TIME	TIME	maintainer@example.com
    ---- stderr
    last lines of the log of run 2:
    │ why
    error: run 2 of `Say hello` failed
    ");
    assert_snapshot!(ended(Status::Cancelled, 6, "cancelled"), @"
    exit code: 6
    ---- stdout
    3	lagoon-task-xxxx	Say hello	cancelled	cancelled	lagoon-demo	main	cli	TIME	TIME	TIME	maintainer@example.com
    ---- stderr
    error: run 3 of `Say hello` was cancelled
    ");
}

#[test]
fn every_form_of_a_run_is_accepted() {
    let env = TestEnv::new();
    let id = start(&env, &[Step::Status(Status::Complete)]);
    let run = env.tasks(&["status", &id, "-o", "json"]).succeeds().json();
    let name = run["taskName"].as_str().unwrap();
    for args in [
        vec!["wait", name],
        vec!["wait", "--last"],
        vec!["wait", &id, name, &id],
    ] {
        let args = [&args[..], &["-o", "id"]].concat();
        let output = env.tasks(&args).succeeds();
        assert!(output.stdout.starts_with(&format!("{id}\n")), "{output}");
    }
    for format in ["tsv", "json", "jsonl", "id"] {
        let line = [&["invoke", "Say hello", "-o", format], &MAIN[..]].concat();
        let printed = env.tasks(&line).succeeds().stdout;
        let command = env.command(&["wait", "-", "-o", "json"]).stdin(&printed);
        let answer = env.run(command).succeeds().json();
        // What is on stdin gives an array, however much it is.
        assert_eq!(answer[0]["outcome"], "completed", "{format}: {printed}");
    }
}

#[test]
fn input_without_a_run_is_a_usage_error() {
    let env = TestEnv::new();
    let empty = env.run(env.command(&["wait", "-"]).stdin(""));
    assert_snapshot!(empty.error(2), @"error: no runs on standard input: the command before the pipe printed nothing");
    for args in [
        vec!["wait"],
        vec!["wait", "Say hello"],
        vec!["wait", "lagoon-task-A;ls"],
        vec!["wait", "0"],
        vec!["wait", "-", "-"],
        vec!["wait", "1", "--last"],
    ] {
        let output = env.tasks(&args);
        assert_eq!(
            (output.code, output.stdout.as_str()),
            (2, ""),
            "{args:?}\n{output}"
        );
    }
    assert_eq!(env.requests().len(), 0);
    let plan = [
        &["invoke", "Say hello", "--dry-run", "-o", "json"],
        &MAIN[..],
    ]
    .concat();
    let plan = env.tasks(&plan).succeeds().stdout;
    let output = env.run(env.command(&["wait", "-"]).stdin(plan));
    assert_eq!(output.code, 2, "{output}");
    let refused = |run| env.tasks(&["wait", run]).error(5);
    assert_snapshot!(refused("--last"), @"
    error: --last: no run has been started from this machine in 127.0.0.1
    hint: give the id of a run; to list runs: tasks runs
    ");
    assert_snapshot!(refused("4711"), @"
    error: run 4711 not found
    hint: Lagoon keeps runs for a limited time; to list them: tasks runs
    ");
    assert_snapshot!(refused("lagoon-task-none"), @"
    error: run lagoon-task-xxxx not found
    hint: Lagoon keeps runs for a limited time; to list them: tasks runs
    ");
}

#[test]
fn the_last_run_is_kept_per_machine_and_context() {
    let env = TestEnv::new();
    let id = start(&env, &[Step::Status(Status::Complete)]);
    let other = "mutation{invokeRegisteredTask(advancedTaskDefinition:1,environment:101){id}}";
    env.graphql(other, serde_json::json!({}));
    let last = env.tasks(&["status", "--last", "-o", "id"]).succeeds();
    assert_eq!(last.stdout.trim(), id);
    let elsewhere = TestEnv::new();
    let command = env
        .command(&["status", "--last"])
        .env("TASKS_API", elsewhere.url())
        .env("TASKS_TOKEN", elsewhere.token());
    assert_eq!(env.home.run(command).code, 5);
    let folder = env.home.path(".local/state/lagoon-tasks/last");
    for file in std::fs::read_dir(folder).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn several_runs_take_one_request_and_have_one_exit_code() {
    let env = TestEnv::new();
    let ends = [Status::Complete, Status::Cancelled, Status::Failed];
    let ids: Vec<String> = ends.map(|end| start_held(&env, end)).into();
    let line = [
        "wait",
        &ids[0],
        &ids[1],
        &ids[2],
        "-o",
        "jsonl",
        "--changes",
    ];
    let before = env.requests().len();
    let running = until_asked(&env, &line, "environmentById");
    for id in &ids {
        advance(&env, id);
    }
    let output = running.finish();
    let requests = env.requests();
    assert_eq!(output.code, 3, "{output}");
    let lines: Vec<Value> = output
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let outcomes: Vec<&str> = lines
        .iter()
        .map(|l| l["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        [
            "going",
            "going",
            "going",
            "completed",
            "cancelled",
            "failed"
        ]
    );
    assert!(
        output.stderr.contains("2 of 3 runs did not complete"),
        "{output}"
    );
    let table = env.tasks(&[&line[..4], &["-o", "table"]].concat());
    let table = table.ends_with(3).stdout;
    // All runs are of one project.
    assert!(!table.contains("PROJECT"), "{table}");
    assert!(table.contains("ENVIRONMENT"), "{table}");
    // Without --changes each is a line as it ended.
    let ends = env.tasks(&line[..6]).ends_with(3).stdout;
    let outcomes = ends.lines().map(|line| {
        let run: Value = serde_json::from_str(line).unwrap();
        run["outcome"].as_str().unwrap().to_owned()
    });
    let outcomes: Vec<String> = outcomes.collect();
    assert_eq!(outcomes, ["completed", "cancelled", "failed"]);
    env.tasks(&["wait", &ids[0], "--changes", "-o", "json"])
        .ends_with(2);
    let asked: Vec<String> = requests[before..]
        .iter()
        .map(|r| r.operations.join(" "))
        .filter(|o| o == "taskById" || o == "environmentById")
        .collect();
    let (looked_up, read) = asked.split_at(3);
    assert!(looked_up.iter().all(|o| o == "taskById"), "{asked:?}");
    let read: Vec<&String> = read
        .iter()
        .take_while(|o| *o == "environmentById")
        .collect();
    assert!(!read.is_empty() && read.len() <= 9, "{asked:?}");
}

#[test]
fn many_runs_of_few_environments_are_found_by_few_requests() {
    let env = TestEnv::new();
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
        INSERT INTO task (id, name, task_name, environment, service, kind, status, created)
        SELECT i, 'Many', 'lagoon-task-' || printf('%06d', i), 101 + i % 2, 'cli', 'COMMAND', 'complete',
            '2026-01-01 00:00:00' FROM n";
    let store = env.sandbox().store();
    let made = store.write(|tx| Ok::<_, StoreError>(tx.execute(sql, [])?));
    assert_eq!(made.unwrap(), 60);
    let ids: Vec<String> = (1..=61).map(|id| id.to_string()).collect();
    let named = ["lagoon-task-000007", "lagoon-task-000008", "7"];
    let all: Vec<&str> = ids.iter().map(String::as_str).chain(named).collect();
    let before = env.requests().len();
    let output = env.tasks(&[&["status", "-o", "id"], &all[..]].concat());
    let requests = env.requests().len() - before;
    assert!(requests < 15, "{requests} requests");
    assert_eq!(output.code, 5, "{output}");
    assert!(output.stderr.contains("run 61 not found"), "{output}");
    let read: Vec<&str> = output.stdout.lines().collect();
    let expected: Vec<&str> = ids[..60].iter().map(String::as_str).collect();
    assert_eq!(read[..60], expected);
}

#[test]
fn a_missing_run_is_a_failure_but_waiting_continues() {
    let env = TestEnv::new();
    let id = start(&env, &[Step::Status(Status::Complete)]);
    let output = env.tasks(&["wait", &id, "4711", "-o", "json"]);
    assert_eq!(
        (output.code, output.json()[0]["outcome"].as_str()),
        (5, Some("completed"))
    );
}

#[test]
fn timeouts_end_waiting_with_a_hint_to_resume() {
    let env = TestEnv::new();
    let id = start(&env, &[Step::Status(Status::Running)]);
    let output = env.tasks(&["wait", &id, "--timeout", "1s"]);
    assert_snapshot!(output.snapshot(), @"
    exit code: 8
    ---- stdout
    1	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    error: run 1 of `Say hello` is still running after 1 s
    hint: the run continues; to wait for it: tasks wait 1
    ");
    let id = start(&env, &[]);
    let output = env.tasks(&["wait", &id, "--start-timeout", "1s"]);
    assert_snapshot!(output.snapshot(), @"
    exit code: 10
    ---- stdout
    2	lagoon-task-xxxx	Say hello	new	going	lagoon-demo	main	cli	TIME			maintainer@example.com
    ---- stderr
    error: run 2 of `Say hello` did not start within 1 s; it is still new
    hint: a run never starts if its service is not deployed or the cluster refuses its pod
    hint: the run continues; to wait for it: tasks wait 2
    ");
}

#[test]
fn an_interrupt_leaves_the_run_or_cancels_it() {
    let env = TestEnv::new();
    let status = |id: &str| {
        let run = env.tasks(&["status", id, "-o", "json"]).succeeds().json();
        run["status"].as_str().unwrap().to_owned()
    };
    let id = start_held(&env, Status::Complete);
    // The subscription begins after the signal is claimed.
    let running = until_asked(&env, &["wait", &id], "taskChanged");
    running.signal("INT");
    let output = running.finish();
    assert_snapshot!(output.snapshot(), @"
    exit code: 130
    ---- stdout
    1	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    error: interrupted
    hint: the run continues; to wait for it: tasks wait 1
    ");
    assert_eq!((output.code, status(&id).as_str()), (130, "running"));
    let line = ["wait", &id, "--on-interrupt", "cancel"];
    let running = until_asked(&env, &line, "taskChanged");
    running.signal("INT");
    let output = running.finish();
    assert_snapshot!(output.snapshot(), @"
    exit code: 130
    ---- stdout
    1	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    requested cancellation of run 1 (lagoon-task-xxxx)
    error: interrupted
    ");
    assert_eq!((output.code, status(&id).as_str()), (130, "cancelled"));
}

#[test]
fn an_unreachable_lagoon_exits_with_7() {
    let env = TestEnv::new();
    let line = ["wait", "1", "--request-timeout", "1s"];
    let command = env
        .command(&line)
        .env("TASKS_API", "http://127.0.0.1:9/graphql");
    assert_eq!(env.home.run(command).code, 7);
}

#[test]
fn one_null_reply_does_not_end_waiting() {
    for (command, unread) in [
        (["wait", "-q"], 0),
        (["wait", "-q"], 1),
        (["logs", "-f"], 1),
    ] {
        let env = TestEnv::new();
        let id = start_held(&env, Status::Failed);
        let reads = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&reads);
        let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
            if request.head.contains("/graphql/stream") || request.body.is_empty() {
                return Fault::Refused;
            }
            let is_read = request.body.contains("query RunById");
            if is_read && count.fetch_add(1, Ordering::SeqCst) == unread {
                return Fault::rewritten(|reply| reply["data"]["taskById"] = Value::Null);
            }
            Fault::None
        });
        let line = [command[0], &id, command[1]];
        let running = env.command(&line).env("TASKS_API", proxy.url("/graphql"));
        let running = running.start();
        eventually("the run is read again", || {
            reads.load(Ordering::SeqCst) > unread + 1
        });
        advance(&env, &id);
        running.finish().ends_with(3);
    }
}

/// A run that fails, with this log.
fn failing(log: Option<&str>) -> Vec<Step> {
    let log = log.map(|text| Step::Log(text.to_owned()));
    let steps = [
        Some(Step::Status(Status::Running)),
        log,
        Some(Step::Status(Status::Failed)),
    ];
    steps.into_iter().flatten().collect()
}

#[test]
fn a_log_that_never_arrives_is_reported() {
    let env = TestEnv::new();
    let id = start(&env, &failing(None));
    let output = env.tasks(&["wait", &id]).ends_with(3);
    assert_snapshot!(output.snapshot(), @"
    exit code: 3
    ---- stdout
    1	lagoon-task-xxxx	Say hello	failed	failed	lagoon-demo	main	cli	TIME	TIME	TIME	maintainer@example.com
    ---- stderr
    warning: no log of run 1: There was an error loading the logs: The specified key does not exist.
    error: run 1 of `Say hello` failed
    ");
}

#[test]
fn any_timeout_suffices_for_a_finished_run() {
    let env = TestEnv::new();
    let id = start(&env, &failing(Some("why\n")));
    for line in [
        ["wait", &id, "--timeout", "1ms"],
        ["logs", &id, "-f", "--timeout=1ms"],
    ] {
        env.sandbox()
            .delay_next("taskById", Duration::from_millis(300));
        env.tasks(&line).ends_with(3);
    }
}

#[test]
fn a_timeout_below_a_second_is_printed_exactly() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let output = env.tasks(&["wait", &id, "--timeout", "1ms"]).ends_with(8);
    let message = format!("run {id} of `Say hello` is still running after 1 ms\n");
    assert!(output.stderr.contains(&message), "{output}");
}

#[test]
fn failed_runs_are_named_above_their_logs() {
    let env = TestEnv::new();
    let one = start(&env, &failing(Some("one\n")));
    let other = start(&env, &failing(Some("other\n")));
    let output = env.tasks(&["wait", "-q", &one, &other]).ends_with(3);
    for (id, text) in [(&one, "one"), (&other, "other")] {
        let lines = format!("last lines of the log of run {id}:\n│ {text}\n");
        assert!(output.stderr.contains(&lines), "{output}");
    }
    let output = env.tasks(&["wait", "-q", &one]).ends_with(3);
    let lines = format!("last lines of the log of run {one}:\n│ one\n");
    assert!(output.stderr.starts_with(&lines), "{output}");
    let silent = start(&env, &failing(Some("")));
    for line in [
        vec!["wait", &silent],
        vec!["logs", &silent],
        vec!["logs", "-f", &silent],
    ] {
        let output = env.tasks(&line);
        let note = format!("run {silent} printed nothing\n");
        assert!(output.stderr.contains(&note), "{line:?}\n{output}");
        assert!(!output.stderr.contains("last lines"), "{line:?}\n{output}");
    }
}
