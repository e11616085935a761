//! `list` and `show`: visibility by role, shadowed tasks, and formats.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::env::{MAIN, TestEnv};

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
fn a_list_is_printed_in_every_format() {
    let env = TestEnv::new();
    for format in ["table", "tsv", "csv", "yaml", "jsonl", "name", "id"] {
        let output = env.tasks(&on_main(&["list", "-o", format]));
        assert_snapshot!(format!("list-{format}"), output.snapshot());
    }
}

#[test]
fn json_has_the_documented_fields() {
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
fn an_outsider_is_refused() {
    let output = TestEnv::new()
        .as_role("outsider")
        .tasks(&on_main(&["list"]));
    assert_snapshot!(output.error(4), @r#"
    error: not allowed: Unauthorized: You don't have permission to "view" on "project"
    hint: this requires a role in a group of the project; you have no role on lagoon-demo
    "#);
}

#[test]
fn filters_keep_matching_tasks() {
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
    assert_snapshot!(none.snapshot(), @"
    exit code: 0
    ---- stdout: empty
    ---- stderr: empty
    ");
}

#[test]
fn environments_are_merged_and_shadowed_tasks_marked() {
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
    assert_snapshot!(output.snapshot(), @"
    exit code: 0
    ---- stdout
    ID  NAME    TYPE     SCOPE        PERMISSION  SERVICE  DESCRIPTION  ENVIRONMENTS    SHADOWED IN
    3   alone   command  environment  developer   cli                   develop
    2   shadow  command  environment  developer   cli                   main
    1   shadow  command  project      developer   cli                   develop, pr-12  main
    ---- stderr: empty
    ");
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
    assert_snapshot!(output.error(2), @"
    error: 2 tasks of this project are named `shadow`
    hint: id:2 has the scope environment and is shown on main
    hint: id:1 has the scope project and is shown on develop, pr-12
    hint: name the environment with -e, or use the task's id
    ");
    let shown = env
        .tasks(&on_main(&["show", "shadow", "--jq", ".command"]))
        .succeeds();
    assert_eq!(shown.stdout, "echo main\n");
}

#[test]
fn show_prints_a_task_in_full() {
    let env = TestEnv::new();
    let shown = |format| {
        let line = on_main(&["show", "Run yarn audit", "-o", format]);
        env.tasks(&line).snapshot()
    };
    assert_snapshot!(shown("table"), @"
    exit code: 0
    ---- stdout
    Run yarn audit
    ID          1
    Type        command
    Scope       project, on main
    Permission  developer
    Service     node
    Created     NOW (TIME)
    Description
      Look for known vulnerabilities in the project's packages
    Command
      yarn audit
    ---- stderr: empty
    ");
    assert_snapshot!(shown("tsv"), @"
    exit code: 0
    ---- stdout
    1	Run yarn audit	command	project	developer	node	Look for known vulnerabilities in the project's packages	yarn audit		
    ---- stderr: empty
    ");
}

#[test]
fn names_match_ignoring_case_if_unambiguous() {
    let env = TestEnv::new();
    let shown = env
        .tasks(&on_main(&["show", "RUN YARN AUDIT", "-o", "name"]))
        .succeeds();
    assert_eq!(shown.stdout, "Run yarn audit\n");
    let missing = env.tasks(&on_main(&["show", "Run yarn adit"]));
    assert_snapshot!(missing.error(5), @"
    error: task `Run yarn adit` not found
    hint: did you mean `Run yarn audit`?
    ");
}

#[test]
fn digits_that_are_also_a_name_are_ambiguous() {
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
    assert_snapshot!(output.error(2), @"
    error: `2` is ambiguous: it is the name of the task with id 1, and the id of `b`
    hint: use `id:2`, or `name:2` for the task with id 1
    ");
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
fn places_are_matched_like_names_in_lagoon() {
    let env = TestEnv::new();
    for place in [["LAGOON-DEMO", "MAIN"], ["lagoon-demo", "main "]] {
        env.tasks(&["list", "-p", place[0], "-e", place[1], "-o", "id"])
            .succeeds();
    }
    let refused = |project, environment| {
        let line = ["list", "-p", project, "-e", environment];
        env.tasks(&line).error(5)
    };
    assert_snapshot!(refused("lagoon-dem", "main"), @"
    error: project `lagoon-dem` not found
    hint: did you mean `lagoon-demo`?
    ");
    assert_snapshot!(refused("lagoon-demo", "man"), @"
    error: the project `lagoon-demo` has no environment `man`
    hint: did you mean `main`?
    ");
    assert_snapshot!(refused("lagoon-demo", "zzz"), @"
    error: the project `lagoon-demo` has no environment `zzz`
    hint: environments: `develop`, `main`, `pr-12`
    hint: you are a maintainer on lagoon-demo; you can see all of its environments except deleted ones
    ");
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
fn a_broken_environment_is_explained() {
    let env = TestEnv::bare();
    let add = "mutation($i:AdvancedTaskDefinitionInput!){addAdvancedTaskDefinition(input:$i){__typename}}";
    env.graphql(
        add,
        json!({"i": {"name": "poison", "type": "COMMAND", "description": "", "command": "x",
            "service": "cli", "environment": 101,
            "advancedTaskDefinitionArguments": [{"name": "A"}]}}),
    );
    let output = env.tasks(&on_main(&["list"]));
    assert_snapshot!(output.error(1), @"
    error: Lagoon refused: Unable to find AdvancedTaskDefinitionType null
    hint: a task of this environment has an argument without a type, which breaks the list of tasks; delete that task by its id
    ");
}

#[test]
fn a_pipeline_reads_names() {
    let env = TestEnv::new();
    let script = "tasks list -p lagoon-demo -e main -o name | grep -i audit | while read -r name; do \
                  tasks show \"$name\" -p lagoon-demo -e main --jq .service; done";
    let output = env.run(env.shell(script)).succeeds();
    assert_eq!(output.stdout, "node\n");
    // A closed output is not an error.
    let output = env
        .run(env.shell("tasks list -p lagoon-demo -e main -o json | head -n 1"))
        .succeeds();
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str()),
        ("[\n", "")
    );
}

#[test]
fn usage_errors_exit_with_2_and_a_hint() {
    let env = TestEnv::new();
    let refused = |line: &[&str]| env.tasks(line).error(2);
    assert_snapshot!(refused(&["list"]), @"
    error: no project given
    hint: name it with -p or TASKS_PROJECT; to list projects: tasks projects
    ");
    assert_snapshot!(refused(&["list", "-p", "lagoon-demo", "-e", ""]), @"
    error: --environment has an empty value
    hint: give it a value, or omit it
    ");
    assert_snapshot!(refused(&["-p", "a", "list", "-p", "b"]), @"
    error: --project was given twice, once to `tasks` and once to `tasks list`
    hint: give it once, before or after the command
    ");
    assert_snapshot!(refused(&on_main(&["list", "-o", "jso"])), @"
    error: invalid value `jso` for --output
    hint: did you mean `json` or `jsonl`?
    hint: accepted values: table, tsv, json, jsonl, yaml, csv, name, id
    ");
    let shown = refused(&on_main(&["list", "--jq", ".["]));
    assert_snapshot!(shown, @r#"{"error":{"kind":"usage","message":"--jq '.[': expected closing bracket at the end","hints":[],"exitCode":2,"runs":[]}}"#);
    let shown = refused(&on_main(&["list", "-o", "csv", "--jq", "."]));
    assert_snapshot!(shown, @r#"{"error":{"kind":"usage","message":"--jq requires JSON and cannot be used with -o csv","hints":["omit -o, or use -o json"],"exitCode":2,"runs":[]}}"#);
    assert_snapshot!(refused(&on_main(&["list", "--scope", "projects"])), @"
    error: invalid value `projects` for --scope
    hint: did you mean `project`?
    hint: accepted values: environment, project, group, system
    ");
    assert_snapshot!(refused(&on_main(&["list", "--servce", "x"])), @"
    error: unknown flag `--servce`
    hint: did you mean `--service`?
    ");
    assert_snapshot!(refused(&["lisst"]), @"
    error: unknown command `lisst`
    hint: did you mean `tasks list`?
    ");
    let shown = refused(&on_main(&["show", "99999999999"]));
    assert_snapshot!(shown, @"error: `99999999999` is not a task id: ids are whole numbers from 1 to 2147483647");
    let shown = refused(&on_main(&["show", "", "-o", "json"]));
    assert_snapshot!(shown, @r#"{"error":{"kind":"usage","message":"the task's name is empty","hints":[],"exitCode":2,"runs":[]}}"#);
}
