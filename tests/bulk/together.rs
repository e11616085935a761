//! Several runs at once: their logs, a terminal, and those that failed once more.

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::Value;

use super::{ALL, invoke, names, started};
use crate::support::env::TestEnv;
use crate::support::output::{Output, mask};
use crate::support::pty::{CTRL_C, ENTER};
use crate::wait::narrow;

fn log(text: &str) -> Step {
    Step::Log(text.to_owned())
}

#[test]
fn followed_log_lines_have_a_target_prefix() {
    let env = TestEnv::new();
    let steps = [
        Step::Status(Status::Running),
        log("one\n\u{1b}[31mtwo\u{1b}[0m\nthree"),
        Step::Status(Status::Complete),
    ];
    env.script("Say hello", &steps);
    let line = [&["Say hello", "--yes", "--follow"], &ALL[..]].concat();
    let output = invoke(&env, &line).succeeds();
    for place in ["develop", "main   ", "pr-12  "] {
        let lines = format!("lagoon-demo/{place} | one\nlagoon-demo/{place} | two\n");
        assert!(output.stdout.contains(&lines), "{output}");
        assert!(
            output
                .stdout
                .contains(&format!("lagoon-demo/{place} | three\n")),
            "{output}"
        );
    }
    assert_eq!(output.stdout.lines().count(), 9, "{output}");
    assert!(output.stderr.contains("complete"), "{output}");
    // With -o it is the other way round.
    let output = invoke(&env, &[&line[..], &["-o", "json"]].concat()).succeeds();
    assert_eq!(names(&output.json()), ["develop", "main", "pr-12"]);
    assert!(
        output.stderr.contains("lagoon-demo/develop | one\n"),
        "{output}"
    );
}

#[test]
fn each_finished_run_prints_a_line() {
    let env = TestEnv::new();
    let steps = [
        Step::Status(Status::Running),
        Step::Log("why\n".to_owned()),
        Step::Status(Status::Failed),
    ];
    env.script("Say hello", &steps);
    let line = [&["Say hello", "--yes", "--wait", "-o", "jsonl"], &ALL[..]].concat();
    let output = invoke(&env, &line).ends_with(3);
    let lines: Vec<Value> = output
        .stdout
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    for id in 1..=3 {
        let of = lines.iter().filter(|l| l["id"] == id);
        let statuses: Vec<&str> = of.map(|l| l["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["failed"], "{output}");
    }
    // One that has not ended in time has its line, too, and so has one that was not started.
    env.script("Clear caches", &[Step::Status(Status::Running)]);
    let line = [
        "Clear caches",
        "--yes",
        "--wait",
        "--timeout",
        "1s",
        "-o",
        "jsonl",
    ];
    let skip = ["--if-running", "skip"];
    let statuses = |output: &Output| -> Vec<String> {
        let lines = output.stdout.lines();
        let runs = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        runs.map(|run| run["status"].as_str().unwrap().to_owned())
            .collect()
    };
    let output = invoke(&env, &[&line[..], &ALL[..]].concat()).ends_with(8);
    assert_eq!(statuses(&output).len(), 3, "{output}");
    let output = invoke(&env, &[&line[..], &skip, &ALL[..]].concat()).succeeds();
    assert_eq!(statuses(&output).len(), 3, "{output}");
}

#[test]
fn at_a_terminal_a_bulk_start_is_confirmed_and_waited_for() {
    let env = TestEnv::new();
    env.script(
        "Clear caches",
        &[
            Step::Status(Status::Running),
            Step::Hold,
            Step::Status(Status::Complete),
        ],
    );
    let line = [
        "invoke",
        "Clear caches",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "-e",
        "pr-*",
        "--wait",
    ];
    let mut terminal = env.terminal(&line);
    terminal.wait_for("[y/N]");
    assert_snapshot!(mask(&terminal.screen()), @"
    127.0.0.1 · `Clear caches` on 2 environments:
      lagoon-demo/main (production)
      lagoon-demo/pr-12
    Clear caches: Pages are slow until the caches are warm again. Clear them?
    ? Start it on 2 environments, 1 of them production? [y/N]
    ");
    terminal.send(ENTER);
    assert_eq!((terminal.finish(), started(&env)), (2, 0));

    let mut terminal = env.terminal(&line);
    terminal.wait_for("[y/N]");
    terminal.send("y\r");
    terminal.wait_for("2 runs: 2 running");
    for id in [1, 2] {
        env.sandbox().scripted().unwrap().advance(id).unwrap();
    }
    assert_eq!(terminal.finish(), 0);
    let screen = narrow(&mask(&terminal.screen()));
    let table: Vec<&str> = screen
        .lines()
        .skip_while(|l| !l.starts_with("ID"))
        .collect();
    assert_eq!(table.len(), 3, "{screen}");
    for (row, environment) in table[1..].iter().zip(["main", "pr-12"]) {
        let has = |word: &str| row.split_whitespace().any(|found| found == word);
        assert!(has(environment) && has("completed"), "{screen}");
    }
}

#[test]
fn ctrl_c_while_waiting_leaves_runs_in_progress() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let mut terminal =
        env.terminal(&[&["invoke", "Say hello", "--yes", "--wait"], &ALL[..]].concat());
    terminal.wait_for("3 runs: ");
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);
    let screen = terminal.screen();
    assert!(screen.contains("the runs continue"), "{screen}");
}

#[test]
fn only_failed_runs_are_rerun() {
    let env = TestEnv::new();
    env.script("Try arguments", &[Step::Status(Status::Running)]);
    let line = [
        "Try arguments",
        "-a",
        "TEXT=it's",
        "-a",
        "FROM=main",
        "--yes",
        "--concurrency",
        "1",
        "-o",
        "json",
    ];
    let printed = invoke(&env, &[&line[..], &ALL[..]].concat())
        .succeeds()
        .stdout;
    let again = |more: &[&str]| {
        let line = [&["rerun", "--failed", "-", "-o", "json"], more].concat();
        env.run(env.command(&line).stdin(&printed))
    };
    let none = again(&["--yes"]).succeeds();
    assert_eq!((none.stdout.as_str(), started(&env)), ("[]\n", 3));
    assert!(none.stderr.contains("no failed runs"), "{none}");
    for (id, end) in [
        (1, Status::Failed),
        (2, Status::Complete),
        (3, Status::Failed),
    ] {
        env.sandbox().set_run(id, end, None).unwrap();
    }
    let unconfirmed = again(&[]);
    assert_snapshot!(unconfirmed.error(2), @r#"
    not rerun (complete): 2
    127.0.0.1 · `Try arguments` on 2 environments:
      lagoon-demo/develop
      lagoon-demo/pr-12
    {"error":{"kind":"usage","message":"confirmation required: Start it on 2 environments?","hints":["pass --yes to confirm"],"exitCode":2,"runs":[]}}
    "#);
    assert_eq!(started(&env), 3);
    let output = again(&["--yes"]).succeeds();
    assert_eq!(names(&output.json()), ["develop", "pr-12"]);
    assert_eq!(started(&env), 5);
    let command = |id: &str| {
        let (_, answer) = env.graphql(
            "query($i:Int){taskById(id:$i){command}}",
            serde_json::json!({"i": id.parse::<i64>().unwrap()}),
        );
        answer["data"]["taskById"]["command"].clone()
    };
    assert_eq!(command("4"), command("1"));
    // The shape follows from the line: one RUN with --failed is still about several.
    let one = env
        .tasks(&["rerun", "--failed", "1", "--yes", "-o", "json"])
        .succeeds();
    assert_eq!(names(&one.json()), ["develop"]);
}
