//! The pictures in `docs/pictures` show the current output of the program.

use std::collections::BTreeSet;
use std::path::PathBuf;

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use similar::TextDiff;

use crate::support::env::TestEnv;
use crate::support::picture::render;
use crate::support::pty::{CTRL_C, DOWN, ENTER, Terminal};
use crate::wait::advance;

const UPDATE: &str = "TASKS_UPDATE_PICTURES=1 cargo test --test all pictures";

/// In bytes: readers of README load several of them.
const MAX_SIZE: usize = 40_000;

/// Higher than any picture, so that nothing scrolls off.
pub(crate) const ROWS: u16 = 60;

/// Runs a session and returns the screen to show.
type Session = fn(&TestEnv) -> String;

const PICTURES: [(&str, Session); 9] = [
    ("list", list),
    ("invoke", invoke),
    ("follow", follow),
    ("bulk", bulk),
    ("diff", diff),
    ("ui", ui),
    ("ui-form", ui_form),
    ("mcp", crate::mcp::dialogue::of_an_agent),
    ("rehearsal", |_| crate::rehearsal::session()),
];

const TASK_FILE: &str = r#"version: 1
project: lagoon-demo
tasks:
  - name: Clear caches
    description: Pretend to clear all caches; asks before it starts
    command: |
      echo 'Clearing caches'
      drush cache:rebuild
      echo 'All caches cleared'
    service: cli
    confirm: Pages are slow until the caches are warm again. Clear them?
  - name: Reindex
    description: Rebuild a search index
    command: drush search-api:index "$INDEX"
    service: cli
    arguments:
      - {name: INDEX, default: products}
absent:
  - Print many lines
"#;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/pictures")
}

/// Prints the command line in `LINE` behind a prompt, and runs it.
pub(crate) const PROMPT: &str = r#"printf '\033[1;32m$\033[m %s\n' "$LINE"; eval "exec $LINE""#;

/// Prints a command line behind a prompt, and runs it at a terminal in the context `example`.
fn session(env: &TestEnv, line: &str) -> Terminal {
    let add = ["context", "add", "example", &env.url()];
    env.home.tasks(&add).succeeds();
    let invocation = env
        .shell(PROMPT)
        .without("TASKS_API")
        .env("TASKS_CONTEXT", "example")
        .env("LINE", line);
    Terminal::start_with_rows(&invocation, ROWS).hiding(env.token())
}

/// The screen of a session at its end.
pub(crate) fn finished(mut terminal: Terminal, code: i32) -> String {
    assert_eq!(terminal.finish(), code, "{}", terminal.screen());
    terminal.formatted()
}

fn last_line(screen: &str) -> &str {
    screen.lines().last().unwrap_or_default()
}

fn list(env: &TestEnv) -> String {
    finished(session(env, "tasks list -p lagoon-demo -e main"), 0)
}

/// All prompts answered but the last one.
fn invoke(env: &TestEnv) -> String {
    let mut terminal = session(env, "tasks invoke");
    terminal.wait_for("pr-12");
    terminal.send(DOWN);
    terminal.wait_for("❯ main");
    terminal.send(ENTER);
    terminal.wait_for("Say hello");
    terminal.send("Try arguments");
    terminal.wait_until_gone("Say hello");
    terminal.send(ENTER);
    for (argument, keys) in [
        ("FROM", ENTER),
        ("TEXT", "Good morning\r"),
        ("TIMES", ENTER),
    ] {
        terminal.wait_for(argument);
        terminal.send(keys);
    }
    let screen = terminal.formatted_when("the environments for TO", |screen| {
        screen.contains("(TO)") && last_line(screen).contains("pr-12")
    });
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 130);
    screen
}

/// A growing log above the progress line.
fn follow(env: &TestEnv) -> String {
    let lines = |range: std::ops::RangeInclusive<i32>| {
        Step::Log(range.map(|line| format!("{line} of 10\n")).collect())
    };
    let steps = [
        Step::Status(Status::Running),
        lines(1..=6),
        Step::Hold,
        lines(7..=10),
        Step::Status(Status::Complete),
    ];
    env.script("Count slowly", &steps);
    let line = "tasks invoke 'Count slowly' -p lagoon-demo -e main --follow";
    let terminal = session(env, line);
    let screen = terminal.formatted_when("progress below the log", |screen| {
        let line = last_line(screen);
        screen.contains("\n6 of 10\n")
            && line.starts_with(|first| ('\u{2800}'..='\u{28ff}').contains(&first))
            && line.contains("running")
            && line.ends_with('s')
    });
    advance(env, "1");
    finished(terminal, 0);
    screen
}

/// Runs on three environments, confirmed once.
fn bulk(env: &TestEnv) -> String {
    env.sql(
        "CREATE TRIGGER duration AFTER UPDATE OF status ON task WHEN NEW.completed IS NOT NULL BEGIN
           UPDATE task SET started = datetime('now', '-90 seconds'),
             completed = datetime('now', '-90 seconds', (5 + 7 * id) || ' seconds') WHERE id = NEW.id;
         END",
    );
    let line = "tasks invoke 'Clear caches' -p lagoon-demo -e '*' --concurrency 1 --wait";
    let mut terminal = session(env, line);
    terminal.wait_until("the question", |screen| last_line(screen).starts_with("? "));
    terminal.send("y\r");
    finished(terminal, 0)
}

fn diff(env: &TestEnv) -> String {
    env.home.write("work/.lagoon/tasks.yml", TASK_FILE);
    finished(session(env, "tasks diff"), 9)
}

/// The full-screen interface with a run in progress.
fn ui_session(env: &TestEnv) -> Terminal {
    env.sql(
        "INSERT INTO task (id, name, task_name, environment, service, command, kind, status, created, started, completed,
             remote_id, source_user)
         VALUES
           (61, 'Run yarn audit', 'lagoon-task-p7m2qa', 102, 'node', 'c', 'COMMAND', 'complete',
             datetime('now', '-26 hours'), datetime('now', '-26 hours'), datetime('now', '-26 hours', '12 seconds'), 'x',
             'maintainer@example.com'),
           (62, 'Clear caches', 'lagoon-task-t5w8hc', 102, 'cli', 'c', 'COMMAND', 'failed',
             datetime('now', '-5 hours'), datetime('now', '-5 hours'), datetime('now', '-5 hours', '3 seconds'), 'x',
             'maintainer@example.com'),
           (63, 'Export database', 'lagoon-task-k3v9xd', 102, 'cli', 'c', 'COMMAND', 'running',
             datetime('now', '-7230 seconds'), datetime('now', '-7230 seconds'), NULL, 'x', 'maintainer@example.com');
         INSERT INTO run_log (task, body) VALUES (63, CAST(replace('Exporting 214 tables|cache_default: skipped|node: 120,311 rows|'
           || 'node__body: 120,311 rows|users: 8,204 rows|', '|', char(10)) AS BLOB));",
    );
    let add = ["context", "add", "example", &env.url()];
    env.home.tasks(&add).succeeds();
    let line = ["ui", "-p", "lagoon-demo", "-e", "develop"];
    let invocation = env
        .command(&line)
        .without("TASKS_API")
        .env("TASKS_CONTEXT", "example");
    let terminal = Terminal::start(&invocation).hiding(env.token());
    terminal.wait_until("tasks and runs", |screen| {
        screen.contains("Say hello") && screen.contains("1 run in progress")
    });
    terminal
}

fn ui(env: &TestEnv) -> String {
    let mut terminal = ui_session(env);
    terminal.send("\t\t");
    let screen = terminal.formatted_when("the log", |screen| screen.contains("users: 8,204"));
    terminal.send("q");
    assert_eq!(terminal.finish(), 0);
    screen
}

/// A form with a value that is not valid.
fn ui_form(env: &TestEnv) -> String {
    let mut terminal = ui_session(env);
    terminal.send("\tji\tGood morning\t3x");
    let screen =
        terminal.formatted_when("the problem", |screen| screen.contains("digits and dots"));
    terminal.send(CTRL_C);
    assert_eq!(terminal.finish(), 0);
    screen
}

#[test]
fn pictures_are_current() {
    let update = std::env::var_os("TASKS_UPDATE_PICTURES").is_some();
    let mut differences = String::new();
    for (name, session) in PICTURES {
        let path = folder().join(format!("{name}.svg"));
        let picture = render(&session(&TestEnv::new()));
        assert!(picture.len() < MAX_SIZE, "{name}: {}", picture.len());
        if update {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&path, &picture).unwrap();
        }
        let current = std::fs::read_to_string(&path).unwrap_or_default();
        if current != picture {
            let difference = TextDiff::from_lines(&current, &picture);
            let mut difference = difference.unified_diff();
            let name = format!("docs/pictures/{name}.svg");
            let lines = difference.context_radius(0).header(&name, "current output");
            differences.push_str(&lines.to_string());
        }
    }
    assert!(
        differences.is_empty(),
        "pictures are out of date; to update them, run: {UPDATE}\n{differences}"
    );
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let pictures = PICTURES.map(|(name, _)| format!("{name}.svg"));
    assert_eq!(files, BTreeSet::from(pictures));
}
