//! The same scenarios against the sandbox and against another Lagoon.
//!
//! `TASKS_TEST_API` with `TASKS_TEST_TOKEN` (or `TASKS_TEST_TOKEN_COMMAND`, whose output is the
//! token: they are short-lived) name the other one; `TASKS_TEST_TOKEN_GUEST`, `_DEVELOPER` and
//! `_MAINTAINER` add roles. `TASKS_TEST_PROJECT`, `_ENVIRONMENT`, `_OTHER_ENVIRONMENT`, `_GROUP`
//! and `_SERVICE` say where to play; without them it is the demo's project. Such a Lagoon may have no
//! cluster: unless `TASKS_TEST_CLUSTER=1` these tests play the remote side with `updateTask`.
//!
//! Everything that is defined has a unique name and is removed in the end, and no definition is
//! system-wide.

mod code;
mod order;
mod runs;

use serde_json::{Value, json};

use crate::support::lagoon::Lagoon;
use crate::support::output::Output;

/// Defines on the environment and requires that it works.
fn define(lagoon: &Lagoon, name: &str, more: &[&str]) -> Value {
    let service = lagoon.service();
    let line = [&["define", name, "-s", &service, "-o", "json"], more].concat();
    let defined = lagoon
        .tasks(&[&line[..], &lagoon.here()].concat())
        .succeeds()
        .json();
    lagoon.remove_later(&defined["id"]);
    defined
}

fn invoke(lagoon: &Lagoon, args: &[&str]) -> Output {
    lagoon.tasks(&[&["invoke"], args, &lagoon.here()].concat())
}

fn recorded(lagoon: &Lagoon, run: &Value) -> String {
    let answer = lagoon.graphql(
        "query($i:Int){taskById(id:$i){command}}",
        json!({"i": run["id"]}),
    );
    answer["data"]["taskById"]["command"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn a_task_is_defined_listed_shown_and_unchanged() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("define");
    let line = [
        "--command",
        "echo hello",
        "--description",
        "For a test",
        "--permission",
        "guest",
    ];
    let defined = define(&lagoon, &name, &line);
    let listed = lagoon
        .tasks(&[&["list", "-o", "name"], &lagoon.here()[..]].concat())
        .succeeds();
    assert!(listed.stdout.lines().any(|l| l == name), "{listed}");
    let shown = lagoon
        .tasks(&[&["show", &name, "-o", "json"], &lagoon.here()[..]].concat())
        .succeeds()
        .json();
    for field in [
        "id",
        "name",
        "description",
        "command",
        "service",
        "permission",
        "scope",
        "environment",
    ] {
        assert_eq!(shown[field], defined[field], "{field}");
    }
    assert_eq!(
        (&shown["scope"], &shown["permission"]),
        (&json!("environment"), &json!("GUEST"))
    );
    let again = define(&lagoon, &name, &line);
    assert_eq!(again["id"], defined["id"]);
    let service = lagoon.service();
    let other = [
        "define",
        &name.to_uppercase(),
        "-s",
        &service,
        "--command",
        "echo other",
    ];
    lagoon
        .tasks(&[&other, &lagoon.here()[..]].concat())
        .ends_with(1);
}

#[test]
fn narrower_scopes_shadow_wider_ones() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("shadow");
    let (project, service, group) = (lagoon.project(), lagoon.service(), lagoon.group());
    let shown = || {
        let line = [&["show", &name, "-o", "json"], &lagoon.here()[..]].concat();
        lagoon.tasks(&line).succeeds().json()["scope"].clone()
    };
    let wide = |place: &[&str]| {
        let line = [
            "define",
            &name,
            "-s",
            &service,
            "--command",
            "echo wide",
            "-o",
            "json",
        ];
        let defined = lagoon.tasks(&[&line[..], place].concat()).succeeds().json();
        lagoon.remove_later(&defined["id"]);
    };
    wide(&["--group", &group]);
    assert_eq!(shown(), "group");
    wide(&["-p", &project]);
    assert_eq!(shown(), "project");
    define(&lagoon, &name, &["--command", "echo narrow"]);
    assert_eq!(shown(), "environment");
    let merged = lagoon
        .tasks(&["list", "-p", &project, "-o", "json"])
        .succeeds()
        .json();
    let task = merged
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["name"] == name && t["scope"] == "project");
    let environment = lagoon.environment();
    assert!(
        task.unwrap()["shadowedIn"]
            .as_array()
            .unwrap()
            .contains(&json!(environment))
    );
}

#[test]
fn values_of_every_type_are_checked_and_escaped() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("values");
    let line = [
        "--command",
        "echo \"$TEXT $NUM $FROM $TO\"",
        "--arg",
        "TEXT:string:Any text",
        "--arg",
        "NUM?:numeric",
        "--arg-default",
        "NUM=3",
        "--arg",
        "FROM:environment",
        "--arg",
        "TO?:other-environment",
    ];
    define(&lagoon, &name, &line);
    let (here, other) = (lagoon.environment(), lagoon.other_environment());
    let from = format!("FROM={here}");
    invoke(&lagoon, &[&name]).ends_with(2);
    invoke(
        &lagoon,
        &[&name, "-a", "TEXT=x", "-a", "FROM=no-such-environment"],
    )
    .ends_with(2);
    invoke(
        &lagoon,
        &[&name, "-a", "TEXT=x", "-a", &from, "-a", "NUM=-1"],
    )
    .ends_with(2);
    invoke(
        &lagoon,
        &[
            &name,
            "-a",
            "TEXT=x",
            "-a",
            &from,
            "-a",
            &format!("TO={here}"),
        ],
    )
    .ends_with(2);
    let text = "TEXT=it's \"$HOME\" `x` \\ é\nnext";
    let to = format!("TO={other}");
    let line = [
        name.as_str(),
        "-a",
        text,
        "-a",
        &from,
        "-a",
        &to,
        "-o",
        "json",
    ];
    let run = invoke(&lagoon, &line).succeeds().json();
    lagoon.remove_run_later(&run["id"]);
    assert_eq!(
        recorded(&lagoon, &run),
        format!(
            " FROM=\"{here}\" NUM=\"3\" TEXT=\"it's \\\"\\$HOME\\\" \\`x\\` \\\\ é\nnext\" TO=\"{other}\"; \
             echo \"$TEXT $NUM $FROM $TO\""
        )
    );
}

#[test]
fn waiting_reports_the_outcome_of_the_run() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("wait");
    define(&lagoon, &name, &["--command", "echo done"]);
    let ends: &[(&str, i32)] = if lagoon.has_cluster() {
        &[("COMPLETE", 0)]
    } else {
        &[("COMPLETE", 0), ("FAILED", 3), ("CANCELLED", 6)]
    };
    for (end, code) in ends {
        let line = [
            &["invoke", &name, "--wait", "-o", "json"],
            &lagoon.here()[..],
        ]
        .concat();
        let before = lagoon.newest_run(&name);
        let running = lagoon.start(&line);
        let id = lagoon.wait_for_run_after(&name, before);
        lagoon.remove_run_later(&json!(id));
        lagoon.play(id, &["PENDING", "RUNNING", end]);
        let output = running.finish().ends_with(*code);
        assert_eq!(output.json()["id"], id);
    }
}

#[test]
fn start_and_run_timeouts_are_reported() {
    let lagoon = Lagoon::for_conformance();
    if lagoon.has_cluster() {
        eprintln!("skipped: a cluster starts runs by itself");
        return;
    }
    let name = lagoon.unique("limits");
    define(&lagoon, &name, &["--command", "sleep 60"]);
    let output = invoke(
        &lagoon,
        &[&name, "--wait", "--start-timeout", "1s", "-o", "json"],
    )
    .ends_with(10);
    lagoon.remove_run_later(&output.json()["id"]);
    let output = invoke(&lagoon, &[&name, "--wait", "--timeout", "1s", "-o", "json"]).ends_with(8);
    lagoon.remove_run_later(&output.json()["id"]);
}

#[test]
fn confirmation_texts_and_missing_services_prevent_a_start() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("confirm");
    define(
        &lagoon,
        &name,
        &["--command", "true", "--confirmation-text", "Sure?"],
    );
    let before = lagoon.newest_run(&name);
    invoke(&lagoon, &[&name]).ends_with(2);
    assert_eq!(lagoon.newest_run(&name), before);
    let run = invoke(&lagoon, &[&name, "--yes", "-o", "json"])
        .succeeds()
        .json();
    lagoon.remove_run_later(&run["id"]);

    let name = lagoon.unique("service");
    let line = [
        "define",
        &name,
        "-s",
        "no-such-service",
        "--command",
        "true",
        "-o",
        "json",
    ];
    let defined = lagoon
        .tasks(&[&line, &lagoon.here()[..]].concat())
        .succeeds()
        .json();
    lagoon.remove_later(&defined["id"]);
    invoke(&lagoon, &[&name]).ends_with(2);
    assert_eq!(lagoon.newest_run(&name), None);
}

#[test]
fn missing_things_exit_with_5() {
    let lagoon = Lagoon::for_conformance();
    let (project, environment) = (lagoon.project(), lagoon.environment());
    lagoon
        .tasks(&["list", "-p", "no-such-project-here", "-e", &environment])
        .ends_with(5);
    lagoon
        .tasks(&["list", "-p", &project, "-e", "no-such-environment"])
        .ends_with(5);
    invoke(&lagoon, &["no such task at all"]).ends_with(5);
    let upper = environment.to_uppercase();
    lagoon
        .tasks(&["list", "-p", &project, "-e", &upper])
        .succeeds();
}

#[test]
fn an_invalid_token_exits_with_4() {
    let lagoon = Lagoon::for_conformance();
    let line = [&["list"], &lagoon.here()[..]].concat();
    let command = lagoon.command(&line).env("TASKS_TOKEN", "not-a-token");
    command.run().ends_with(4);
}

#[test]
fn an_existing_invisible_definition_is_reported() {
    let lagoon = Lagoon::for_conformance();
    let name = lagoon.unique("hidden");
    let add = "mutation($i:AdvancedTaskDefinitionInput!){addAdvancedTaskDefinition(input:$i){
        __typename ... on AdvancedTaskDefinitionCommand{id}}}";
    let environment = lagoon.environment_id();
    let service = lagoon.service();
    let hidden = json!({"i": {"name": name, "type": "COMMAND", "description": "", "command": "true",
        "service": service, "environment": environment, "permission": null}});
    let answer = lagoon.graphql(add, hidden);
    lagoon.remove_later(&answer["data"]["addAdvancedTaskDefinition"]["id"]);
    let line = [
        &["define", &name, "-s", &service, "--command", "true"],
        &lagoon.here()[..],
    ]
    .concat();
    let output = lagoon.tasks(&line).ends_with(1);
    assert!(
        output
            .stderr
            .contains("already exists but is hidden from you"),
        "{output}"
    );
}

#[test]
fn roles_see_what_they_may_invoke() {
    let lagoon = Lagoon::for_conformance();
    let names: Vec<(&str, String)> = ["guest", "developer", "maintainer"]
        .into_iter()
        .map(|permission| {
            let name = lagoon.unique(permission);
            define(
                &lagoon,
                &name,
                &["--command", "true", "--permission", permission],
            );
            (permission, name)
        })
        .collect();
    for (role, sees) in [("guest", 1), ("developer", 2), ("maintainer", 3)] {
        let Some(as_role) = lagoon.as_role(role) else {
            eprintln!("skipped: there is no token of a {role}");
            continue;
        };
        let line = [&["list", "-o", "name"], &lagoon.here()[..]].concat();
        let listed = as_role.tasks(&line).succeeds().stdout;
        for (position, (_, name)) in names.iter().enumerate() {
            assert_eq!(
                listed.lines().any(|l| l == name),
                position < sees,
                "{role} {name}\n{listed}"
            );
        }
    }
}
