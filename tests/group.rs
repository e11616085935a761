//! Tasks of a group: found through few environments, also where other tasks hide them.

use lagoon_sandbox::{Fault, RecordedRequest};
use serde_json::Value;

use crate::support::env::TestEnv;
use crate::support::output::Output;

const GROUP: [&str; 2] = ["--group", "lagoon-demo-group"];

/// The first project of the group by name, and its first environment.
const FIRST: &str = "lagoon-demo";

/// The group of the demo with 120 more projects of three environments each.
pub(crate) fn large_group() -> TestEnv {
    group_with(120)
}

/// The same with so many more projects.
fn group_with(projects: usize) -> TestEnv {
    let env = TestEnv::bare();
    env.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {projects})
           INSERT INTO project (id, name, openshift, created)
           SELECT 1000 + i, printf('p-%03d', i), openshift, created FROM n, project WHERE project.id = 42;
         INSERT INTO project_group (project, user_group)
           SELECT p.id, g.user_group FROM project p, project_group g WHERE p.id > 1000 AND g.project = 42;
         INSERT INTO environment (name, project, deploy_type, environment_type, openshift, namespace, created, updated)
           SELECT e.name, p.id, e.deploy_type, e.environment_type, e.openshift, p.name || '-' || e.name, e.created, e.updated
           FROM project p, environment e WHERE p.id > 1000 AND e.project = 42;",
    ));
    env
}

/// Number of environments that requests read with their tasks: one, or all three of a project.
fn environments_read(requests: &[RecordedRequest]) -> usize {
    let with_tasks = requests.iter().filter(|r| r.body.contains("advancedTasks"));
    with_tasks
        .map(|request| match request.operations[0].as_str() {
            "environmentByName" => 1,
            "projectByName" => 3,
            other => panic!("{other} reads tasks"),
        })
        .sum()
}

fn run(env: &TestEnv, args: &[&str]) -> (Output, Vec<RecordedRequest>) {
    env.tasks_and_requests(&[args, &GROUP].concat())
}

fn define<'a>(name: &'a str, command: &'a str) -> [&'a str; 8] {
    [
        "define",
        name,
        "-s",
        "cli",
        "--command",
        command,
        "-o",
        "json",
    ]
}

/// Defines a task of the project or the environment that hides the group's.
fn hide(env: &TestEnv, name: &str, place: &[&str]) -> Value {
    let line = [&define(name, "hides")[..], place].concat();
    env.tasks(&line).succeeds().json()["id"].clone()
}

const FILE: &str = "version: 1\ntasks:\n  - {name: Report, group: lagoon-demo-group, command: report, service: cli}\n";

fn diff(env: &TestEnv, file: &str) -> (Output, Vec<RecordedRequest>) {
    let before = env.requests().len();
    let output = env.run(env.command(&["diff", "-f", "-", "-o", "json"]).stdin(file));
    (output, env.requests().split_off(before))
}

#[test]
fn one_environment_of_a_large_group_suffices() {
    let env = large_group();
    let (defined, requests) = run(&env, &define("Report", "report"));
    let id = defined.succeeds().json()["id"].clone();
    assert_eq!(environments_read(&requests), 1, "{requests:?}");
    let (again, requests) = run(&env, &define("Report", "report"));
    assert_eq!(again.succeeds().json()["id"], id);
    assert_eq!((environments_read(&requests), requests.len()), (1, 3));
    let (unchanged, requests) = diff(&env, FILE);
    unchanged.succeeds();
    assert_eq!(environments_read(&requests), 1);
    let by_id = format!("id:{id}");
    for task in ["Report", &by_id] {
        let (updated, requests) = run(&env, &["update", task, "--description", task]);
        updated.succeeds();
        // Once before and once after the change.
        assert_eq!(environments_read(&requests), 2);
    }
    let exported = run(&env, &["export"]);
    assert!(exported.0.succeeds().stdout.contains("name: Report"));
    assert_eq!(environments_read(&exported.1), 1);
    let (deleted, requests) = run(&env, &["delete", "Report", "--yes"]);
    deleted.succeeds();
    assert_eq!(environments_read(&requests), 2);
}

#[test]
fn a_task_shadowed_on_the_first_environment_is_found() {
    for place in [&["-p", FIRST][..], &["-p", FIRST, "-e", "develop"]] {
        let env = group_with(10);
        let id = run(&env, &define("Report", "report")).0.succeeds().json()["id"].clone();
        let hiding = hide(&env, "Report", place);
        let (again, requests) = run(&env, &define("Report", "report"));
        assert_eq!(again.succeeds().json()["id"], id);
        // The first environment, and those of one other project.
        assert_eq!(environments_read(&requests), 4);
        let (unchanged, requests) = diff(&env, FILE);
        unchanged.succeeds();
        assert_eq!(environments_read(&requests), 4);
        for task in ["Report".to_owned(), format!("id:{id}")] {
            let line = ["update", &task, "--description", &task, "-o", "json"];
            assert_eq!(run(&env, &line).0.succeeds().json()["id"], id);
        }
        let exported = run(&env, &["export"]).0.succeeds().stdout;
        assert!(exported.contains("command: report"), "{exported}");
        let (deleted, _) = run(&env, &["delete", "Report", "--yes"]);
        deleted.succeeds();
        let (gone, _) = run(&env, &["delete", &format!("id:{id}"), "--yes"]);
        gone.ends_with(5);
        let (_, left) = env.graphql(
            "query($p:String!){projectByName(name:$p){environments{advancedTasks{\
               ... on AdvancedTaskDefinitionCommand{id}}}}}",
            serde_json::json!({"p": FIRST}),
        );
        assert!(
            left.to_string().contains(&format!("\"id\":{hiding}")),
            "{left}"
        );
    }
}

#[test]
fn deletion_of_a_shadowed_task_is_verified() {
    let env = group_with(10);
    run(&env, &define("Report", "report")).0.succeeds();
    hide(&env, "Report", &["-p", FIRST]);
    env.sandbox().fail_next(
        "deleteAdvancedTaskDefinition",
        Fault::Status(502, "gone".to_owned()),
    );
    let (output, _) = run(&env, &["delete", "Report", "--yes"]);
    output.ends_with(7);
}

#[test]
fn a_task_shadowed_everywhere_stays_unverified() {
    let env = TestEnv::bare();
    run(&env, &define("Report", "report")).0.succeeds();
    hide(&env, "Report", &["-p", "lagoon-demo"]);
    let (plan, _) = diff(&env, FILE);
    assert_eq!(plan.ends_with(9).json()["steps"][0]["action"], "unverified");
    let (again, _) = run(&env, &define("Report", "another"));
    assert_ne!(again.code, 0, "{again}");
}

#[test]
fn an_unreadable_project_is_an_error_only_if_needed() {
    let env = group_with(10);
    run(&env, &define("Report", "report")).0.succeeds();
    let refusal = "Unauthorized: You don't have permission to \"view\" on \"project\"";
    let refuse = || {
        let fault = Fault::Message(refusal.to_owned());
        env.sandbox().fail_next("projectByName", fault);
    };
    refuse();
    let (unchanged, _) = diff(&env, FILE);
    unchanged.succeeds();
    // The only environment that could show it is one of the project that cannot be read.
    env.sql("DELETE FROM project_group WHERE project > 1001");
    hide(&env, "Report", &["-p", "lagoon-demo"]);
    refuse();
    refuse();
    let (unread, _) = diff(&env, FILE);
    unread.ends_with(4);
}
