//! Answers that are long.

use super::measure::{Line, in_turn, megabytes, millis, run};
use super::server::Lagoon;

pub(crate) fn answers() -> Vec<Line> {
    let mut lines = many_runs();
    lines.extend(long_log());
    lines
}

fn many_runs() -> Vec<Line> {
    const RUNS: usize = 100_000;
    let lagoon = Lagoon::new();
    lagoon.add_ended_runs(RUNS);
    let limit = RUNS.to_string();
    let line = |format| {
        [
            "runs",
            "-p",
            "lagoon-demo",
            "-e",
            "main",
            "--limit",
            &limit,
            "-o",
            format,
        ]
        .map(str::to_owned)
    };
    let (json, table) = (line("json"), line("table"));
    let bodies = lagoon.bodies(&words(&json));
    let answer = run(&mut lagoon.curl(&bodies)).stdout as u64;
    let ours = run(&mut lagoon.tasks(&words(&json)));
    let theirs = run(&mut lagoon.curl(&bodies));
    let shown = run(&mut lagoon.tasks(&words(&table)));
    let after = ours.took.saturating_sub(theirs.took);
    let share = |memory: u64| {
        format!(
            "{:.1} of the answer's {}",
            memory as f64 / answer as f64,
            megabytes(answer)
        )
    };
    vec![
        Line::alone(
            "100,000 runs as json, after the last byte",
            millis(after),
            "1 s",
        ),
        Line::alone(
            "the same, memory",
            format!("{}: {}", megabytes(ours.memory), share(ours.memory)),
            "2",
        ),
        Line::alone(
            "100,000 runs as a table, memory",
            format!("{}: {}", megabytes(shown.memory), share(shown.memory)),
            "2",
        ),
    ]
}

fn words(line: &[String]) -> Vec<&str> {
    line.iter().map(String::as_str).collect()
}

fn long_log() -> Vec<Line> {
    const LENGTH: u64 = 100_000_000;
    let lagoon = Lagoon::new();
    lagoon.sql(&format!(
        "INSERT INTO task (id, name, task_name, environment, service, command, kind, status, created, started,
             completed, remote_id)
         VALUES (1, 'Long', 'lagoon-task-abc123', 101, 'cli', 'c', 'COMMAND', 'complete', '2026-01-01 00:00:00',
             '2026-01-01 00:00:01', '2026-01-01 00:01:00', 'x');
         INSERT INTO run_log (task, body)
         SELECT 1, CAST(replace(hex(zeroblob({})), '00', printf('%-99s', 'a line of a log') || char(10)) AS BLOB);",
        LENGTH / 100
    ));
    let line = ["logs", "1"];
    let bodies = lagoon.bodies(&line);
    let log = [bodies.last().unwrap().clone()];
    let ours = run(&mut lagoon.tasks(&line));
    let json = run(&mut lagoon.tasks(&["logs", "1", "-o", "json"]));
    let (took, curl) = in_turn(9, &mut lagoon.tasks(&line), &mut lagoon.curl(&log));
    vec![
        Line::times(
            "a log of 100 MB to a pipe",
            took,
            ("curl, the same request", curl),
            "1.15",
        ),
        Line::alone("the same, memory", megabytes(ours.memory), "25 MB"),
        Line::alone("the same as json, memory", megabytes(json.memory), "25 MB"),
    ]
}
