//! Checks of a definition before it is sent: Lagoon's rules, and some that Lagoon should have.

use crate::domain::names::{SAME_NAME, same_in_database};
use crate::domain::task::argument::{Argument, ArgumentKind, is_numeric, is_shell_variable};
use crate::domain::task::definition::{Definition, Scope, Work};
use crate::domain::task::text::{limit, storable, too_long};
use crate::domain::task::values::special_variable;

// Further limits of Lagoon, in characters unless the name says bytes (seen on Lagoon 2.33.1).
const SERVICE: usize = 100;
const IMAGE: usize = 2_000;
const DESCRIPTION_BYTES: usize = 65_535;
const CONFIRMATION: usize = 2_000;
const ARGUMENT_NAME: usize = 300;
const DISPLAY_NAME: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    Name,
    Description,
    Command,
    Image,
    Service,
    Confirmation,
    Argument(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    pub field: Field,
    /// The rest of a sentence that begins with the field's name.
    pub message: String,
}

pub(crate) fn violations(definition: &Definition) -> Vec<Violation> {
    let mut found = Violations(Vec::new());
    name(definition, &mut found);
    work(definition, &mut found);
    found.text(Field::Description, &definition.description);
    found.bytes(
        Field::Description,
        &definition.description,
        DESCRIPTION_BYTES,
    );
    if let Some(text) = &definition.confirmation_text {
        found.text(Field::Confirmation, text);
        found.length(Field::Confirmation, text, CONFIRMATION);
    }
    for (position, argument) in definition.arguments().iter().enumerate() {
        let earlier = &definition.arguments()[..position];
        self::argument(definition, argument, earlier, &mut found);
    }
    found.0
}

/// The errors in changed fields. Arguments count as one field, because Lagoon replaces all of them.
pub(crate) fn violations_of_change(before: &Definition, after: &Definition) -> Vec<Violation> {
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

pub(crate) fn warnings(definition: &Definition) -> Vec<String> {
    let arguments = definition.arguments().iter();
    let special = arguments.filter_map(|argument| special_variable(definition, argument));
    special.chain(unknown_types(definition)).collect()
}

/// Warnings about arguments with unknown types.
pub(crate) fn unknown_types(definition: &Definition) -> Vec<String> {
    let sentence = |argument: &Argument| match &argument.kind {
        ArgumentKind::Unknown(word) => Some(format!(
            "the argument `{}` has the type `{word}`, which this version of tasks does not support",
            argument.name
        )),
        _ => None,
    };
    definition.arguments().iter().filter_map(sentence).collect()
}

struct Violations(Vec<Violation>);

impl Violations {
    fn add(&mut self, field: Field, message: impl Into<String>) {
        self.0.push(Violation {
            field,
            message: message.into(),
        });
    }

    fn text(&mut self, field: Field, text: &str) {
        if let Err(why) = storable(text) {
            self.add(field, format!("cannot be stored: {why}"));
        }
    }

    fn length(&mut self, field: Field, text: &str, most: usize) {
        self.most(field, text.chars().count(), most, "characters");
    }

    fn bytes(&mut self, field: Field, text: &str, most: usize) {
        self.most(field, text.len(), most, "bytes");
    }

    fn most(&mut self, field: Field, length: usize, most: usize, unit: &str) {
        if length > most {
            self.add(field, too_long(length, unit, most));
        }
    }
}

fn name(definition: &Definition, found: &mut Violations) {
    let name = &definition.name;
    if name.trim().is_empty() {
        found.add(Field::Name, "is empty");
        return;
    }
    if name.trim() != name {
        found.add(Field::Name, "begins or ends with whitespace");
    }
    if name.chars().any(char::is_control) {
        found.add(Field::Name, "contains control characters");
    }
    found.text(Field::Name, name);
    // Lagoon stores names of 300 characters, but a run's name has 100: such a task cannot be
    // invoked.
    found.length(Field::Name, name, limit::RUN_NAME);
}

fn work(definition: &Definition, found: &mut Violations) {
    match &definition.work {
        Work::Command(command) => {
            if command.trim().is_empty() {
                found.add(Field::Command, "is empty");
            }
            found.text(Field::Command, command);
            found.bytes(Field::Command, command, limit::COMMAND_BYTES);
            let service = definition.service.as_deref();
            if service.is_none_or(|s| s.trim().is_empty()) {
                let message = "is missing; a command cannot run without a service";
                found.add(Field::Service, message);
            }
        }
        Work::Image(image) => {
            if image.trim().is_empty() {
                found.add(Field::Image, "is empty");
            }
            found.text(Field::Image, image);
            found.length(Field::Image, image, IMAGE);
        }
    }
    if let Some(service) = &definition.service {
        found.text(Field::Service, service);
        found.length(Field::Service, service, SERVICE);
    }
}

fn argument(
    definition: &Definition,
    argument: &Argument,
    earlier: &[Argument],
    found: &mut Violations,
) {
    let field = || Field::Argument(argument.name.clone());
    if argument.name.is_empty() {
        found.add(field(), "has no name");
    } else if matches!(definition.work, Work::Command(_)) && !is_shell_variable(&argument.name) {
        found.add(
            field(),
            "is not a valid shell variable name (letters, digits and `_`, no digit first)",
        );
    }
    if earlier
        .iter()
        .any(|e| same_in_database(&e.name, &argument.name))
    {
        found.add(field(), format!("is defined twice ({SAME_NAME})"));
    }
    found.text(field(), &argument.name);
    found.length(field(), &argument.name, ARGUMENT_NAME);
    if let Some(display_name) = &argument.display_name {
        found.text(field(), display_name);
        found.length(field(), display_name, DISPLAY_NAME);
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
            format!("is numeric (digits and dots only), but its default `{default}` is not"),
        );
    }
    if argument.kind.is_environment() && !matches!(definition.scope, Scope::Environment(_)) {
        found.add(
            field(),
            "takes the name of an environment; only a task of a single environment can set its default",
        );
    }
}

#[cfg(test)]
mod tests;
