//! `update` and `delete`: requests with only the changes and the fields that Lagoon would lose otherwise,
//! and only in the scope that is named.

use lagoon_sandbox::Fault;
use lagoon_tasks::internal::{
    Argument, ArgumentKind, Definition, Permission, Scope, Work, update_variables,
};
use serde_json::{Value, json};

use crate::support::env::{MAIN, TestEnv};
use crate::support::process::eventually;
use crate::support::proxy::newer_lagoon;
use crate::support::schemas;

fn task() -> Definition {
    Definition {
        id: 34,
        name: "Report".into(),
        description: "d".into(),
        work: Work::Command("true".into()),
        service: Some("cli".into()),
        scope: Scope::Environment(101),
        permission: Permission::Guest,
        confirmation_text: Some("Sure?".into()),
        deploy_token_injection: false,
        project_key_injection: false,
        admin_only_view: false,
        created: "2024-01-01 00:00:00".into(),
        arguments: Some(vec![Argument {
            name: "A".into(),
            display_name: None,
            kind: ArgumentKind::EnvironmentName,
            default: None,
            optional: false,
            range: Some(vec!["main".into()]),
        }]),
    }
}

/// The patch for a change, checked against every schema.
fn patch(before: &Definition, change: impl FnOnce(&mut Definition)) -> Value {
    let mut after = before.clone();
    change(&mut after);
    let mut variables = update_variables(34, before, &after).unwrap();
    let document = schemas::documents()
        .into_iter()
        .find(|d| d.name.ends_with("update_definition.graphql"))
        .unwrap();
    let check = |schema: &_| schemas::validate_variables(schema, &document.source, &variables);
    check(schemas::ours()).unwrap();
    for release in schemas::releases() {
        check(&release.schema).unwrap_or_else(|e| panic!("{}: {e}", release.version));
    }
    assert_eq!(variables["input"]["id"], 34);
    variables["input"]["patch"].take()
}

#[test]
fn invalid_values_in_other_fields_are_left_unchanged() {
    let env = TestEnv::new();
    env.sql(
        "UPDATE argument SET name = 'not a variable' WHERE name = 'TIMES';
         UPDATE definition SET service = NULL WHERE name = 'Try arguments'",
    );
    let newer = newer_lagoon(&env);
    let update = |change: [&str; 2]| {
        let line = ["update", "Try arguments", "-p", "lagoon-demo", "-o", "json"];
        let command = env.command(&[&line[..], &change].concat());
        env.run(command.env("TASKS_API", newer.url("/graphql")))
    };
    let now = update(["--description", "new"]).succeeds().json();
    assert_eq!(now["description"], "new");
    let arguments = now["advancedTaskDefinitionArguments"].as_array().unwrap();
    assert!(arguments.iter().any(|a| a["type"] == "SERVICE_NAME"));
    let requests = env.requests();
    let patch = requests
        .iter()
        .find(|r| r.body.contains("\"patch\""))
        .unwrap();
    assert!(patch.body.contains("new") && !patch.body.contains("rguments\":"));
    // What changes is checked, and arguments are replaced as a whole.
    for change in [["--service", " "], ["--arg", "NEW"]] {
        update(change).ends_with(2);
    }
}

#[test]
fn an_unknown_type_is_sent_back_with_other_arguments() {
    let mut before = task();
    let newer = Argument {
        name: "N".into(),
        kind: ArgumentKind::Unknown("SERVICE_NAME".into()),
        ..before.arguments()[0].clone()
    };
    before.arguments = Some(vec![newer]);
    let mut after = before.clone();
    after.description = "new".into();
    let change = |after: &Definition| {
        let mut variables = update_variables(34, &before, after).unwrap();
        variables["input"]["patch"].take()
    };
    assert_eq!(change(&after), json!({"description": "new"}));
    let mut arguments = before.arguments().to_vec();
    arguments.push(task().arguments()[0].clone());
    after.arguments = Some(arguments);
    let sent = &change(&after)["advancedTaskDefinitionArguments"];
    assert_eq!(sent[0]["type"], "SERVICE_NAME");
}

#[test]
fn only_changed_fields_are_sent() {
    let change = |change: fn(&mut Definition)| patch(&task(), change);
    assert_eq!(change(|_| {}), json!({}));
    assert_eq!(change(|d| d.name = "x".into()), json!({"name": "x"}));
    assert_eq!(
        change(|d| d.description = String::new()),
        json!({"description": ""})
    );
    assert_eq!(
        change(|d| d.permission = Permission::Maintainer),
        json!({"permission": "MAINTAINER"})
    );
    assert_eq!(
        change(|d| d.work = Work::Command("x".into())),
        json!({"command": "x"})
    );
    assert_eq!(
        change(|d| d.project_key_injection = true),
        json!({"projectKeyInjection": true})
    );
    // The range is Lagoon's own, and the id and the time are too.
    assert_eq!(
        change(|d| {
            d.arguments.as_mut().unwrap()[0].range = None;
            d.id = 0;
            d.created = String::new();
        }),
        json!({})
    );
}

#[test]
fn texts_are_cleared_with_an_empty_string_not_null() {
    let sent = patch(&task(), |d| (d.confirmation_text, d.service) = (None, None));
    assert_eq!(sent, json!({"confirmationText": "", "service": ""}));
}

#[test]
fn arguments_are_sent_as_a_whole() {
    let sent = patch(&task(), |d| {
        let mut second = d.arguments()[0].clone();
        (second.name, second.kind, second.default) =
            ("B".into(), ArgumentKind::Numeric, Some("1".into()));
        d.arguments.as_mut().unwrap().push(second);
    });
    assert_eq!(
        sent,
        json!({"advancedTaskDefinitionArguments": [
            {"name": "A", "type": "ENVIRONMENT_SOURCE_NAME", "optional": false},
            {"name": "B", "type": "NUMERIC", "optional": false, "defaultValue": "1"},
        ]})
    );
    let none = patch(&task(), |d| d.arguments = Some(Vec::new()));
    assert_eq!(none, json!({"advancedTaskDefinitionArguments": []}));
}

/// Lagoon erases the image with every patch that does not hold it.
#[test]
fn the_image_is_always_sent() {
    let mut image = task();
    image.work = Work::Image("a/b:2".into());
    let sent = patch(&image, |d| d.description = "new".into());
    assert_eq!(sent, json!({"description": "new", "image": "a/b:2"}));
    let sent = patch(&image, |d| d.work = Work::Image("a/b:3".into()));
    assert_eq!(sent, json!({"image": "a/b:3"}));
}

const PROJECT: [&str; 2] = ["-p", "lagoon-demo"];
#[track_caller]
fn define(env: &TestEnv, name: &str, more: &[&str]) -> i64 {
    let line = [&["define", name, "-o", "json"], more].concat();
    env.tasks(&line).succeeds().json()["id"].as_i64().unwrap()
}

fn command<'a>(place: &[&'a str]) -> Vec<&'a str> {
    [&["--service", "cli", "--command", "a"], place].concat()
}

#[track_caller]
fn shown(env: &TestEnv, task: &str) -> Value {
    let line = [&["show", task, "-o", "json"], &MAIN[..]].concat();
    env.tasks(&line).succeeds().json()
}

#[test]
fn before_and_after_are_shown_and_a_dry_run_changes_nothing() {
    let env = TestEnv::bare();
    define(&env, "A", &command(&PROJECT));
    let line = ["update", "a", "-p", "lagoon-demo", "--permission", "guest"];
    let rehearsal = [&line[..], &["--dry-run", "-o", "json"]].concat();
    let output = env.tasks(&rehearsal).succeeds().json();
    assert_eq!(
        (&output["dryRun"], &output["changes"]),
        (
            &json!(true),
            &json!([{"field": "permission", "before": "DEVELOPER", "after": "GUEST"}])
        )
    );
    assert_eq!(shown(&env, "A")["permission"], "DEVELOPER");
    let output = env
        .tasks(&[&line[..], &["-o", "table"]].concat())
        .succeeds();
    assert_eq!(output.stdout, "1 A\n  permission: developer → guest\n");
    assert_eq!(shown(&env, "A")["permission"], "GUEST");
    // Without a terminal, stdout is the task, and its old values are on stderr.
    let line_of = ["update", "A", "-p", "lagoon-demo", "--description", "new"];
    let output = env.tasks(&line_of).succeeds();
    assert!(output.stderr.contains("description"), "{output}");
    let doubtful = [
        "update",
        "A",
        "-p",
        "lagoon-demo",
        "--arg",
        "PATH?:string",
        "--dry-run",
    ];
    let output = env.tasks(&doubtful).succeeds();
    assert!(output.stderr.contains("warning: "), "{output}");
    let output = env.tasks(&line).succeeds();
    assert!(output.stderr.contains("unchanged"), "{output}");
    env.tasks(&["update", "A", "-p", "lagoon-demo"])
        .ends_with(2);
}

#[test]
fn an_update_keeps_the_image() {
    let env = TestEnv::bare().as_role("platform-owner");
    define(&env, "I", &[&["--image", "a/b:2"], &MAIN[..]].concat());
    let line = [&["update", "I", "--description", "new"], &MAIN[..]].concat();
    env.tasks(&line).succeeds();
    let now = shown(&env, "I");
    assert_eq!(
        (&now["image"], &now["description"]),
        (&json!("a/b:2"), &json!("new"))
    );
    let line = [&["update", "I", "--command", "x"], &MAIN[..]].concat();
    let output = env.tasks(&line).ends_with(2);
    assert!(output.stderr.contains("apply --replace"), "{output}");
}

#[test]
fn arguments_are_added_replaced_and_removed_by_name() {
    let env = TestEnv::bare();
    let arguments = [
        "--arg",
        "A:numeric:Number",
        "--arg",
        "B?",
        "--arg-default",
        "A=1",
    ];
    define(&env, "T", &[&command(&PROJECT)[..], &arguments].concat());
    let update = |more: &[&str]| env.tasks(&[&["update", "T"], &PROJECT[..], more].concat());
    update(&[
        "--arg",
        "C",
        "--arg",
        "B:string:Text",
        "--arg-default",
        "A=2",
    ])
    .succeeds();
    let names = |env: &TestEnv| {
        let now = shown(env, "T");
        let all = now["advancedTaskDefinitionArguments"]
            .as_array()
            .unwrap()
            .clone();
        let shown = |a: &Value| format!("{}={} {}", a["name"], a["defaultValue"], a["displayName"]);
        all.iter()
            .map(shown)
            .collect::<Vec<_>>()
            .join(", ")
            .replace('"', "")
    };
    assert_eq!(names(&env), "A=2 Number, B=null Text, C=null null");
    update(&[
        "--remove-arg",
        "A",
        "--remove-arg",
        "B",
        "--remove-arg",
        "C",
    ])
    .succeeds();
    assert_eq!(names(&env), "");
    let output = update(&["--remove-arg", "A"]).ends_with(2);
    assert!(output.stderr.contains("no argument `A`"), "{output}");
    update(&["--arg", "N:numeric", "--arg-default", "N=x"]).ends_with(2);
    update(&["--arg", "N:environment", "--arg-default", "N=main"]).ends_with(2);
}

#[test]
fn only_the_given_scope_is_changed() {
    let env = TestEnv::bare();
    let id = define(&env, "Wide", &command(&PROJECT));
    define(&env, "Own", &command(&MAIN));
    for task in ["Wide", &format!("id:{id}")] {
        let line = [&["update", task, "--permission", "guest"], &MAIN[..]].concat();
        let output = env.tasks(&line).ends_with(2);
        let hint = format!("tasks update id:{id} -p lagoon-demo\n");
        assert!(output.stderr.contains(&hint), "{output}");
        let line = [&["delete", task, "--yes"], &MAIN[..]].concat();
        env.tasks(&line).ends_with(2);
    }
    let line = [&["delete", "Own", "--yes"], &PROJECT[..]].concat();
    let output = env.tasks(&line).ends_with(2);
    assert!(output.stderr.contains("-p lagoon-demo -e main"), "{output}");
    env.tasks(&["update", "Wide", "--permission", "guest"])
        .ends_with(2);
    let line = [&["update", "Wid", "--permission", "guest"], &PROJECT[..]].concat();
    let output = env.tasks(&line).ends_with(5);
    assert!(output.stderr.contains("did you mean `Wide`?"), "{output}");
}

/// Lagoon takes it, and then two tasks have one name.
#[test]
fn an_existing_name_is_refused_as_the_database_compares() {
    let env = TestEnv::bare();
    define(&env, "Übernahme", &command(&PROJECT));
    define(&env, "Other", &command(&PROJECT));
    let rename = |name: &str| env.tasks(&["update", "Other", "-p", "lagoon-demo", "--name", name]);
    let output = rename("ubernahme").ends_with(1);
    assert!(output.stderr.contains("`Übernahme`"), "{output}");
    rename("OTHER").succeeds();
    assert_eq!(shown(&env, "OTHER")["name"], "OTHER");
}

#[test]
fn a_lost_reply_is_looked_up() {
    let env = TestEnv::bare();
    define(&env, "A", &command(&PROJECT));
    env.sandbox()
        .fail_next("updateAdvancedTaskDefinition", Fault::LoseResponse);
    let line = [&["update", "A", "--permission", "guest"], &PROJECT[..]].concat();
    env.tasks(&line).succeeds();
    assert_eq!(shown(&env, "A")["permission"], "GUEST");
    env.sandbox()
        .fail_next("deleteAdvancedTaskDefinition", Fault::LoseResponse);
    env.tasks(&["delete", "A", "-p", "lagoon-demo", "--yes"])
        .succeeds();
}

#[test]
fn deleting_names_the_task_and_the_one_it_shadowed() {
    let env = TestEnv::bare();
    let wide = define(&env, "A", &command(&PROJECT));
    define(&env, "A", &command(&MAIN));
    define(&env, "B", &command(&MAIN));
    let delete =
        |tasks: &[&str], more: &[&str]| env.tasks(&[&["delete"], tasks, &MAIN[..], more].concat());
    let output = delete(&["A"], &[]).ends_with(2);
    let light = format!("the name will then refer to task {wide} of the scope project");
    assert!(
        output.stderr.contains(&light) && output.stderr.contains("--yes"),
        "{output}"
    );
    // Nothing is deleted if one task is missing.
    delete(&["A", "C"], &["--yes"]).ends_with(5);
    let output = delete(&["A", "B"], &["--yes", "-o", "json"]).succeeds();
    assert_eq!(output.json().as_array().unwrap().len(), 2);
    assert!(
        output
            .stderr
            .contains(&format!("`A` now refers to task {wide}")),
        "{output}"
    );
    delete(&["B"], &["--yes"]).ends_with(5);
    env.as_role("developer")
        .tasks(&["delete", "A", "-p", "lagoon-demo", "--yes"])
        .ends_with(4);
    let output = env
        .tasks(&["delete", "A", "-p", "lagoon-demo", "--yes", "-o", "json"])
        .succeeds();
    assert_eq!(output.json()["name"], "A");
}

#[test]
fn a_failed_deletion_does_not_stop_the_others() {
    let env = TestEnv::bare();
    for name in ["A", "B", "C"] {
        define(&env, name, &command(&MAIN));
    }
    env.sandbox()
        .refuse_next("deleteAdvancedTaskDefinition", "broken");
    let line = [&["delete", "A", "B", "C", "--yes", "-o", "json"], &MAIN[..]].concat();
    let output = env.tasks(&line).ends_with(1);
    let gone: Vec<Value> = output
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["name"].clone())
        .collect();
    assert_eq!(gone, ["B", "C"]);
    let error = output.json_error();
    assert_eq!(error["message"], "1 of 3 tasks could not be deleted");
    assert!(
        error["hints"][0].as_str().unwrap().contains("`A` (id 1)"),
        "{error}"
    );
}

/// The change is made and its reply lost; the error says that, and running the command again is safe.
#[test]
fn an_interrupt_reports_a_possible_change() {
    let env = TestEnv::bare();
    define(&env, "A", &command(&MAIN));
    let query = "{advancedTasksForEnvironment(environment:101){__typename \
        ... on AdvancedTaskDefinitionCommand{name permission}}}";
    let shown = || {
        let (_, body) = env.graphql(query, json!({}));
        body["data"]["advancedTasksForEnvironment"].to_string()
    };
    let lines = [
        (
            "update",
            vec!["update", "A", "--permission", "guest"],
            "while changing `A`",
        ),
        (
            "add",
            vec!["define", "B", "-s", "cli", "--command", "b"],
            "while defining `B`",
        ),
        ("delete", vec!["delete", "A", "--yes"], "while deleting"),
    ];
    for (operation, line, told) in lines {
        let operation = format!("{operation}AdvancedTaskDefinition");
        let before = shown();
        env.sandbox().fail_next(&operation, Fault::HangAfter);
        let line = [&line, &MAIN[..]].concat();
        let running = env.command(&line).start();
        eventually("it is carried out", || shown() != before);
        running.signal("INT");
        let output = running.finish().ends_with(130);
        assert!(
            output.stderr.contains(told) && output.stderr.contains("may have been"),
            "{output}"
        );
        assert_eq!(output.stdout, "");
        let again = if operation.starts_with("delete") {
            5
        } else {
            0
        };
        env.tasks(&line).ends_with(again);
    }
}

/// `define` refuses to overwrite and shows a line: that line does it.
#[test]
fn the_update_command_suggested_by_define_works() {
    let env = TestEnv::bare();
    let arguments = ["--arg", "A:numeric:It's", "--arg", "OLD"];
    define(&env, "It's", &[&command(&PROJECT)[..], &arguments].concat());
    let other = [
        "define",
        "It's",
        "-p",
        "lagoon-demo",
        "-s",
        "nginx",
        "--command",
        "b \"$A\"\nc",
        "--permission",
        "guest",
        "--description",
        "d",
        "--confirmation-text",
        "Sure?",
        "--arg",
        "A?:string:Two: words",
        "--arg-default",
        "A= $x",
    ];
    let output = env.tasks(&other).ends_with(1);
    let (_, line) = output.stderr.split_once("to change it: ").unwrap();
    env.run(env.shell(line)).succeeds();
    let output = env.tasks(&other).succeeds();
    assert!(output.stderr.contains("unchanged"), "{output}");
}
