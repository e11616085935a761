//! At a real terminal: how far a run is that is followed, and that nothing of it stays.

use insta::assert_snapshot;
use lagoon_sandbox::Fault;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use unicode_width::UnicodeWidthStr;

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
        ("[━─]{8,20} [0-9]+ s", "(bar) N s"),
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
    terminal.wait_for(" s of about 40 s");
    assert_snapshot!(still(&terminal.screen()), @"
    127.0.0.1 · lagoon-demo/main (production)
    one
    * run 2 is running: Say hello on lagoon-demo/main (bar) N s of about 40 s
    ");
    advance(&env, "2");
    assert_eq!(terminal.finish(), 0);
    assert_snapshot!("progress-followed", still(&terminal.screen()));
    assert!(!terminal.hides_cursor());
}

#[test]
fn starts_are_counted_while_they_are_sent() {
    let env = TestEnv::new();
    let line = ["invoke", "Say hello", "-p", "lagoon-demo", "--yes"];
    env.sandbox().fail_next("invokeRegisteredTask", Fault::Hang);
    let one = [&line[..], &["-e", "develop"]].concat();
    let mut terminal = env.terminal(&one);
    terminal.wait_for("starting `Say hello` on lagoon-demo/develop");
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);
    env.sandbox().fail_next("invokeRegisteredTask", Fault::Hang);
    let mut terminal = env.terminal(&[&line[..], &["-e", "*"]].concat());
    terminal.wait_for("starting 3 runs, 2 done");
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);
    let screen = terminal.screen();
    assert!(
        !screen.contains("waiting for 127.0.0.1") && !screen.contains("starting"),
        "{screen}"
    );
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
    assert!(!output.stderr.contains("about 40 s"), "{output}");
    assert!(!output.stderr.contains('\u{1b}'), "{output}");
}

/// Whether this line was drawn at this width: its end shows the time, and it is whole or fills the
/// row. The screen of the tests knows no switch for wrapping, so a line that was drawn before a
/// resize must not arrive after it.
fn is_drawn_for(line: &str, width: u16) -> bool {
    let (cells, width) = (line.width(), usize::from(width));
    let fills = line.contains("lagoon-demo/main ") || cells + 4 >= width;
    cells < width && fills && (line.ends_with(" s") || line.ends_with('…'))
}

#[test]
fn progress_is_one_line_that_never_wraps_at_any_width() {
    let env = env();
    let name = "数え上げ ⚓ a task with a long name that does not fit on a narrow screen";
    let define = ["define", name, "-s", "cli", "--command", "true"];
    env.tasks(&[&define[..], &LINE[2..6]].concat()).succeeds();
    env.script(name, &[Step::Status(Status::Running)]);
    let wait = ["invoke", name, "--wait"];
    let command = env.command(&[&wait[..], &LINE[2..6]].concat());
    let mut terminal = Terminal::start(&command).hiding(env.token());
    terminal.wait_for("is running");
    for width in [30, 120, 40, 50, 30, 60, 80] {
        terminal.resize(24, width);
        terminal.wait_until("one line of progress", |screen| {
            let lines: Vec<&str> = screen
                .lines()
                .filter(|line| line.contains("run 2 is"))
                .collect();
            lines.len() == 1 && is_drawn_for(lines[0], width)
        });
    }
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);
    assert!(
        !terminal.screen().contains("run 2 is"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn a_log_survives_resizes_while_it_is_followed() {
    let env = env();
    let mut terminal = terminal(&env);
    terminal.wait_for("\none\n");
    for width in [45, 100, 35, 80] {
        terminal.resize(24, width);
        terminal.wait_until("progress below the log", |screen| {
            let last = screen.lines().last().unwrap_or_default();
            screen.contains("\none\n") && is_drawn_for(last, width)
        });
    }
    advance(&env, "2");
    assert_eq!(terminal.finish(), 0);
    let screen = terminal.screen();
    assert!(screen.contains("\none\ntwo\n"), "{screen}");
    assert!(!screen.contains("of about"), "{screen}");
}

/// Terminals that break lines at other places when they are resized keep the cursor on its character. The
/// cursor must therefore rest where progress begins: then erasing from there on reaches all of it
/// and nothing else.
#[test]
fn the_cursor_rests_where_progress_begins() {
    let env = env();
    let mut terminal = terminal(&env);
    terminal.wait_for(" s of about 40 s");
    let (row, column) = terminal.cursor();
    let screen = terminal.screen();
    assert_eq!(
        (usize::from(row), column),
        (screen.lines().count() - 1, 0),
        "{screen}"
    );
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);
}

#[test]
fn several_runs_share_one_line_with_their_states_and_the_estimate() {
    let env = env();
    let line = [
        "invoke",
        "Say hello",
        "-p",
        "lagoon-demo",
        "--all-environments",
        "--yes",
        "--wait",
    ];
    env.script("Say hello", &[Step::Status(Status::Running)]);
    let mut terminal = Terminal::start(&env.command(&line)).hiding(env.token());
    terminal.wait_for("of about 40 s");
    terminal.wait_until("all to run", |screen| screen.contains("3 runs: 3 running"));
    let last = terminal
        .screen()
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned();
    assert_snapshot!(still(&last.replace("3 runs", "run")), @"* run: 3 running (bar) N s of about 40 s");
    env.sandbox().set_run(2, Status::Failed, None).unwrap();
    terminal.wait_for("3 runs: 2 running, 1 failed");
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);

    // Also by commands for runs that exist.
    let id = start(&env, &[Step::Status(Status::Running)]);
    for line in [["wait", "3", &id, "-y"], ["logs", "3", &id, "-f"]] {
        let mut terminal = Terminal::start(&env.command(&line)).hiding(env.token());
        terminal.wait_for("of about 40 s");
        terminal.send(CTRL_C);
        assert_eq!(terminal.finish(), 130);
    }
}
