//! Every supported Lagoon accepts the input of all mutations.

use lagoon_tasks::internal::{
    Argument, ArgumentKind, Definition, OneOff, Permission, Scope, Work, add_task_variables,
    add_variables, invoke_variables, update_variables, upload_variables,
};
use serde_json::{Value, json};

use crate::support::schemas::{documents, validate_request};

fn source(name: &str) -> String {
    let found = documents()
        .into_iter()
        .find(|d| d.name.ends_with(name))
        .unwrap_or_else(|| panic!("no document {name}"));
    found.source
}

fn argument(name: &str, kind: ArgumentKind, full: bool) -> Argument {
    Argument {
        name: name.into(),
        display_name: full.then(|| "Shown".to_owned()),
        kind,
        default: full.then(|| "1".to_owned()),
        optional: full,
        range: full.then(|| vec!["main".to_owned()]),
    }
}

fn definition(work: Work, scope: Scope, full: bool) -> Definition {
    Definition {
        id: 0,
        name: "t".into(),
        description: String::new(),
        work,
        service: full.then(|| "cli".to_owned()),
        scope,
        permission: Permission::Developer,
        confirmation_text: full.then(|| "Sure?".to_owned()),
        deploy_token_injection: full,
        project_key_injection: full,
        admin_only_view: full,
        created: String::new(),
        arguments: Some(vec![
            argument("A", ArgumentKind::Text, full),
            argument("B", ArgumentKind::Numeric, full),
            argument("C", ArgumentKind::EnvironmentName, full),
            argument("D", ArgumentKind::OtherEnvironmentName, full),
        ]),
    }
}

fn nowhere_null(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(all) => all.iter().all(nowhere_null),
        Value::Object(all) => all.values().all(nowhere_null),
        _ => true,
    }
}

#[test]
fn definitions_are_valid_for_every_release() {
    let source = source("add_definition.graphql");
    for full in [false, true] {
        for work in [Work::Command("true".into()), Work::Image("a/b".into())] {
            for scope in [
                Scope::Environment(1),
                Scope::Project(1),
                Scope::Group("g".into()),
            ] {
                let variables = add_variables(&definition(work.clone(), scope, full)).unwrap();
                assert!(
                    nowhere_null(&variables),
                    "a null would wipe or hide: {variables}"
                );
                validate_request(&source, &variables).unwrap();
            }
        }
    }
}

#[test]
fn system_wide_tasks_are_marked_by_a_field() {
    let source = source("add_definition.graphql");
    let system = definition(Work::Command("true".into()), Scope::System, true);
    let new = add_variables(&system).unwrap();
    assert_eq!(new["input"]["systemWide"], json!(true));
    validate_request(&format!("# since 2.18.0\n{source}"), &new).unwrap();
}

#[test]
fn updates_resend_the_image() {
    let source = source("update_definition.graphql");
    for (work, image) in [
        (Work::Command("true".into()), None),
        (Work::Image("a/b".into()), Some(json!("a/b"))),
    ] {
        let after = definition(work, Scope::Project(1), true);
        let mut before = definition(after.work.clone(), Scope::Project(1), false);
        before.permission = Permission::Guest;
        let variables = update_variables(7, &before, &after).unwrap();
        assert_eq!(variables["input"]["patch"].get("image"), image.as_ref());
        assert!(nowhere_null(&variables));
        validate_request(&source, &variables).unwrap();
    }
}

#[test]
fn invocations_send_strings_and_32_bit_ids() {
    let source = source("invoke_task.graphql");
    let values = [("A".to_owned(), "1".to_owned())];
    for values in [&values[..], &[]] {
        let variables = invoke_variables(1, 2_147_483_647, values).unwrap();
        assert!(nowhere_null(&variables));
        validate_request(&source, &variables).unwrap();
    }
    assert!(invoke_variables(1, 2_147_483_648, &[]).is_err());
    assert!(invoke_variables(-2_147_483_649, 1, &[]).is_err());
}

#[test]
fn one_off_commands_are_valid_for_every_release() {
    let one_off = OneOff {
        name: "exec true".into(),
        environment: 1,
        service: "cli".into(),
        command: "true".into(),
    };
    let variables = add_task_variables(&one_off).unwrap();
    assert!(nowhere_null(&variables));
    validate_request(&source("add_task.graphql"), &variables).unwrap();
}

#[test]
fn upload_requests_are_valid_for_every_release() {
    let (form, upload) = upload_variables(12, "a.txt").unwrap();
    validate_request(&source("upload_form.graphql"), &form).unwrap();
    validate_request(&source("upload_files.graphql"), &upload).unwrap();
    assert!(upload_variables(2_147_483_648, "a.txt").is_err());
}
