//! One task of a file: from what is written to a definition.

use serde_saphyr::Location;

use super::form;
use super::{Fault, Position};
use crate::domain::names::{closest, nfc};
use crate::domain::task::hidden::{Field, Hidden, scrubbed};
use crate::domain::task::rules;
use crate::domain::task::rules::{Violation, violations};
use crate::domain::{Argument, ArgumentKind, Definition, Permission, Scope, Work};

/// Where a text goes in a task.
#[derive(Debug)]
pub(super) enum Place {
    /// Into a name or another text that is shown everywhere.
    Name,
    /// Into this field.
    In(Field),
}

/// Gives a text with its variables replaced, noting what had no value at its place.
pub(super) type Fill<'a> = &'a mut dyn FnMut(&form::Text, Place) -> String;

/// Reads a command file that a manifest names; the error is a sentence.
pub(super) type CommandFile<'a> = &'a dyn Fn(&str) -> Result<String, String>;

const PERMISSIONS: [&str; 3] = ["guest", "developer", "maintainer"];

/// The definition that a task describes.
pub(super) fn definition(
    file: &str,
    task: &form::Task,
    at: Location,
    scope: Scope,
    fill: Fill<'_>,
    command_file: CommandFile<'_>,
    faults: &mut Vec<Fault>,
) -> Option<Definition> {
    // All of a task's faults are told at once.
    let work = work(file, task, at, fill, command_file, faults);
    let text = |value: &Option<form::Text>, field: Field, fill: Fill<'_>| {
        let text = value.as_ref().map(|value| fill(value, Place::In(field)));
        text.filter(|text| !text.is_empty())
    };
    let permission = match &task.permission {
        None => Some(Permission::Developer),
        Some(word) => permission(file, word, &fill(word, Place::Name), faults),
    };
    let listed = task.arguments.iter().flatten();
    let arguments: Vec<Option<Argument>> = listed
        .map(|argument| self::argument(file, &argument.value, fill, faults))
        .collect();
    let (work, permission) = (work?, permission?);
    let arguments = arguments.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Definition {
        id: 0,
        name: nfc(&fill(&task.name, Place::Name)),
        description: text(&task.description, Field::Description, fill).unwrap_or_default(),
        work,
        service: text(&task.service, Field::Service, fill),
        scope,
        permission,
        confirmation_text: text(&task.confirm, Field::Confirmation, fill),
        deploy_token_injection: task.inject_deploy_token.unwrap_or_default(),
        project_key_injection: task.inject_project_key.unwrap_or_default(),
        admin_only_view: task.admin_only.unwrap_or_default(),
        created: String::new(),
        arguments: Some(arguments),
    })
}

fn work(
    file: &str,
    task: &form::Task,
    at: Location,
    fill: Fill<'_>,
    command_file: CommandFile<'_>,
    faults: &mut Vec<Fault>,
) -> Option<Work> {
    match (&task.command, &task.command_file, &task.image) {
        (Some(command), None, None) => Some(Work::Command(fill(command, Place::In(Field::Work)))),
        (None, None, Some(image)) => Some(Work::Image(fill(image, Place::In(Field::Work)))),
        (None, Some(path), None) => match command_file(&fill(path, Place::Name)) {
            Ok(text) => {
                // What is in the file is spoken of by the place that names it.
                let content = form::Text {
                    value: text,
                    ..path.clone()
                };
                Some(Work::Command(fill(&content, Place::In(Field::Work))))
            }
            Err(why) => {
                faults.push(Fault::new(
                    Position::new(file, path.referenced),
                    format!("`command_file`: {why}"),
                ));
                None
            }
        },
        (None, None, None) => {
            faults.push(Fault::new(
                Position::new(file, at),
                "the task does nothing: give it a `command`, a `command_file` or an `image`",
            ));
            None
        }
        _ => {
            faults.push(Fault::new(
                Position::new(file, at),
                "only one of `command`, `command_file` and `image` goes",
            ));
            None
        }
    }
}

fn permission(
    file: &str,
    at: &form::Text,
    word: &str,
    faults: &mut Vec<Fault>,
) -> Option<Permission> {
    match word.to_ascii_lowercase().as_str() {
        "guest" => Some(Permission::Guest),
        "developer" => Some(Permission::Developer),
        "maintainer" => Some(Permission::Maintainer),
        _ => {
            faults.push(unknown(file, at, "permission", word, &PERMISSIONS));
            None
        }
    }
}

fn argument(
    file: &str,
    argument: &form::Argument,
    fill: Fill<'_>,
    faults: &mut Vec<Fault>,
) -> Option<Argument> {
    let kind = match &argument.kind {
        None => ArgumentKind::Text,
        Some(word) => match kind(&word.value) {
            Some(kind) => kind,
            None => {
                let known = ArgumentKind::WORDS;
                faults.push(unknown(file, word, "type", &word.value, &known));
                return None;
            }
        },
    };
    let name = fill(&argument.name, Place::Name);
    let display_name = argument.display_name.as_ref();
    let display_name = display_name.map(|t| fill(t, Place::In(Field::DisplayName(name.clone()))));
    let default = argument.default.as_ref();
    let default = default.map(|t| fill(t, Place::In(Field::Default(name.clone()))));
    Some(Argument {
        name,
        display_name: display_name.filter(|name| !name.is_empty()),
        kind,
        default,
        optional: argument.optional.unwrap_or_default(),
        range: None,
    })
}

/// A type in our short words or in Lagoon's. What a newer Lagoon knows is left to it.
fn kind(word: &str) -> Option<ArgumentKind> {
    ArgumentKind::parse(word).or_else(|| ArgumentKind::newer(word))
}

fn unknown(file: &str, at: &form::Text, what: &str, word: &str, known: &[&str]) -> Fault {
    let message = match closest(word, known.iter().copied()) {
        Some(near) => format!("there is no {what} `{word}`: did you mean `{near}`?"),
        None => format!(
            "there is no {what} `{word}`: there are {}",
            known.join(", ")
        ),
    };
    Fault::new(Position::new(file, at.referenced), message)
}

/// What is wrong with a definition, each where the task says it.
pub(super) fn judge(
    file: &str,
    task: &form::Task,
    at: Location,
    definition: &Definition,
    hidden: &[Hidden],
) -> Vec<Fault> {
    violations(definition)
        .iter()
        .map(|violation| {
            let (key, place) = place(task, at, &violation.field);
            let Violation { message, .. } = violation;
            let message = scrubbed(message, definition, hidden);
            Fault::new(Position::new(file, place), format!("{key} {message}"))
        })
        .collect()
}

/// The key that holds a field, and where it is.
fn place(task: &form::Task, at: Location, field: &rules::Field) -> (String, Location) {
    use rules::Field;
    let (key, text) = match field {
        Field::Name => ("name", Some(&task.name)),
        Field::Description => ("description", task.description.as_ref()),
        Field::Command => match &task.command_file {
            Some(path) => ("command_file", Some(path)),
            None => ("command", task.command.as_ref()),
        },
        Field::Image => ("image", task.image.as_ref()),
        Field::Service => ("service", task.service.as_ref()),
        Field::Confirmation => ("confirm", task.confirm.as_ref()),
        Field::Argument(name) => {
            let mut arguments = task.arguments.iter().flatten().rev();
            // The last one of a name is the one too many.
            let found = arguments.find(|a| a.value.name.value == *name);
            let place = found.map_or(at, |a| a.value.name.referenced);
            return (format!("the argument `{name}`"), place);
        }
    };
    (format!("`{key}`"), text.map_or(at, |t| t.referenced))
}
