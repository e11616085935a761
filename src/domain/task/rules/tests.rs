use super::*;
use crate::domain::Permission;

fn task() -> Definition {
    Definition {
        name: "t".into(),
        service: Some("cli".into()),
        permission: Permission::Developer,
        ..Definition::empty(Scope::Project(1), Work::Command("true".into()))
    }
}

fn with(change: impl FnOnce(&mut Definition)) -> Vec<Field> {
    let mut definition = task();
    change(&mut definition);
    violations(&definition)
        .into_iter()
        .map(|v| v.field)
        .collect()
}

fn argument(name: &str, kind: ArgumentKind, default: Option<&str>) -> Argument {
    Argument {
        name: name.into(),
        display_name: None,
        kind,
        default: default.map(str::to_owned),
        optional: false,
        range: None,
    }
}

fn with_arguments(arguments: Vec<Argument>) -> usize {
    with(|d| d.arguments = Some(arguments)).len()
}

#[test]
fn a_plain_task_is_valid() {
    assert_eq!(violations(&task()), []);
}

#[test]
fn texts_must_be_storable_and_short_enough() {
    assert_eq!(with(|d| d.name = " ".into()), [Field::Name]);
    assert_eq!(with(|d| d.name = "a ".into()), [Field::Name]);
    assert_eq!(with(|d| d.name = "n".repeat(101)), [Field::Name]);
    assert_eq!(with(|d| d.name = "a\nb".into()), [Field::Name]);
    assert_eq!(with(|d| d.description = "🚀".into()), [Field::Description]);
    assert_eq!(
        with(|d| d.work = Work::Command(" ".into())),
        [Field::Command]
    );
    assert_eq!(
        with(|d| d.work = Work::Command("x".repeat(65_536))),
        [Field::Command]
    );
    assert_eq!(
        with(|d| d.work = Work::Image(String::new())),
        [Field::Image]
    );
    assert_eq!(with(|d| d.service = None), [Field::Service]);
    assert_eq!(
        with(|d| d.confirmation_text = Some("x".repeat(2_001))),
        [Field::Confirmation]
    );
}

#[test]
fn values_too_long_for_the_database_are_refused() {
    assert_eq!(
        with(|d| d.service = Some("s".repeat(101))),
        [Field::Service]
    );
    assert_eq!(
        with(|d| d.work = Work::Image("i".repeat(2_001))),
        [Field::Image]
    );
    assert_eq!(
        with(|d| d.description = "d".repeat(65_536)),
        [Field::Description]
    );
}

#[test]
fn only_changed_fields_are_validated() {
    let before = Definition {
        service: None,
        arguments: Some(vec![argument("a b", ArgumentKind::Text, None)]),
        ..task()
    };
    let fields = |after: &Definition| -> Vec<Field> {
        let found = violations_of_change(&before, after).into_iter();
        found.map(|violation| violation.field).collect()
    };
    let mut after = before.clone();
    after.description = "new".into();
    assert_eq!(fields(&after), []);
    after.name = " ".into();
    assert_eq!(fields(&after), [Field::Name]);
    after.arguments = Some(vec![
        argument("a b", ArgumentKind::Text, None),
        argument("B", ArgumentKind::Text, None),
    ]);
    let argument = Field::Argument("a b".into());
    assert_eq!(fields(&after), [Field::Name, argument]);
}

#[test]
fn an_image_needs_no_service() {
    assert_eq!(
        with(|d| (d.work, d.service) = (Work::Image("a/b".into()), None)),
        []
    );
}

#[test]
fn arguments_must_be_usable() {
    use ArgumentKind::{EnvironmentName, Numeric, Text, Unknown};
    assert_eq!(with_arguments(vec![argument("A", Text, Some("x"))]), 0);
    assert_eq!(with_arguments(vec![argument("a b", Text, None)]), 1);
    assert_eq!(
        with_arguments(vec![argument("A", Text, None), argument("a", Text, None)]),
        1
    );
    assert_eq!(with_arguments(vec![argument("N", Numeric, Some("abc"))]), 1);
    assert_eq!(with_arguments(vec![argument("N", Numeric, Some(""))]), 0);
    assert_eq!(
        with_arguments(vec![argument("E", EnvironmentName, Some("main"))]),
        1
    );
    assert_eq!(
        with_arguments(vec![argument("U", Unknown(String::new()), None)]),
        1
    );
    // Only Lagoon can check a type that this program does not know.
    let mut definition = task();
    definition.arguments = Some(vec![argument("U", Unknown("X".into()), None)]);
    assert_eq!(violations(&definition), []);
    assert!(warnings(&definition)[0].contains("`X`"));
}

#[test]
fn an_environment_default_needs_a_single_environment() {
    let arguments = vec![argument("E", ArgumentKind::EnvironmentName, Some("main"))];
    let fields = with(|d| {
        d.scope = Scope::Environment(1);
        d.arguments = Some(arguments);
    });
    assert_eq!(fields, []);
}
