//! Converts a task of a file to a definition.

use serde_saphyr::Location;

use super::entry::FileEntry;
use super::{Fault, Position, form};
use crate::domain::names::{nfc, unknown_word};
use crate::domain::task::hidden::{Field, Hidden, scrubbed};
use crate::domain::task::rules::{self, violations};
use crate::domain::{Argument, ArgumentKind, Definition, Permission, Scope, Work};

const PERMISSIONS: [&str; 3] = ["guest", "developer", "maintainer"];

/// Fails after errors, which are recorded in `entry`.
pub(super) fn definition(
    task: &form::TaskForm,
    scope: Scope,
    entry: &mut FileEntry<'_>,
) -> Option<Definition> {
    let work = work(task, entry);
    let permission = match &task.permission {
        None => Some(Permission::Developer),
        Some(word) => permission(word, entry),
    };
    let listed = task.arguments.iter().flatten();
    let arguments: Vec<Option<Argument>> = listed
        .map(|argument| self::argument(&argument.value, entry))
        .collect();
    let (work, permission) = (work?, permission?);
    let arguments = arguments.into_iter().collect::<Option<Vec<_>>>()?;
    let name = nfc(&entry.name(&task.name));
    let mut text = |value: &Option<form::Text>, field: Field| {
        let text = value.as_ref().map(|value| entry.field(value, &field));
        text.filter(|text| !text.is_empty())
    };
    Some(Definition {
        id: 0,
        name,
        description: text(&task.description, Field::Description).unwrap_or_default(),
        work,
        service: text(&task.service, Field::Service),
        scope,
        permission,
        confirmation_text: text(&task.confirm, Field::Confirmation),
        deploy_token_injection: task.inject_deploy_token.unwrap_or_default(),
        project_key_injection: task.inject_project_key.unwrap_or_default(),
        admin_only_view: task.admin_only.unwrap_or_default(),
        created: String::new(),
        arguments: Some(arguments),
    })
}

fn work(task: &form::TaskForm, entry: &mut FileEntry<'_>) -> Option<Work> {
    match (&task.command, &task.command_file, &task.image) {
        (Some(command), None, None) => Some(Work::Command(entry.field(command, &Field::Work))),
        (None, None, Some(image)) => Some(Work::Image(entry.field(image, &Field::Work))),
        (None, Some(path), None) => {
            let (file, named) = (entry.file, entry.name(path));
            match (file.context.command_file)(file.name, &named) {
                Ok(value) => {
                    // Errors in the content are reported at the place that names the file.
                    let content = form::Text {
                        value,
                        ..path.clone()
                    };
                    Some(Work::Command(entry.field(&content, &Field::Work)))
                }
                Err(why) => {
                    entry.fault(path.referenced, format!("`command_file`: {why}"));
                    None
                }
            }
        }
        (None, None, None) => {
            let message = "the task has no `command`, `command_file` or `image`";
            entry.fault(entry.at, message);
            None
        }
        _ => {
            entry.fault(
                entry.at,
                "only one of `command`, `command_file` and `image` is allowed",
            );
            None
        }
    }
}

fn permission(text: &form::Text, entry: &mut FileEntry<'_>) -> Option<Permission> {
    let word = entry.name(text);
    match Permission::from_word(Some(&word.to_ascii_uppercase())) {
        Permission::Unknown(_) => {
            unknown(text, "permission", &word, &PERMISSIONS, entry);
            None
        }
        known => Some(known),
    }
}

fn argument(argument: &form::ArgumentForm, entry: &mut FileEntry<'_>) -> Option<Argument> {
    let kind = match &argument.kind {
        None => ArgumentKind::Text,
        // A type of a newer Lagoon is not checked here.
        Some(text) => {
            match ArgumentKind::parse(&text.value).or_else(|| ArgumentKind::newer(&text.value)) {
                Some(kind) => kind,
                None => {
                    unknown(text, "type", &text.value, &ArgumentKind::WORDS, entry);
                    return None;
                }
            }
        }
    };
    let name = entry.name(&argument.name);
    let mut text = |value: &Option<form::Text>, field: fn(String) -> Field| {
        value
            .as_ref()
            .map(|value| entry.field(value, &field(name.clone())))
    };
    let display_name = text(&argument.display_name, Field::DisplayName);
    let default = text(&argument.default, Field::Default);
    Some(Argument {
        name,
        display_name: display_name.filter(|name| !name.is_empty()),
        kind,
        default,
        optional: argument.optional.unwrap_or_default(),
        range: None,
    })
}

fn unknown(at: &form::Text, what: &str, word: &str, known: &[&str], entry: &mut FileEntry<'_>) {
    entry.fault(at.referenced, unknown_word(what, word, known));
}

/// The violations of Lagoon's rules, with the positions of their keys.
pub(super) fn judge(
    file: &str,
    task: &form::TaskForm,
    at: Location,
    definition: &Definition,
    hidden: &[Hidden],
) -> Vec<Fault> {
    let found = violations(definition).into_iter();
    found
        .map(|violation| {
            let (key, place) = place(task, at, &violation.field);
            let message = scrubbed(&violation.message, definition, hidden);
            Fault::new(Position::new(file, place), format!("{key} {message}"))
        })
        .collect()
}

/// The key of a field and its position.
fn place(task: &form::TaskForm, at: Location, field: &rules::Field) -> (String, Location) {
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
