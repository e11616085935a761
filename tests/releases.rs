//! Requests that older releases of Lagoon refuse are reported, and not sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy};

/// A sandbox for a platform owner, behind a proxy that can hide what Lagoon 2.18 added.
struct Releases {
    env: TestEnv,
    proxy: Proxy,
    is_old: Arc<AtomicBool>,
}

impl Releases {
    fn new() -> Releases {
        let env = TestEnv::bare().as_role("platform-owner");
        let is_old = Arc::new(AtomicBool::new(true));
        let hides = Arc::clone(&is_old);
        let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
            if hides.load(Ordering::SeqCst) && request.body.contains("definitionInput") {
                Fault::rewritten(without_system_wide)
            } else {
                Fault::None
            }
        });
        Releases { env, proxy, is_old }
    }

    fn set_old(&self, is_old: bool) {
        self.is_old.store(is_old, Ordering::SeqCst);
    }

    #[track_caller]
    fn run(&self, args: &[&str], stdin: &str) -> Output {
        let command = self.env.command(args);
        let command = command.env("TASKS_API", self.proxy.url("/graphql"));
        self.env.run(command.stdin(stdin))
    }

    fn added(&self) -> usize {
        self.env.sent(&["addAdvancedTaskDefinition"])
    }
}

fn without_system_wide(reply: &mut Value) {
    let fields = &mut reply["data"]["definitionInput"]["inputFields"];
    let fields = fields.as_array_mut().unwrap();
    fields.retain(|field| field["name"] != "systemWide");
}

const DEFINE: [&str; 8] = [
    "define",
    "Report",
    "-s",
    "cli",
    "--command",
    "report",
    "--scope",
    "system",
];

const FILE: &str = "version: 1\ntasks:\n  - {name: Report, system: true, command: report, service: cli}\n  \
    - {name: Group, group: lagoon-demo-group, command: report, service: cli}\n";

#[test]
fn a_system_wide_task_before_2_18_is_reported_and_not_sent() {
    let lagoon = Releases::new();
    // Before it asks for confirmation.
    let output = lagoon.run(&DEFINE, "").ends_with(1);
    insta::assert_snapshot!(output.error(1), @"
    127.0.0.1 · the whole system
    error: this Lagoon does not accept system-wide tasks
    hint: they require Lagoon 2.18 or newer
    hint: define the task for a group, a project or an environment instead
    ");
    for command in [&["diff"][..], &["apply", "--yes"]] {
        let output = lagoon.run(&[command, &["-f", "-"]].concat(), FILE);
        let output = output.ends_with(1);
        assert!(
            output
                .stderr
                .contains("does not accept system-wide tasks: `Report`"),
            "{output}"
        );
    }
    assert_eq!(lagoon.added(), 0);
}

#[test]
fn a_plan_with_a_system_wide_task_is_refused_before_2_18() {
    let lagoon = Releases::new();
    lagoon.set_old(false);
    let plan = lagoon
        .run(&["diff", "-f", "-", "-o", "json"], FILE)
        .ends_with(9);
    let plan = lagoon.env.home.write("work/plan.json", &plan.stdout);
    lagoon.set_old(true);
    let line = ["apply", "--plan", plan.to_str().unwrap(), "--yes"];
    let output = lagoon.run(&line, "").ends_with(1);
    assert!(output.stderr.contains("2.18"), "{output}");
    assert_eq!(lagoon.added(), 0);
    lagoon.set_old(false);
    lagoon.run(&line, "").succeeds();
}

#[test]
fn an_existing_system_wide_task_can_be_managed_before_2_18() {
    let lagoon = Releases::new();
    lagoon.set_old(false);
    lagoon
        .run(&[&DEFINE[..], &["--yes"]].concat(), "")
        .succeeds();
    lagoon.set_old(true);
    let unchanged = lagoon.run(&DEFINE, "").succeeds();
    assert!(unchanged.stderr.contains("unchanged"), "{unchanged}");
    let changed = FILE.replace("command: report", "command: other");
    lagoon.run(&["diff", "-f", "-"], &changed).ends_with(9);
    lagoon
        .run(&["apply", "-f", "-", "--yes"], &changed)
        .succeeds();
    lagoon.run(&["diff", "-f", "-"], &changed).succeeds();
}

/// Beside one request for each project, the first ones that are sent at the same time are refused twice
/// each.
#[test]
fn before_2_18_the_users_of_runs_are_requested_once() {
    const PROJECTS: usize = 40;
    const AT_ONCE: usize = 8;
    let env = TestEnv::bare();
    for id in 1001..1000 + PROJECTS {
        env.sql(&format!(
            "INSERT INTO project (id, name, openshift, created)
               SELECT {id}, 'project-{id}', openshift, created FROM project WHERE id = 42;
             INSERT INTO project_group (project, user_group)
               SELECT {id}, user_group FROM project_group WHERE project = 42;"
        ));
    }
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, |request| {
        if !request.body.contains("sourceUser") {
            return Fault::None;
        }
        let message = "Cannot query field `sourceUser` on type `Task`.";
        let body = json!({"errors": [{"message": message}]}).to_string();
        Fault::answered("400 Bad Request", "application/json", &body)
    });
    let command = env.command(&["runs", "-A", "-o", "json"]);
    let output = env.run(command.env("TASKS_API", proxy.url("/graphql")));
    output.succeeds();
    let seen = proxy.seen();
    let asked = seen.iter().filter(|r| r.body.contains("sourceUser"));
    assert!(asked.count() <= 2 * AT_ONCE, "{}", seen.len());
    let listed = seen.iter().filter(|r| r.body.contains("tasks"));
    let listed = listed.filter(|r| !r.body.contains("sourceUser"));
    assert_eq!(listed.count(), PROJECTS);
}
