//! What a definition must be before it is sent: what Lagoon refuses, and what it takes but should
//! not.

use super::argument::{Argument, ArgumentKind, is_numeric, is_shell_variable, is_special_variable};
use super::definition::{Definition, Scope, Work};
use super::names::same_in_database;
use super::text::{limit, storable};

/// The part of a definition that a violation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// The name.
    Name,
    /// The description.
    Description,
    /// The command.
    Command,
    /// The image.
    Image,
    /// The service.
    Service,
    /// The confirmation text.
    Confirmation,
    /// An argument, by name.
    Argument(String),
}

/// Something that must be mended first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What it is about.
    pub field: Field,
    /// A sentence that goes on after the field's name.
    pub message: String,
}

/// Everything that is wrong with a definition.
#[must_use]
pub fn violations(definition: &Definition) -> Vec<Violation> {
    let mut found = Found(Vec::new());
    name(definition, &mut found);
    work(definition, &mut found);
    found.text(Field::Description, &definition.description);
    let described = definition.description.len();
    if described > limit::DESCRIPTION_BYTES {
        let most = limit::DESCRIPTION_BYTES;
        let message = format!("has {described} bytes, at most {most} are allowed");
        found.add(Field::Description, message);
    }
    if let Some(text) = &definition.confirmation_text {
        found.text(Field::Confirmation, text);
        found.length(Field::Confirmation, text, limit::CONFIRMATION);
    }
    for (position, argument) in definition.arguments().iter().enumerate() {
        let earlier = &definition.arguments()[..position];
        self::argument(definition, argument, earlier, &mut found);
    }
    found.0
}

/// What is wrong with the fields in which `after` differs from `before`. Arguments count as one
/// field, because Lagoon replaces all of them.
#[must_use]
pub fn violations_of_change(before: &Definition, after: &Definition) -> Vec<Violation> {
    let found = violations(after).into_iter();
    found
        .filter(|violation| match violation.field {
            Field::Name => before.name != after.name,
            Field::Description => before.description != after.description,
            Field::Command | Field::Image => before.work != after.work,
            Field::Service => before.service != after.service,
            Field::Confirmation => before.confirmation_text != after.confirmation_text,
            Field::Argument(_) => before.arguments != after.arguments,
        })
        .collect()
}

/// What is allowed but probably not meant.
#[must_use]
pub fn doubts(definition: &Definition) -> Vec<String> {
    let mut doubts = Vec::new();
    if matches!(definition.work, Work::Command(_)) {
        for argument in definition.arguments() {
            if is_special_variable(&argument.name) {
                doubts.push(format!(
                    "the argument `{}` is a variable that the container's shell itself uses",
                    argument.name
                ));
            }
        }
    }
    doubts.extend(unknown_types(definition));
    doubts
}

/// The arguments whose type this program does not know, as sentences.
#[must_use]
pub fn unknown_types(definition: &Definition) -> Vec<String> {
    let sentence = |argument: &Argument| match &argument.kind {
        ArgumentKind::Unknown(word) => Some(format!(
            "the argument `{}` has the type `{word}`, which this version of tasks does not know",
            argument.name
        )),
        _ => None,
    };
    definition.arguments().iter().filter_map(sentence).collect()
}

struct Found(Vec<Violation>);

impl Found {
    fn add(&mut self, field: Field, message: impl Into<String>) {
        self.0.push(Violation {
            field,
            message: message.into(),
        });
    }

    fn text(&mut self, field: Field, text: &str) {
        if let Err(why) = storable(text) {
            self.add(field, format!("cannot be kept: {why}"));
        }
    }

    fn length(&mut self, field: Field, text: &str, most: usize) {
        let length = text.chars().count();
        if length > most {
            self.add(
                field,
                format!("has {length} characters, at most {most} are allowed"),
            );
        }
    }
}

fn name(definition: &Definition, found: &mut Found) {
    let name = &definition.name;
    if name.trim().is_empty() {
        found.add(Field::Name, "is empty");
        return;
    }
    if name.trim() != name {
        found.add(Field::Name, "begins or ends with a blank");
    }
    if name.chars().any(char::is_control) {
        found.add(Field::Name, "holds control characters");
    }
    found.text(Field::Name, name);
    // Lagoon keeps names of 300 characters, but a run's name has 100: such a task cannot be invoked.
    found.length(Field::Name, name, limit::RUN_NAME);
}

fn work(definition: &Definition, found: &mut Found) {
    match &definition.work {
        Work::Command(command) => {
            if command.trim().is_empty() {
                found.add(Field::Command, "is empty");
            }
            found.text(Field::Command, command);
            if command.len() > limit::COMMAND_BYTES {
                let length = command.len();
                let most = limit::COMMAND_BYTES;
                found.add(
                    Field::Command,
                    format!("has {length} bytes, at most {most} are allowed"),
                );
            }
            if definition
                .service
                .as_deref()
                .is_none_or(|s| s.trim().is_empty())
            {
                found.add(
                    Field::Service,
                    "is missing: a command without a service can never be invoked",
                );
            }
        }
        Work::Image(image) => {
            if image.trim().is_empty() {
                found.add(Field::Image, "is empty");
            }
            found.text(Field::Image, image);
            found.length(Field::Image, image, limit::IMAGE);
        }
        Work::Unknown(_) => {}
    }
    if let Some(service) = &definition.service {
        found.text(Field::Service, service);
        found.length(Field::Service, service, limit::SERVICE);
    }
}

fn argument(definition: &Definition, argument: &Argument, earlier: &[Argument], found: &mut Found) {
    let field = || Field::Argument(argument.name.clone());
    if argument.name.is_empty() {
        found.add(field(), "has no name");
    } else if matches!(definition.work, Work::Command(_)) && !is_shell_variable(&argument.name) {
        found.add(
            field(),
            "is no name for a shell variable (letters, digits and `_`, no digit first)",
        );
    }
    if earlier
        .iter()
        .any(|e| same_in_database(&e.name, &argument.name))
    {
        found.add(
            field(),
            "is there twice (case and accents do not tell names apart)",
        );
    }
    found.text(field(), &argument.name);
    found.length(field(), &argument.name, limit::ARGUMENT_NAME);
    if let Some(display_name) = &argument.display_name {
        found.text(field(), display_name);
        found.length(field(), display_name, limit::DISPLAY_NAME);
    }
    if matches!(&argument.kind, ArgumentKind::Unknown(word) if word.is_empty()) {
        found.add(field(), "has no type");
    }
    let Some(default) = &argument.default else {
        return;
    };
    found.text(field(), default);
    if argument.kind == ArgumentKind::Numeric && !default.trim().is_empty() && !is_numeric(default)
    {
        found.add(
            field(),
            format!("is numeric (digits and dots, no sign), its default `{default}` is not"),
        );
    }
    if argument.kind.is_environment() && !matches!(definition.scope, Scope::Environment(_)) {
        found.add(
            field(),
            "is an environment's name: only a task of a single environment can have a default for it",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Permission;

    fn task() -> Definition {
        Definition {
            id: 0,
            name: "t".into(),
            description: String::new(),
            work: Work::Command("true".into()),
            service: Some("cli".into()),
            scope: Scope::Project(1),
            permission: Permission::Developer,
            confirmation_text: None,
            deploy_token_injection: false,
            project_key_injection: false,
            admin_only_view: false,
            created: String::new(),
            arguments: Some(Vec::new()),
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
    fn a_plain_task_is_fine() {
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
    fn what_the_database_would_cut_is_refused() {
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
    fn only_fields_that_change_are_judged() {
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
        // Lagoon decides about a type that only it knows.
        let mut definition = task();
        definition.arguments = Some(vec![argument("U", Unknown("X".into()), None)]);
        assert_eq!(violations(&definition), []);
        assert!(doubts(&definition)[0].contains("`X`"));
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
}
