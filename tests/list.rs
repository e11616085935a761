//! `list` and `show`: who sees what, what is shadowed, what the formats are.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::env::TestEnv;

const MAIN: [&str; 4] = ["-p", "lagoon-demo", "-e", "main"];

fn on_main<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &MAIN].concat()
}

fn names(env: &TestEnv, args: &[&str]) -> Vec<String> {
    let output = env.tasks(args).succeeds();
    output.stdout.lines().map(str::to_owned).collect()
}

/// Every field of a listed task, written out: one may be added, none renamed.
const FIELDS: [&str; 22] = [
    "id",
    "name",
    "description",
    "type",
    "service",
    "command",
    "image",
    "scope",
    "environment",
    "project",
    "groupName",
    "systemWide",
    "permission",
    "confirmationText",
    "deployTokenInjection",
    "projectKeyInjection",
    "adminOnlyView",
    "created",
    "advancedTaskDefinitionArguments",
    "environments",
    "shadowedIn",
    "",
];

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn a_listing_in_every_format() {
    let env = TestEnv::new();
    for format in ["table", "tsv", "csv", "yaml", "jsonl", "name", "id"] {
        let output = env.tasks(&on_main(&["list", "-o", format]));
        assert_snapshot!(format!("list-{format}"), output.snapshot());
    }
}

#[test]
fn json_has_these_fields() {
    let env = TestEnv::new();
    let listed = env
        .tasks(&on_main(&["list", "-o", "json"]))
        .succeeds()
        .json();
    let tasks = listed.as_array().unwrap();
    assert!(tasks.len() > 3);
    for task in tasks {
        assert_eq!(keys(task), FIELDS[..21]);
    }
    let shown = env
        .tasks(&on_main(&["show", "Run yarn audit", "-o", "json"]))
        .succeeds()
        .json();
    assert_eq!(keys(&shown), FIELDS[..21]);
    let with_arguments = tasks
        .iter()
        .find_map(|t| t["advancedTaskDefinitionArguments"].as_array()?.first())
        .unwrap();
    assert_eq!(
        keys(with_arguments),
        [
            "name",
            "displayName",
            "type",
            "defaultValue",
            "optional",
            "range"
        ]
    );
}

#[test]
fn each_role_sees_what_it_may_invoke() {
    let env = TestEnv::new();
    let line = on_main(&["list", "-o", "name"]);
    let (guest, developer, maintainer) = (
        names(&env.as_role("guest"), &line),
        names(&env.as_role("developer"), &line),
        names(&env, &line),
    );
    assert!(guest.len() < developer.len() && developer.len() < maintainer.len());
    assert!(!guest.contains(&"Run yarn audit".to_owned()));
    assert!(developer.contains(&"Run yarn audit".to_owned()));
    assert!(guest.iter().all(|name| developer.contains(name)));
    assert!(developer.iter().all(|name| maintainer.contains(name)));
}

#[test]
fn an_outsider_is_told_that_it_is_not_allowed() {
    let output = TestEnv::new()
        .as_role("outsider")
        .tasks(&on_main(&["list"]));
    assert_snapshot!("list-outsider", output.snapshot());
    assert_eq!(output.code, 4);
}

#[test]
fn filters_keep_what_they_say() {
    let env = TestEnv::new();
    for (args, field, value) in [
        (["--scope", "group"], "scope", "group"),
        (["--permission", "maintainer"], "permission", "MAINTAINER"),
        (["--service", "node"], "service", "node"),
    ] {
        let line = on_main(&["list", "-o", "json", args[0], args[1]]);
        let listed = env.tasks(&line).succeeds().json();
        let listed = listed.as_array().unwrap();
        assert!(!listed.is_empty(), "{args:?}");
        assert!(listed.iter().all(|task| task[field] == value), "{args:?}");
    }
    let none = env.tasks(&on_main(&["list", "--service", "nosuch"]));
    assert_snapshot!("list-nothing", none.snapshot());
}

#[test]
fn a_projects_environments_are_merged_in_one_request_and_shadows_marked() {
    let env = TestEnv::bare();
    let define = |name: &str, command: &str, place: &[&str]| {
        let line = [&["define", name, "-s", "cli", "--command", command], place].concat();
        env.tasks(&line).succeeds();
    };
    define("shadow", "echo project", &["-p", "lagoon-demo"]);
    define("shadow", "echo main", &MAIN);
    define(
        "alone",
        "echo develop",
        &["-p", "lagoon-demo", "-e", "develop"],
    );
    let (output, requests) = env.tasks_and_requests(&["list", "-p", "lagoon-demo", "-o", "table"]);
    assert_eq!(requests.len(), 1);
    assert_snapshot!("list-merged", output.snapshot());
    let listed = env
        .tasks(&["list", "-p", "lagoon-demo", "-o", "json"])
        .json();
    let wide = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["command"] == "echo project")
        .unwrap();
    assert_eq!(wide["shadowedIn"], json!(["main"]));
    assert_eq!(wide["environments"], json!(["develop", "pr-12"]));

    let output = env.tasks(&["show", "shadow", "-p", "lagoon-demo"]);
    assert_snapshot!("show-ambiguous", output.snapshot());
    let shown = env
        .tasks(&on_main(&["show", "shadow", "--jq", ".command"]))
        .succeeds();
    assert_eq!(shown.stdout, "echo main\n");
}

#[test]
fn one_task_whole() {
    let env = TestEnv::new();
    for format in ["table", "tsv"] {
        let output = env.tasks(&on_main(&["show", "Run yarn audit", "-o", format]));
        assert_snapshot!(format!("show-{format}"), output.snapshot());
    }
}

#[test]
fn names_match_ignoring_case_when_that_is_clear() {
    let env = TestEnv::new();
    let shown = env
        .tasks(&on_main(&["show", "RUN YARN AUDIT", "-o", "name"]))
        .succeeds();
    assert_eq!(shown.stdout, "Run yarn audit\n");
    let missing = env.tasks(&on_main(&["show", "Run yarn adit"]));
    assert_snapshot!("show-nearest", missing.snapshot());
    assert_eq!(missing.code, 5);
}

#[test]
fn digits_that_are_a_name_must_be_made_clear() {
    let env = TestEnv::bare();
    env.tasks(&on_main(&[
        "define",
        "2",
        "-s",
        "cli",
        "--command",
        "echo first",
    ]))
    .succeeds();
    env.tasks(&on_main(&[
        "define",
        "b",
        "-s",
        "cli",
        "--command",
        "echo second",
    ]))
    .succeeds();
    let output = env.tasks(&on_main(&["show", "2"]));
    assert_snapshot!("show-digits", output.snapshot());
    for (task, command) in [
        ("id:2", "echo second"),
        ("name:2", "echo first"),
        ("1", "echo first"),
    ] {
        let shown = env
            .tasks(&on_main(&["show", task, "--jq", ".command"]))
            .succeeds();
        assert_eq!(shown.stdout, format!("{command}\n"), "{task}");
    }
}

#[test]
fn places_are_found_as_lagoon_compares_names() {
    let env = TestEnv::new();
    for place in [["LAGOON-DEMO", "MAIN"], ["lagoon-demo", "main "]] {
        env.tasks(&["list", "-p", place[0], "-e", place[1], "-o", "id"])
            .succeeds();
    }
    for (place, snapshot) in [
        (["lagoon-dem", "main"], "list-no-project"),
        (["lagoon-demo", "man"], "list-no-environment"),
        (["lagoon-demo", "zzz"], "list-no-environment-far"),
    ] {
        let output = env.tasks(&["list", "-p", place[0], "-e", place[1]]);
        assert_snapshot!(snapshot, output.snapshot());
        assert_eq!(output.code, 5);
    }
}

#[test]
fn a_deleted_environment_is_not_found() {
    let env = TestEnv::new();
    let admin = env.as_role("legacy-admin");
    let delete =
        "mutation{deleteEnvironment(input:{name:\"pr-12\",project:\"lagoon-demo\",execute:false})}";
    let (_, answer) = admin.graphql(delete, json!({}));
    assert_eq!(answer["data"]["deleteEnvironment"], "success", "{answer}");
    env.tasks(&["list", "-p", "lagoon-demo", "-e", "pr-12"])
        .ends_with(5);
}

/// A definition with a typeless argument breaks the listing of its whole environment.
#[test]
fn a_poisoned_environment_is_explained() {
    let env = TestEnv::bare();
    let add = "mutation($i:AdvancedTaskDefinitionInput!){addAdvancedTaskDefinition(input:$i){__typename}}";
    env.graphql(
        add,
        json!({"i": {"name": "poison", "type": "COMMAND", "description": "", "command": "x",
            "service": "cli", "environment": 101,
            "advancedTaskDefinitionArguments": [{"name": "A"}]}}),
    );
    let output = env.tasks(&on_main(&["list"]));
    assert_snapshot!("list-poisoned", output.snapshot());
    assert_eq!(output.code, 1);
}

#[test]
fn a_pipeline_reads_names() {
    let env = TestEnv::new();
    let script = "tasks list -p lagoon-demo -e main -o name | grep -i audit | while read -r name; do \
                  tasks show \"$name\" -p lagoon-demo -e main --jq .service; done";
    let output = env.run(env.shell(script)).succeeds();
    assert_eq!(output.stdout, "node\n");
    // A reader that goes away is a quiet end.
    let output = env
        .run(env.shell("tasks list -p lagoon-demo -e main -o json | head -n 1"))
        .succeeds();
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str()),
        ("[\n", "")
    );
}

#[test]
fn wrong_use_ends_with_2_and_says_what_to_do() {
    let env = TestEnv::new();
    for (snapshot, line) in [
        ("usage-no-project", vec!["list"]),
        (
            "usage-empty-environment",
            vec!["list", "-p", "lagoon-demo", "-e", ""],
        ),
        ("usage-twice", vec!["-p", "a", "list", "-p", "b"]),
        ("usage-bad-format", on_main(&["list", "-o", "jso"])),
        ("usage-bad-jq", on_main(&["list", "--jq", ".["])),
        (
            "usage-jq-with-csv",
            on_main(&["list", "-o", "csv", "--jq", "."]),
        ),
        ("usage-bad-scope", on_main(&["list", "--scope", "projects"])),
        ("usage-unknown-flag", on_main(&["list", "--servce", "x"])),
        ("usage-unknown-command", vec!["lisst"]),
        ("usage-id-too-large", on_main(&["show", "99999999999"])),
        ("usage-json-error", on_main(&["show", "", "-o", "json"])),
    ] {
        let output = env.tasks(&line);
        assert_snapshot!(snapshot, output.snapshot());
        assert_eq!(output.code, 2, "{snapshot}");
        assert_eq!(output.stdout, "", "{snapshot}");
    }
}
