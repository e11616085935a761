//! At a real terminal: how far a run is that is followed, and that nothing of it stays.

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use crate::support::env::TestEnv;
use crate::support::output::mask;
use crate::support::pty::{CTRL_C, Terminal};
use crate::support::ssh::{script, set_portal, with_bin};
use crate::wait::{advance, start};

const LINE: [&str; 7] = [
    "invoke",
    "Say hello",
    "-p",
    "lagoon-demo",
    "-e",
    "main",
    "-f",
];

/// A Lagoon where this task took 40 s before, and whose cluster shows the log's first line.
fn env() -> TestEnv {
    let env = TestEnv::new();
    start(&env, &[Step::Status(Status::Complete)]);
    let sql = "UPDATE task SET started = '2026-01-01 00:00:00', completed = '2026-01-01 00:00:40'";
    env.sql(sql);
    set_portal(&env, "portal.example.com", "22");
    let line = "echo '[pod/x/cli] 2026-01-01T00:00:00Z one'; exec sleep 1000";
    script(&env.home, "ssh", line);
    let steps = [
        Step::Status(Status::Running),
        Step::Hold,
        Step::Log("one\ntwo\n".to_owned()),
        Step::Status(Status::Complete),
    ];
    env.script("Say hello", &steps);
    env
}

fn terminal(env: &TestEnv) -> Terminal {
    Terminal::start(&with_bin(&env.home, env.command(&LINE))).hiding(env.token())
}

/// A screen on which time stands still.
fn still(screen: &str) -> String {
    let moving = [
        ("[\u{2800}-\u{28ff}] run", "* run"),
        ("[━─]{20} [0-9]+s", "(bar) Ns"),
    ];
    moving
        .iter()
        .fold(mask(screen), |screen, (pattern, still)| {
            let pattern = regex::Regex::new(pattern).unwrap();
            pattern.replace_all(&screen, *still).into_owned()
        })
}

#[test]
fn a_followed_run_shows_progress_and_leaves_only_its_log() {
    let env = env();
    let mut terminal = terminal(&env);
    terminal.wait_for("running");
    terminal.wait_for("\none\n");
    terminal.wait_for("s of about 40s");
    assert_snapshot!(still(&terminal.screen()), @"
    127.0.0.1 · lagoon-demo/main (production)
    run 2 (lagoon-task-xxxx)
    one
    * run 2 of Say hello on lagoon-demo/main (production): running (bar) Ns of about 40s
    ");
    advance(&env, "2");
    assert_eq!(terminal.finish(), 0);
    assert_snapshot!("progress-followed", still(&terminal.screen()));
    assert!(!terminal.hides_cursor());
}

#[test]
fn ctrl_c_leaves_the_run_and_prints_how_to_follow_it() {
    let env = env();
    let mut terminal = terminal(&env);
    terminal.wait_for("\none\n");
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);
    assert_snapshot!("progress-interrupted", still(&terminal.screen()));
    assert!(!terminal.hides_cursor());
    let run = env.tasks(&["status", "2", "-o", "json"]).succeeds().json();
    assert_eq!(run["status"], "running");
}

#[test]
fn without_a_terminal_no_progress_is_shown() {
    let env = env();
    let mut running = with_bin(&env.home, env.command(&LINE)).start();
    running.until_stdout("one\n");
    advance(&env, "2");
    let output = running.finish().succeeds();
    assert_eq!(output.stdout, "one\ntwo\n");
    assert!(!output.stderr.contains("about 40s"), "{output}");
    assert!(!output.stderr.contains('\u{1b}'), "{output}");
}
