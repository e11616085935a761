//! Waiting for runs: how soon the end is seen, and what many of them cost.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use super::measure::{Line, median, megabytes, millis, run};
use super::requests::environments;
use super::server::Lagoon;

pub(crate) fn runs() -> Vec<Line> {
    vec![end_is_seen(), many()]
}

/// From the status change to the end of the process, by push.
fn end_is_seen() -> Line {
    let lagoon = Lagoon::new();
    let steps = vec![
        Step::Status(Status::Running),
        Step::Hold,
        Step::Status(Status::Complete),
    ];
    let scripted = lagoon.sandbox.scripted().unwrap();
    scripted.script("Say hello", steps);
    let mut times = Vec::new();
    for id in 1..=15 {
        run(&mut lagoon.tasks(&["invoke", "Say hello", "-p", "lagoon-demo", "-e", "main"]));
        let before = lagoon.sandbox.requests().len();
        let mut waiting = lagoon
            .tasks(&["wait", &id.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Ready when it has subscribed and read the run again.
        while asked(&lagoon, before) < 2 {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(300));
        let begun = Instant::now();
        scripted.advance(id).unwrap();
        assert!(waiting.wait().unwrap().success());
        times.push(begun.elapsed());
    }
    Line::alone(
        "status change to the end of `wait`, by push",
        millis(median(times)),
        "50 ms",
    )
}

/// Number of reads of a run since then.
fn asked(lagoon: &Lagoon, since: usize) -> usize {
    let requests = lagoon.sandbox.requests();
    let is_read = |name: &String| name == "taskById";
    requests[since..]
        .iter()
        .filter(|r| r.operations.iter().any(is_read))
        .count()
}

/// Five hundred runs of twenty environments.
fn many() -> Line {
    const RUNS: i64 = 500;
    let lagoon = Lagoon::new();
    lagoon.sql(&environments(20));
    lagoon.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {RUNS})
         INSERT INTO task (name, task_name, environment, service, command, kind, status, created, started)
         SELECT 'Long', 'lagoon-task-' || printf('%06d', i), 1001 + i % 20, 'cli', 'sleep 1', 'COMMAND',
             'running', '2026-01-01 00:00:00', '2026-01-01 00:00:01' FROM n;"
    ));
    let ids: String = (1..=RUNS).map(|id| format!("{id}\n")).collect();
    let list = tempfile::NamedTempFile::new().unwrap();
    list.as_file().write_all(ids.as_bytes()).unwrap();
    let before = lagoon.sandbox.requests().len();
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let mut command = std::process::Command::new("sh");
            // The shell only opens the file: the program takes its place.
            let line = "exec \"$0\" wait - -o json < \"$1\"";
            let ours = lagoon.tasks(&[]);
            command
                .args(["-c", line])
                .arg(ours.get_program())
                .arg(list.path())
                .env_clear();
            command.envs(
                ours.get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            );
            run(&mut command)
        });
        std::thread::sleep(Duration::from_secs(6));
        lagoon.sql("UPDATE task SET status = 'complete', completed = '2026-01-01 00:01:00';");
        waiting.join().unwrap()
    });
    let requests = lagoon.sandbox.requests().len() - before;
    Line::alone(
        "`wait` for 500 runs in 20 environments",
        format!(
            "{requests} requests in {}, {}",
            millis(waiting.took),
            megabytes(waiting.memory)
        ),
        "40 MB",
    )
}
