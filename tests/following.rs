//! Following runs: what comes after a start, the bell, the exit status, and requests that take long.

use std::time::Duration;

use insta::assert_snapshot;
use lagoon_sandbox::Fault;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use crate::support::env::{MAIN, TestEnv};
use crate::support::output::mask;
use crate::support::pty::{CTRL_C, DOWN, ENTER, Terminal};
use crate::wait::{advance, start_held};

/// The next run of the task logs a line and waits to be advanced before it ends like this.
fn holds(env: &TestEnv, end: Status) {
    let steps = [
        Step::Status(Status::Running),
        Step::Log("one\n".to_owned()),
        Step::Hold,
        Step::Log("two\n".to_owned()),
        Step::Status(end),
    ];
    env.script("Say hello", &steps);
}

#[test]
fn after_a_start_the_page_and_the_command_to_follow_it_are_printed() {
    let env = TestEnv::new();
    let add = ["context", "add", "demo", &env.url(), "--with-token"];
    let add = [&add[..], &["--ui-url", "https://ui.example.com"]].concat();
    let add = env.home.command(&add).stdin(env.token());
    env.home.run(add).succeeds();
    let line = [&["-l", "demo", "invoke", "Say hello"][..], &MAIN].concat();
    let mut terminal = Terminal::start(&env.home.command(&line));
    assert_eq!(terminal.finish(), 0);
    // The page may take two rows.
    let whole: String = terminal.screen().split_whitespace().collect();
    let page = "https://ui.example.com/projects/lagoon-demo/lagoon-demo-main/tasks/lagoon-task-";
    assert!(whole.contains(page), "{whole}");
    let screen = terminal.screen();
    assert!(
        screen.ends_with("\nfollow it: tasks -l demo logs 1 -f"),
        "{screen}"
    );

    let line = ["invoke", "Say hello", "-p", "lagoon-demo"];
    let line = [&line[..], &["--all-environments", "--yes"]].concat();
    let output = env.tasks(&line).succeeds();
    let next = regex::Regex::new("\n3 started; to wait for them: tasks wait [234] [234] [234]\n$");
    assert!(next.unwrap().is_match(&output.stderr), "{output}");
    // Nothing is left to do, or nothing may be said.
    let output = env.tasks(&[&line[..], &["-q"]].concat()).succeeds();
    assert_eq!(output.stderr, "");
    let output = env.tasks(&[&line[..], &["--wait"]].concat());
    assert!(!output.stderr.contains("tasks wait"), "{output}");
}

#[test]
fn a_run_started_from_prompts_can_be_followed() {
    let env = TestEnv::new();
    let line = ["invoke", "Say hello", "-p", "lagoon-demo"];
    let asked = |env: &TestEnv| {
        let mut terminal = env.terminal(&line);
        terminal.wait_for("? Environment");
        terminal.send(ENTER);
        terminal.wait_for("Follow the log? [Y/n]");
        terminal
    };
    holds(&env, Status::Failed);
    let mut terminal = asked(&env);
    assert_snapshot!(mask(&terminal.screen()), @"
    ✔ Environment · develop
    127.0.0.1 · lagoon-demo/develop
    started run 1 of `Say hello` on lagoon-demo/develop
    equivalent command:
      tasks invoke 'Say hello' -p lagoon-demo -e develop
    ? Follow the log? [Y/n]
    ");
    terminal.send(ENTER);
    terminal.wait_for("\none\n");
    advance(&env, "1");
    assert_eq!(terminal.finish(), 3);
    assert!(terminal.screen().contains("\none\ntwo\n"));

    holds(&env, Status::Complete);
    let mut terminal = asked(&env);
    terminal.send("n\r");
    assert_eq!(terminal.finish(), 0);
    let screen = terminal.screen();
    assert!(screen.ends_with("follow it: tasks logs 2 -f"), "{screen}");

    holds(&env, Status::Complete);
    let mut terminal = asked(&env);
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);
    let screen = terminal.screen();
    let continues = "run 3 continues; to follow it: tasks logs 3 -f";
    assert!(screen.contains(continues), "{screen}");
    assert!(!screen.contains("unknown"), "{screen}");
}

#[test]
fn a_followed_log_ends_with_the_outcome_at_a_terminal() {
    let env = TestEnv::new();
    let line = [&["invoke", "Say hello", "--wait"], &MAIN[..]].concat();
    env.tasks(&line).succeeds();
    let mut terminal = env.terminal(&["logs", "1", "-f"]);
    assert_eq!(terminal.finish(), 0);
    let screen = terminal.screen();
    assert!(screen.contains("✓ run 1 completed in"), "{screen}");
    assert_eq!(env.tasks(&["logs", "1", "-f"]).succeeds().stderr, "");
}

#[test]
fn status_shows_the_arguments_of_a_run_to_people() {
    let env = TestEnv::new();
    let place = ["-p", "lagoon-demo", "-e", "develop"];
    let values = ["-a", "TEXT=two\nlines; $x", "-a", "FROM=develop"];
    let line = [&["invoke", "Try arguments", "--wait"], &values[..], &place].concat();
    env.tasks(&line).succeeds();
    let shown = env.tasks(&["status", "1", "-o", "table"]).succeeds().stdout;
    let text = "Arguments    FROM=develop\n             TEXT=two\\nlines; $x\n";
    assert!(shown.contains(text), "{shown}");
    let before = env.sent(&["taskById"]);
    env.tasks(&["status", "1", "-o", "json"]).succeeds();
    assert_eq!(env.sent(&["taskById"]), before + 1);
}

#[test]
fn the_equivalent_command_is_printed_once_the_run_was_started() {
    let env = TestEnv::new();
    env.sql("UPDATE definition SET confirmation_text = 'Say it?' WHERE name = 'Say hello'");
    holds(&env, Status::Complete);
    for (answer, code) in [("n\r", 2), ("y\r", 0)] {
        let mut terminal = env.terminal(&["invoke", "Say hello", "-p", "lagoon-demo"]);
        terminal.wait_for("? Environment");
        terminal.send(ENTER);
        terminal.wait_for("Say it? [y/N]");
        assert!(!terminal.screen().contains("equivalent"));
        terminal.send(answer);
        if code == 0 {
            terminal.wait_for("equivalent command:");
            terminal.wait_for("Follow the log? [Y/n]");
            terminal.send("n\r");
        }
        assert_eq!(terminal.finish(), code);
        assert_eq!(terminal.screen().contains("equivalent"), code == 0);
    }
}

#[test]
fn a_rerun_of_a_picked_run_can_be_followed() {
    let env = TestEnv::new();
    holds(&env, Status::Complete);
    env.tasks(&[&["invoke", "Say hello"], &MAIN[..]].concat())
        .succeeds();
    advance(&env, "1");
    holds(&env, Status::Complete);
    let mut terminal = env.terminal(&["rerun", "-p", "lagoon-demo"]);
    terminal.wait_for("? Run ›");
    terminal.send(DOWN);
    terminal.send(ENTER);
    terminal.wait_for("Follow the log? [Y/n]");
    assert!(terminal.screen().contains("\n  tasks rerun 1\n"));
    terminal.send("n\r");
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn bell_rings_and_sends_a_notification_when_a_wait_ends() {
    let env = TestEnv::new();
    let notice = |id: &str, status: &str| {
        format!("\u{7}\u{1b}]9;tasks: run {id} is {status}: Say hello on lagoon-demo/main\u{7}")
    };
    for (at, (command, status)) in [
        ("wait", "complete"),
        ("logs", "complete"),
        ("wait", "failed"),
    ]
    .into_iter()
    .enumerate()
    {
        let end = match status {
            "failed" => Status::Failed,
            _ => Status::Complete,
        };
        let id = start_held(&env, end);
        assert_eq!(id, (at + 1).to_string());
        let line = [command, &id, "--bell", "-f"];
        let line = if command == "wait" { &line[..3] } else { &line };
        let mut terminal = env.terminal(line);
        terminal.wait_for("is running");
        assert!(!terminal.transcript().contains('\u{7}'));
        advance(&env, &id);
        terminal.finish();
        let transcript = terminal.transcript();
        assert!(transcript.contains(&notice(&id, status)), "{transcript:?}");
    }
    holds(&env, Status::Complete);
    let line = [&["invoke", "Say hello", "--wait", "--bell"][..], &MAIN].concat();
    let mut terminal = Terminal::start(&env.command(&line).env("TMUX", "/tmp/x,1,0"));
    terminal.wait_for("is running");
    advance(&env, "4");
    assert_eq!(terminal.finish(), 0);
    let wrapped = "\u{7}\u{1b}Ptmux;\u{1b}\u{1b}]9;tasks: run 4 is complete";
    assert!(terminal.transcript().contains(wrapped));

    // Elsewhere than at a terminal, and without a wait, there is nothing to ring for.
    let output = env.tasks(&["wait", "4", "--bell"]).succeeds();
    assert!(!output.stderr.contains('\u{7}'), "{output}");
    let line = [&["invoke", "Say hello", "--bell"][..], &MAIN].concat();
    assert_snapshot!(env.tasks(&line).error(2), @"error: --bell has no effect without --wait or --follow");
}

#[test]
fn no_exit_status_follows_without_returning_the_exit_code_of_the_run() {
    let env = TestEnv::new();
    for (end, code) in [(Status::Failed, 3), (Status::Cancelled, 6)] {
        let id = start_held(&env, end);
        advance(&env, &id);
        env.tasks(&["logs", &id, "-f"]).ends_with(code);
        let output = env.tasks(&["logs", &id, "-f", "--no-exit-status"]);
        assert!(
            output.code == 0 && !output.stderr.contains("error:"),
            "{output}"
        );
    }
    // The log was not followed to its end.
    let id = start_held(&env, Status::Complete);
    let line = ["logs", &id, "-f", "--no-exit-status", "--timeout", "1s"];
    env.tasks(&line).ends_with(8);
    env.tasks(&["logs", "999", "-f", "--no-exit-status"])
        .ends_with(5);
    env.tasks(&["logs", &id, "--no-exit-status"]).ends_with(2);
}

#[test]
fn a_request_of_over_a_second_shows_a_spinner_with_the_host() {
    let env = TestEnv::new();
    let held = |env: &TestEnv| {
        let fault = Fault::Delay(Duration::from_millis(2500));
        env.sandbox()
            .fail_next("environmentByKubernetesNamespaceName", fault);
    };
    let line = [&["list"][..], &MAIN].concat();
    held(&env);
    let mut terminal = env.terminal(&line);
    terminal.wait_for("waiting for 127.0.0.1");
    assert_eq!(terminal.finish(), 0);
    let screen = terminal.screen();
    assert!(!screen.contains("waiting for"), "{screen}");
    assert!(screen.contains("Say hello"), "{screen}");
    assert!(!terminal.hides_cursor());

    // Not with -q, and not without a terminal.
    held(&env);
    let mut terminal = env.terminal(&[&line[..], &["-q"]].concat());
    assert_eq!(terminal.finish(), 0);
    assert!(!terminal.transcript().contains("waiting for"));
    held(&env);
    let output = env.tasks(&line).succeeds();
    assert_eq!(output.stderr, "");
}
