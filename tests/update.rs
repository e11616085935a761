//! What an update sends: no more than what changes, and what Lagoon would lose otherwise.

use lagoon_tasks::domain::{Argument, ArgumentKind, Definition, Permission, Scope, Work};
use lagoon_tasks::lagoon::operations::definitions::update_variables;
use serde_json::{Value, json};

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
fn only_what_changes_is_sent() {
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
fn texts_are_cleared_with_an_empty_one_never_with_null() {
    let sent = patch(&task(), |d| (d.confirmation_text, d.service) = (None, None));
    assert_eq!(sent, json!({"confirmationText": "", "service": ""}));
}

#[test]
fn arguments_go_as_a_whole() {
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
fn the_image_is_always_sent_along() {
    let mut image = task();
    image.work = Work::Image("a/b:2".into());
    let sent = patch(&image, |d| d.description = "new".into());
    assert_eq!(sent, json!({"description": "new", "image": "a/b:2"}));
    let sent = patch(&image, |d| d.work = Work::Image("a/b:3".into()));
    assert_eq!(sent, json!({"image": "a/b:3"}));
}
