//! Commands that ask a Lagoon, with and without a way to go.

use std::net::SocketAddr;
use std::time::Duration;

use super::delay::Delay;
use super::measure::{Line, in_turn, median, megabytes, millis, run};
use super::network::TlsFront;
use super::server::Lagoon;

const MAIN: [&str; 6] = ["-p", "lagoon-demo", "-e", "main", "-o", "json"];

/// Twenty definitions in all.
const TWENTY: &str = "
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 16)
    INSERT INTO definition (name, description, service, type, environment, permission, command,
        deploy_token_injection, project_key_injection, admin_only_view, system_wide, created)
    SELECT 'Task ' || i, 'One of many', 'cli', 'COMMAND', 101, 'DEVELOPER', 'drush cr', 0, 0, 0, 0,
        '2026-01-01 00:00:00' FROM n;";

pub(crate) fn against_curl() -> Vec<Line> {
    let lagoon = Lagoon::new();
    lagoon.sql(TWENTY);
    let list = [&["list"], &MAIN[..]].concat();
    let mut curl = lagoon.curl(&lagoon.bodies(&list));
    let (ours, theirs) = in_turn(60, &mut lagoon.tasks(&list), &mut curl);
    let listed = Line::times(
        "`list`, 20 definitions",
        ours,
        ("curl, the same request", theirs),
        "0.5",
    );
    let invoke = [&["invoke", "Task 7"], &MAIN[..]].concat();
    let mut curl = lagoon.curl(&lagoon.bodies(&invoke));
    let (ours, theirs) = in_turn(60, &mut lagoon.tasks(&invoke), &mut curl);
    let beside = ("curl, the same two requests", theirs);
    vec![listed, Line::times("`invoke` by name", ours, beside, "0.6")]
}

/// The candidates for the name of a task: from Lagoon, and from the cache of an earlier question. No
/// shell is part of it.
pub(crate) fn completion() -> Vec<Line> {
    let question = [
        "--",
        "tasks",
        "show",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "Run",
    ];
    let asked = |lagoon: &Lagoon| {
        let mut command = lagoon.tasks(&question);
        command.env("COMPLETE", "fish");
        let ran = run(&mut command);
        assert!(ran.stdout > 0, "no candidates");
        ran.took
    };
    // Each new Lagoon has another address, so nothing about it is in the cache.
    let from_lagoon = median((0..10).map(|_| asked(&Lagoon::new())).collect());
    let lagoon = Lagoon::new();
    asked(&lagoon);
    let cached = median((0..30).map(|_| asked(&lagoon)).collect());
    vec![
        Line::alone(
            "completion of a task from the cache",
            millis(cached),
            "60 ms",
        ),
        Line::alone(
            "completion of a task from Lagoon",
            millis(from_lagoon),
            "200 ms",
        ),
    ]
}

/// Number of round trips of an invocation over TLS, without the one that makes
/// the connection, which the delay does not see.
pub(crate) fn round_trips() -> Vec<Line> {
    let lagoon = Lagoon::new();
    let invoke = [&["invoke", "Run yarn audit"], &MAIN[..]].concat();
    let front = TlsFront::new(lagoon.address());
    let authority = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(authority.path(), front.authority()).unwrap();
    let taken_at = |address: SocketAddr| {
        let mut command = lagoon.tasks_at(&format!("https://{address}/graphql"), &invoke);
        command.env("SSL_CERT_FILE", authority.path());
        median((0..10).map(|_| run(&mut command).took).collect())
    };
    let trip = Duration::from_millis(100);
    let far = taken_at(Delay::before(front.address(), trip / 2).address());
    let near = taken_at(front.address());
    let trips = far.saturating_sub(near).as_secs_f64() / trip.as_secs_f64();
    vec![Line::alone(
        "`invoke` by name over TLS, 100 ms a round trip",
        format!(
            "{}: {:.1} round trips, connecting included",
            millis(far),
            trips + 1.0
        ),
        "4.3",
    )]
}

/// A thousand environments of fifty projects at 50 ms a request.
pub(crate) fn many_environments() -> Vec<Line> {
    const MANY: u32 = 1000;
    const PROJECTS: u32 = 50;
    const AT_ONCE: u32 = 32;
    let lagoon = Lagoon::new();
    lagoon.sql(&environments(MANY));
    lagoon.sql(&projects(PROJECTS));
    let each = Duration::from_millis(50);
    let delay = Delay::before(lagoon.address(), each / 2);
    let at_once = AT_ONCE.to_string();
    let words = |more: &[&'static str]| {
        let line = ["invoke", "Run yarn audit", "-p", "bulk-*", "-e", "many-*"];
        [&line[..], &["--yes", "-o", "json"], more].concat()
    };
    let line = words(&[]);
    let mut line: Vec<&str> = line;
    line.extend(["--concurrency", &at_once]);
    // What is read before the starts takes the server a while, with or without the delay.
    let reading = words(&["--dry-run"]);
    let reading = |url: &str| {
        median(
            (0..3)
                .map(|_| run(&mut lagoon.tasks_at(url, &reading)).took)
                .collect(),
        )
    };
    let near = reading(&lagoon.url());
    let ideal = near + each * (1 + PROJECTS.div_ceil(8) + MANY.div_ceil(AT_ONCE));
    let mut ours: Vec<_> = (0..3)
        .map(|_| run(&mut lagoon.tasks_at(&delay.url(), &line)))
        .collect();
    ours.sort_by_key(|ran| ran.took);
    vec![
        Line::times(
            "`invoke` on 1,000 environments of 50 projects, 32 at once, 50 ms a request",
            ours[1].took,
            ("what is read, and waiting", ideal),
            "1.1",
        ),
        Line::alone("the same, memory", megabytes(ours[1].memory), "40 MB"),
    ]
}

/// The environments `many-N` spread over so many projects `bulk-N`, each with the task `Run yarn audit`.
fn projects(count: u32) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})
         INSERT INTO project (id, name, branches, pullrequests, production_environment, openshift, created)
         SELECT 500 + i, 'bulk-' || i, branches, pullrequests, production_environment, openshift, created
         FROM n, project WHERE project.id = 42;
         INSERT INTO project_group
         SELECT project.id, user_group FROM project, project_group WHERE project.id >= 500 AND project = 42;
         INSERT INTO definition (name, description, service, type, project, permission, command,
             deploy_token_injection, project_key_injection, admin_only_view, system_wide, created)
         SELECT definition.name, description, 'cli', type, project.id, permission, command, 0, 0, 0, 0,
             definition.created FROM project, definition
         WHERE project.id >= 500 AND definition.project = 42 AND definition.name = 'Run yarn audit';
         UPDATE environment SET project = 500 + id % {count} WHERE id > 1000;"
    )
}

/// So many environments `many-N`, with a service to run in.
pub(crate) fn environments(count: u32) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO environment (id, name, project, deploy_type, environment_type, openshift, namespace,
             created, updated)
         SELECT 1000 + i, 'many-' || i, 42, 'branch', 'development', openshift, 'lagoon-demo-many-' || i,
             created, updated FROM n, environment WHERE environment.id = 102;
         INSERT INTO service (environment, name, type, created)
         SELECT environment.id, service.name, service.type, service.created FROM environment, service
         WHERE environment.id > 1000 AND service.environment = 102;"
    )
}
