//! `logs` at a terminal: the pager.

use std::path::PathBuf;

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use crate::support::env::TestEnv;
use crate::support::process::Invocation;
use crate::support::pty::{CTRL_C, Terminal};
use crate::support::ssh::{script, with_bin};
use crate::wait::start;

/// A Lagoon with a finished run whose log has this many lines.
fn logged(lines: usize) -> (TestEnv, String) {
    let env = TestEnv::new();
    let text: String = (1..=lines)
        .map(|line| format!("\u{1b}[31mline {line}\u{1b}[0m\n"))
        .collect();
    let steps = [Step::Log(text), Step::Status(Status::Complete)];
    let id = start(&env, &steps);
    env.sql("UPDATE task SET completed = '2020-01-01 00:00:00'");
    (env, id)
}

/// The command with a pager called `pager`, which records its options and prints its input.
fn with_pager(env: &TestEnv, args: &[&str]) -> (Invocation, PathBuf) {
    let noted = env.home.path("noted");
    let lines = format!(
        "echo \"LESS=$LESS arguments=$* secret=$TASKS_TOKEN\" > '{}'\nsed 's/^/paged: /'",
        noted.display()
    );
    script(&env.home, "pager", &lines);
    let command = with_bin(&env.home, env.command(args));
    (command.env("TASKS_PAGER", "pager 'two words'"), noted)
}

#[test]
fn logs_at_a_terminal_use_tasks_pager_else_pager_else_less() {
    let (env, id) = logged(2);
    let (command, noted) = with_pager(&env, &["logs", &id]);
    let mut terminal = Terminal::start(&command.env("PAGER", "false"));
    assert_eq!(terminal.finish(), 0);
    assert_eq!(terminal.screen(), "paged: line 1\npaged: line 2");
    assert!(terminal.transcript().contains("\u{1b}[31mline 1"));
    let options = "LESS=FRX arguments=two words secret=\n";
    assert_eq!(std::fs::read_to_string(&noted).unwrap(), options);

    let (command, noted) = with_pager(&env, &["logs", &id]);
    let command = command.without("TASKS_PAGER").env("PAGER", "pager");
    let mut terminal = Terminal::start(&command.env("LESS", "-S"));
    assert_eq!(terminal.finish(), 0);
    assert!(terminal.screen().contains("paged: line 1"));
    let options = "LESS=-S arguments= secret=\n";
    assert_eq!(std::fs::read_to_string(&noted).unwrap(), options);

    script(&env.home, "less", "sed \"s/^/less $LESS: /\"");
    let mut terminal = Terminal::start(&with_bin(&env.home, env.command(&["logs", &id])));
    assert_eq!(terminal.finish(), 0);
    assert_eq!(terminal.screen(), "less FRX: line 1\nless FRX: line 2");
}

#[test]
fn no_pager_is_used_with_no_pager_when_following_or_without_a_terminal() {
    let (env, id) = logged(2);
    for args in [
        &["logs", &id, "--no-pager"][..],
        &["logs", &id, "-f"],
        &["logs", &id, "--raw"],
        &["status", &id],
    ] {
        let (command, noted) = with_pager(&env, args);
        assert_eq!(Terminal::start(&command).finish(), 0, "{args:?}");
        assert!(!noted.exists(), "{args:?}");
    }
    for pager in ["", " ", "cat"] {
        let (command, noted) = with_pager(&env, &["logs", &id]);
        let command = command.env("TASKS_PAGER", pager).env("PAGER", "pager");
        let mut terminal = Terminal::start(&command);
        assert_eq!(terminal.finish(), 0);
        assert_eq!(terminal.screen(), "line 1\nline 2");
        assert!(!noted.exists());
    }
    let (command, noted) = with_pager(&env, &["logs", &id]);
    assert_eq!(env.run(command).succeeds().stdout, "line 1\nline 2\n");
    assert!(!noted.exists());
}

#[test]
fn a_pager_that_cannot_be_started_is_only_a_warning() {
    let (env, id) = logged(2);
    for pager in ["no-such-pager -R", "pager 'open"] {
        let command = env.command(&["logs", &id]).env("TASKS_PAGER", pager);
        let mut terminal = Terminal::start(&command);
        assert_eq!(terminal.finish(), 0);
        let screen = terminal.screen();
        assert!(
            screen.starts_with(&format!("warning: cannot start the pager `{pager}`: ")),
            "{screen}"
        );
        assert!(screen.ends_with("line 1\nline 2"), "{screen}");
    }
}

#[test]
fn quitting_the_pager_early_is_no_error() {
    let (env, id) = logged(20_000);
    let command = env.command(&["logs", &id]).env("TASKS_PAGER", "head -n 1");
    let mut terminal = Terminal::start(&command);
    assert_eq!(terminal.finish(), 0);
    assert_eq!(terminal.screen(), "line 1");
}

#[test]
fn ctrl_c_belongs_to_the_pager() {
    let (env, id) = logged(2);
    // Each stage has its trap before it says so. A shell may continue an interrupted `read`, or end it.
    let lines = "trap 'echo caught' INT\necho first\nread answer < /dev/tty || read answer < /dev/tty\n\
                 trap 'echo again' INT\necho second\nread answer < /dev/tty || read answer < /dev/tty\n\
                 sed 's/^/paged: /'";
    script(&env.home, "pager", lines);
    let command = with_bin(&env.home, env.command(&["logs", &id]));
    let mut terminal = Terminal::start(&command.env("TASKS_PAGER", "pager"));
    for (stage, caught) in [("first", "caught"), ("second", "again")] {
        terminal.wait_for(stage);
        terminal.send(CTRL_C);
        terminal.send("\r");
        terminal.wait_for(caught);
    }
    terminal.wait_for("paged: line 2");
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn several_logs_and_their_headings_are_paged_together() {
    let (env, id) = logged(1);
    let steps = [
        Step::Log("other\n".to_owned()),
        Step::Status(Status::Complete),
    ];
    let other = start(&env, &steps);
    let (command, _) = with_pager(&env, &["logs", &id, &other, "999"]);
    let mut terminal = Terminal::start(&command);
    assert_eq!(terminal.finish(), 5);
    assert_eq!(
        terminal.screen(),
        "paged: run 1 (Say hello):\npaged: line 1\npaged: run 2 (Say hello):\npaged: other\n\
         error: run 999 not found\n\
         hint: Lagoon keeps runs for a limited time; to list them: tasks runs"
    );
}
