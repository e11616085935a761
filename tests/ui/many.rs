//! Many projects, environments and runs, and a long log.

use crate::support::env::TestEnv;
use crate::support::pty::{ENTER, Terminal};

use super::{is_restored, opened, quits};

/// 10,000 runs, the newest with a log of 100 MB.
fn large() -> TestEnv {
    let env = TestEnv::new();
    env.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         INSERT INTO task (id, name, task_name, environment, service, command, kind, status, created, started,
             completed, remote_id)
         SELECT i, 'Many ' || i, 'lagoon-task-' || printf('%06d', i), 102, 'cli', 'c', 'COMMAND', 'complete',
             '2026-01-01 00:00:00', '2026-01-01 00:00:01', '2026-01-01 00:01:00', 'x' FROM n;
         INSERT INTO run_log (task, body)
         SELECT 10000, CAST(replace(hex(zeroblob(1000000)), '00', printf('%-99s', 'a line of a log') || char(10))
             AS BLOB);",
    );
    env
}

#[test]
fn ten_thousand_runs_and_a_long_log_are_usable() {
    let env = large();
    let line = ["ui", "-p", "lagoon-demo", "-e", "develop"];
    let mut terminal = opened(&env, &env.command(&line));
    terminal.send("\t\t");
    terminal.wait_for("Many 10000");
    terminal.send("l");
    terminal.wait_for("only the end is kept");
    terminal.wait_for("a line of a log");
    terminal.send("g");
    terminal.wait_for("the whole log: tasks logs 10000");
    terminal.send("q");
    terminal.wait_for("1 of 50");
    // The end of the list reads the rest.
    terminal.send("G");
    terminal.wait_for("of 10000");
    terminal.send("G");
    terminal.wait_for("10000 of 10000");
    terminal.send("/Many 4321");
    terminal.send(ENTER);
    terminal.wait_until("the filtered run", |screen| {
        screen.contains("Many 4321") && !screen.contains("Many 4322")
    });
    quits(&mut terminal);
}

#[test]
fn a_hundred_projects_are_listed_and_filtered() {
    let env = TestEnv::new();
    env.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
         INSERT INTO project (id, name, openshift, created)
         SELECT 1000 + i, 'project-' || printf('%03d', i), openshift, created FROM n, project WHERE id = 42;
         INSERT INTO project_group (project, user_group)
         SELECT id, user_group FROM project, project_group WHERE id > 1000 AND project_group.project = 42;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO environment (id, name, project, deploy_type, environment_type, openshift, namespace, created, updated)
         SELECT 10000 + i, 'pr-' || i, 1042, 'branch', 'development', openshift, 'project-042-pr-' || i, created, updated
         FROM n, environment WHERE id = 102;",
    );
    let mut terminal = Terminal::start(&env.command(&["ui"])).hiding(env.token());
    terminal.wait_for("project-001");
    terminal.send("/042");
    terminal.wait_until_gone("project-001");
    terminal.send(ENTER);
    terminal.send(ENTER);
    terminal.wait_for("pr-1");
    terminal.send("G");
    terminal.wait_for("pr-999");
    quits(&mut terminal);
    is_restored(&terminal);
}
