//! `ui`: the full-screen interface at a terminal.

mod failures;
mod many;
mod panics;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::{Status, StoreError};
use serde_json::json;

use crate::support::env::TestEnv;
use crate::support::process::{Invocation, eventually};
use crate::support::pty::{CTRL_C, DOWN, ENTER, Terminal};
use crate::wait::{advance, start_held};

const DEVELOP: [&str; 5] = ["ui", "-p", "lagoon-demo", "-e", "develop"];

/// The interface with an environment whose tasks are shown.
fn open(env: &TestEnv) -> Terminal {
    opened(env, &env.command(&DEVELOP))
}

fn opened(env: &TestEnv, invocation: &Invocation) -> Terminal {
    let terminal = Terminal::start(invocation).hiding(env.token());
    shows_tasks(&terminal);
    terminal
}

fn shows_tasks(terminal: &Terminal) {
    terminal.wait_until("tasks and runs", |screen| {
        screen.contains("Clear caches") && !screen.contains("loading")
    });
}

/// Ends it and requires the terminal of before.
#[track_caller]
fn quits(terminal: &mut Terminal) {
    terminal.send("q");
    assert_eq!(terminal.finish(), 0, "{}", terminal.screen());
    is_restored(terminal);
}

#[track_caller]
fn is_restored(terminal: &Terminal) {
    assert!(terminal.is_cooked(), "keys are not echoed");
    assert!(!terminal.hides_cursor(), "the cursor is hidden");
    assert!(!terminal.is_alternate(), "another screen is shown");
    let written = terminal.transcript();
    for mode in ["?1049", "?1000", "?1006", "?2004"] {
        let last = |end: &str| written.rfind(&format!("\x1b[{mode}{end}"));
        assert!(last("l") >= last("h"), "{mode}");
    }
}

fn started(env: &TestEnv) -> usize {
    env.sent(&["invokeRegisteredTask", "addTask"])
}

#[test]
fn ui_shows_the_given_environment_and_quits_with_0() {
    let env = TestEnv::new();
    let mut terminal = open(&env);
    assert!(terminal.is_alternate() && !terminal.is_cooked());
    assert_snapshot!(terminal.screen(), @"
     tasks 127.0.0.1 › lagoon-demo › develop                    no runs in progress
    ┏ Projects ━━━━━━━━┓┌ Tasks ─────────────────────┐┌ Task ──────────────────────┐
    ┃▾ lagoon-demo     ┃│Run yarn audit              ││Run yarn audit              │
    ┃  develop         ┃│Try arguments               ││Look for known              │
    ┃  main        prod┃│Clear caches                ││vulnerabilities in the      │
    ┃  pr-12           ┃│Count slowly                ││project's packages          │
    ┃                  ┃│Print many lines            ││                            │
    ┃                  ┃│Fail on purpose             ││Service: node               │
    ┃                  ┃│Rebuild index               ││Scope: project              │
    ┃                  ┃│Export database             ││Permission: developer       │
    ┃                  ┃│Say hello                   ││                            │
    ┃                  ┃└────────────────────────────┘│No arguments                │
    ┃                  ┃┌ Runs ──────────────────────┐│                            │
    ┃                  ┃│no runs                     ││Command                     │
    ┃                  ┃│                            ││yarn audit                  │
    ┃                  ┃│                            ││                            │
    ┃                  ┃│                            ││                            │
    ┃                  ┃│                            ││                            │
    ┃                  ┃│                            ││                            │
    ┃                  ┃│                            ││                            │
    ┃                  ┃│                            ││                            │
    ┗━━━━━━━━━━━━━━━━━━┛└────────────────────────────┘└────────────────────────────┘
     $ tasks list -p lagoon-demo -e develop
     ? help  q quit  / filter  x exec  w in progress  y copy  Enter open  Tab pane
    ");
    quits(&mut terminal);
    assert_eq!(terminal.screen(), "");
}

#[test]
fn ui_opens_the_project_of_the_checkout() {
    let env = TestEnv::new();
    env.home.write("work/.lagoon.yml", "project: lagoon-demo\n");
    let mut terminal = env.terminal(&["ui"]);
    terminal.wait_for("develop");
    quits(&mut terminal);
}

#[test]
fn ui_invokes_a_task_with_a_form_and_follows_it() {
    let env = TestEnv::new();
    let steps = [
        Step::Status(Status::Running),
        Step::Log("\x1b[32mfirst\x1b[0m line\n".to_owned()),
        Step::Hold,
        Step::Log("last line\n".to_owned()),
        Step::Status(Status::Complete),
    ];
    env.script("Try arguments", &steps);
    let mut terminal = open(&env);
    terminal.send("\t/Try");
    terminal.wait_until_gone("Clear caches");
    terminal.send(ENTER);
    terminal.send("i");
    terminal.wait_for("Invoke Try arguments on lagoon-demo/develop");
    // FROM, TEXT, TIMES: each value appears in the equivalent command.
    terminal.send("\x1b[C");
    terminal.wait_for("-a FROM=develop");
    terminal.send(&format!("{ENTER}it's $HOME"));
    terminal.wait_for("-a 'TEXT=it'");
    terminal.send(&format!("{ENTER}x"));
    terminal.wait_for("digits and dots only");
    terminal.send("\x7f2");
    terminal.wait_for("-a TIMES=2");
    assert_eq!(started(&env), 0);
    terminal.send(&format!("{ENTER}{ENTER}"));
    terminal.wait_for("first line");
    assert!(
        terminal.screen().contains("running"),
        "{}",
        terminal.screen()
    );
    advance(&env, "1");
    terminal.wait_until("the end", |screen| {
        screen.contains("last line") && screen.contains("completed")
    });
    let (_, answer) = env.graphql("{taskById(id:1){command}}", json!({}));
    let command = answer["data"]["taskById"]["command"].as_str().unwrap();
    assert!(
        command.contains("TEXT=\"it's \\$HOME\" TIMES=\"2\""),
        "{command}"
    );
    quits(&mut terminal);
    assert_eq!(started(&env), 1);
}

#[test]
fn ui_confirms_production_and_confirmation_texts() {
    let env = TestEnv::new();
    let mut terminal = opened(
        &env,
        &env.command(&["ui", "-p", "lagoon-demo", "-e", "main"]),
    );
    terminal.send("\t/Clear");
    terminal.wait_until_gone("Fail on purpose");
    terminal.send(ENTER);
    terminal.send("i");
    terminal.wait_for("[ Start ]");
    terminal.send(ENTER);
    terminal.wait_until("both questions", |screen| {
        screen.contains("Pages are slow") && screen.contains("Start it on lagoon-demo")
    });
    terminal.send(ENTER);
    terminal.wait_for("nothing was done");
    assert_eq!(started(&env), 0);
    terminal.send("i");
    terminal.wait_for("[ Start ]");
    terminal.send(ENTER);
    terminal.wait_for("Start it on lagoon-demo");
    terminal.send("y");
    terminal.wait_for("started run 1");
    quits(&mut terminal);
    assert_eq!(started(&env), 1);
}

#[test]
fn ui_runs_a_command_in_a_service() {
    let env = TestEnv::new();
    let mut terminal = open(&env);
    terminal.send("x");
    terminal.wait_for("Run a command on lagoon-demo/develop");
    terminal.send("drush status | head");
    terminal.wait_for("sh -c 'drush status | head'");
    terminal.send(ENTER);
    terminal.wait_for("started run 1");
    quits(&mut terminal);
    let (_, answer) = env.graphql("{taskById(id:1){command service name}}", json!({}));
    let run = &answer["data"]["taskById"];
    assert_eq!(run["command"], "sh -c 'drush status | head'", "{run}");
    assert_eq!(
        (&run["service"], &run["name"]),
        (&json!("cli"), &json!("exec sh"))
    );
}

/// With a run in progress on the production environment.
fn with_run(env: &TestEnv) -> Terminal {
    start_held(env, Status::Complete);
    let terminal = opened(
        env,
        &env.command(&["ui", "-p", "lagoon-demo", "-e", "main"]),
    );
    terminal.wait_for("1 run in progress");
    terminal
}

#[test]
fn ui_cancels_a_run_after_confirmation() {
    let env = TestEnv::new();
    let mut terminal = with_run(&env);
    terminal.send("\t\tc");
    terminal.wait_for("$ tasks cancel 1");
    terminal.send("n");
    terminal.wait_for("nothing was done");
    assert_eq!(env.sent(&["cancelTask"]), 0);
    terminal.send("c");
    terminal.wait_for("Cancel run 1?");
    terminal.send("y");
    terminal.wait_for("no runs in progress");
    terminal.wait_for("cancelled");
    quits(&mut terminal);
    assert_eq!(env.sent(&["cancelTask"]), 1);
}

#[test]
fn ui_reruns_a_run() {
    let env = TestEnv::new();
    let mut terminal = with_run(&env);
    advance(&env, "1");
    terminal.wait_for("no runs in progress");
    terminal.send("\t\tr");
    terminal.wait_for("$ tasks rerun 1");
    terminal.send("y");
    terminal.wait_for("started run 2");
    quits(&mut terminal);
    assert_eq!(started(&env), 2);
}

#[test]
fn ui_downloads_the_files_of_a_run() {
    let env = TestEnv::new();
    let id: i32 = start_held(&env, Status::Complete).parse().unwrap();
    let sql =
        "INSERT INTO file (task, filename, body, created) VALUES (?1, ?2, ?3, datetime('now'))";
    for name in ["one.txt", "two.txt"] {
        let store = env.sandbox().store();
        let row = (id, name, name.as_bytes());
        store
            .write(|tx| Ok::<_, StoreError>(tx.execute(sql, row)?))
            .unwrap();
    }
    let mut terminal = opened(
        &env,
        &env.command(&["ui", "-p", "lagoon-demo", "-e", "main"]),
    );
    terminal.wait_for("1 run in progress");
    terminal.send("\t\td");
    terminal.wait_for("saved 2 files in run-1");
    let saved = std::fs::read_to_string(env.home.path("work/run-1/two.txt"));
    assert_eq!(saved.unwrap(), "two.txt");
    env.home.write("work/run-1/two.txt", "other");
    for (answer, content) in [("n", "other"), ("y", "two.txt")] {
        terminal.send("d");
        terminal.wait_for("2 files exist in run-1; replace them?");
        terminal.send(answer);
        terminal.wait_for(match answer {
            "y" => "saved 2 files in run-1",
            _ => "nothing was done",
        });
        let saved = std::fs::read_to_string(env.home.path("work/run-1/two.txt"));
        assert_eq!(saved.unwrap(), content);
    }
    quits(&mut terminal);
}

#[test]
fn ui_shows_active_runs_of_all_projects() {
    let env = TestEnv::new();
    let mut terminal = with_run(&env);
    terminal.send("w");
    terminal.wait_until("the run", |screen| {
        screen.contains("Runs in progress of all projects") && screen.contains("lagoon-demo/main")
    });
    terminal.send(ENTER);
    terminal.wait_for("Run 1");
    quits(&mut terminal);
}

#[test]
fn ui_filters_a_list() {
    let env = TestEnv::new();
    let mut terminal = open(&env);
    terminal.send("\t/hello");
    terminal.wait_until_gone("Clear caches");
    assert!(terminal.screen().contains("Say hello"));
    terminal.send("\x1b");
    terminal.wait_for("Print many lines");
    quits(&mut terminal);
}

#[test]
fn ui_follows_resizes() {
    let env = TestEnv::new();
    let mut terminal = open(&env);
    for (height, width) in [(20, 60), (40, 120), (8, 30), (3, 10), (1, 1), (24, 80)] {
        terminal.resize_and_wait(height, width);
        terminal.wait_until("the new size", |screen| match (height, width) {
            (3, _) => screen == "too small:",
            (1, _) => screen == "t",
            _ => screen.contains("lagoon-demo") && screen.lines().count() == usize::from(height),
        });
    }
    quits(&mut terminal);
}

#[test]
fn ui_copies_the_equivalent_command_to_the_terminals_clipboard() {
    let env = TestEnv::new();
    let mut terminal = open(&env);
    terminal.send("\ty");
    terminal.wait_for("copied: tasks invoke");
    let written = terminal.transcript();
    let text = written.split("\x1b]52;c;").nth(1).unwrap();
    let text = BASE64_STANDARD.decode(text.split('\x07').next().unwrap());
    let line = String::from_utf8(text.unwrap()).unwrap();
    assert!(line.ends_with("-p lagoon-demo -e develop"), "{line}");
    quits(&mut terminal);
}

#[test]
fn ui_help_shows_the_keys() {
    let env = TestEnv::new();
    let mut terminal = open(&env);
    terminal.send("?");
    terminal.wait_for("Invoke the selected task");
    terminal.send("q");
    terminal.wait_until_gone("Invoke the selected task");
    quits(&mut terminal);
}

#[test]
fn ui_takes_clicks_and_the_wheel() {
    let env = TestEnv::new();
    let mut terminal = open(&env);
    let screen = terminal.screen();
    let row = screen.lines().position(|row| row.contains("Count slowly"));
    let column = 30;
    terminal.send(&format!("\x1b[<0;{column};{}M", row.unwrap() + 1));
    terminal.wait_for("invoke 'Count slowly'");
    quits(&mut terminal);
    let mut other = opened(
        &env,
        &env.command(&[&DEVELOP[..], &["--no-mouse"]].concat()),
    );
    assert!(!other.transcript().contains("?1000h"));
    quits(&mut other);
}

#[test]
fn ui_uses_no_colour_under_no_color() {
    let env = TestEnv::new();
    let colour = regex::Regex::new("\x1b\\[[0-9;]*(3[0-7]|9[0-7]|38|48)[0-9;]*m").unwrap();
    for (variable, has_colour) in [("NO_COLOR", false), ("OTHER", true)] {
        let command = env.command(&DEVELOP).env(variable, "1");
        let mut terminal = opened(&env, &command);
        quits(&mut terminal);
        assert_eq!(
            colour.is_match(&terminal.transcript()),
            has_colour,
            "{variable}"
        );
    }
}

#[test]
fn ui_restores_the_terminal_after_a_signal() {
    let env = TestEnv::new();
    for (signal, code) in [("TERM", 143), ("HUP", 143), ("QUIT", 143), ("INT", 0)] {
        let mut terminal = open(&env);
        terminal.signal(signal);
        assert_eq!(terminal.finish(), code, "{signal}");
        is_restored(&terminal);
    }
}

#[test]
fn ctrl_c_ends_ui_with_0_and_no_error() {
    let env = TestEnv::new();
    let mut terminal = open(&env);
    terminal.send(&format!("{DOWN}{CTRL_C}"));
    assert_eq!(terminal.finish(), 0);
    assert_eq!(terminal.screen(), "");
    is_restored(&terminal);
}

#[test]
fn ui_needs_a_terminal() {
    let env = TestEnv::new();
    let (output, requests) = env.tasks_and_requests(&["ui"]);
    assert_eq!((output.code, requests.len()), (2, 0), "{output}");
    assert_snapshot!(output.stderr, @"
    error: the full-screen interface needs a terminal
    hint: without a terminal, use a command such as: tasks list
    ");
}

#[test]
fn a_run_in_progress_is_reported_after_the_end() {
    let env = TestEnv::new();
    let steps = [Step::Status(Status::Running), Step::Hold];
    env.script("Say hello", &steps);
    let mut terminal = open(&env);
    terminal.send("\t/hello");
    terminal.wait_until_gone("Clear caches");
    terminal.send(ENTER);
    terminal.send("i");
    terminal.wait_for("[ Start ]");
    terminal.send(ENTER);
    terminal.wait_for("started run 1");
    terminal.wait_for("1 run in progress");
    quits(&mut terminal);
    let screen = terminal.screen();
    assert!(
        screen.contains("run 1 is in progress; follow it: tasks logs 1 -f"),
        "{screen}"
    );
    // And it is the last run of this machine.
    let last = env.tasks(&["status", "--last", "-o", "id"]).succeeds();
    assert_eq!(last.stdout, "1\n");
}

#[test]
fn idle_ui_sends_no_more_requests_than_runs_watch() {
    let (ui, watch) = (TestEnv::new(), TestEnv::new());
    let mut terminal = open(&ui);
    let running = watch
        .command(&["runs", "-p", "lagoon-demo", "--watch", "-o", "jsonl"])
        .start();
    let reads = |env: &TestEnv| {
        let is_read = |body: &str| body.contains("ProjectRuns") || body.contains("RecentRuns");
        env.requests().iter().filter(|r| is_read(&r.body)).count()
    };
    let others = |env: &TestEnv| env.requests().len() - reads(env);
    eventually("the first reads", || reads(&ui) > 0 && reads(&watch) > 0);
    let (before, other, watched) = (reads(&ui), others(&ui), reads(&watch));
    eventually("some reads", || reads(&watch) >= watched + 3);
    // The pauses vary by a tenth.
    assert!(reads(&ui) - before <= 4, "{} reads", reads(&ui) - before);
    assert_eq!(others(&ui), other);
    running.signal("INT");
    running.finish().succeeds();
    quits(&mut terminal);
}
