//! Commands that ask a Lagoon, with and without a way to go.

use std::net::SocketAddr;
use std::time::Duration;

use super::delay::Delay;
use super::measure::{Line, in_turn, median, millis, run};
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
        "0.9",
    );
    let invoke = [&["invoke", "Task 7"], &MAIN[..]].concat();
    let mut curl = lagoon.curl(&lagoon.bodies(&invoke));
    let (ours, theirs) = in_turn(60, &mut lagoon.tasks(&invoke), &mut curl);
    let beside = ("curl, the same two requests", theirs);
    vec![listed, Line::times("`invoke` by name", ours, beside, "0.9")]
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

/// Two hundred environments at 50 ms a request.
pub(crate) fn many_environments() -> Vec<Line> {
    const MANY: u32 = 200;
    const AT_ONCE: u32 = 16;
    let lagoon = Lagoon::new();
    lagoon.sql(&environments(MANY));
    let each = Duration::from_millis(50);
    let delay = Delay::before(lagoon.address(), each / 2);
    let at_once = AT_ONCE.to_string();
    let line = [
        "invoke",
        "Run yarn audit",
        "-p",
        "lagoon-demo",
        "-e",
        "many-*",
        "--concurrency",
        &at_once,
        "--yes",
        "-o",
        "json",
    ];
    let took = median(
        (0..5)
            .map(|_| run(&mut lagoon.tasks_at(&delay.url(), &line)).took)
            .collect(),
    );
    // What can be invoked on so many takes the server a while to say.
    let first = [lagoon.bodies(&line).remove(0)];
    let asked = median((0..5).map(|_| run(&mut lagoon.curl(&first)).took).collect());
    let ideal = asked + each * (1 + MANY.div_ceil(AT_ONCE));
    vec![Line::times(
        "`invoke` on 200 environments, 16 at once, 50 ms a request",
        took,
        ("curl for the first request, and waiting", ideal),
        "1.15",
    )]
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
