//! `invokeRegisteredTask`.

use async_graphql::MaybeUndefined;
use serde_json::{Map, Value};

use super::arguments::Type;
use super::runs::{self, NewTask};
use super::{listing, nothing};
use crate::failure::{Failure, Result};
use crate::permissions::Caller;
use crate::rows::definitions::{Argument, Definition};
use crate::rows::runs::Run;
use crate::schema::inputs::{AdvancedTaskDefinitionArgumentValueInput as Input, TaskSourceType};
use crate::state::{Session, State};

/// Requires no argument and applies no default.
pub(crate) fn invoke(
    session: &Session,
    id: i32,
    environment: i32,
    values: &[Option<Input>],
) -> Result<Run> {
    runs::check_place(session, environment)?;
    let listed = listing::for_environment(session, environment)?;
    let listed = session.without_admin_only(listed, |shown| shown.definition.admin_only_view);
    let shown = listed
        .into_iter()
        .find(|shown| shown.definition.id == id)
        .ok_or_else(|| format!("Task registration '{id}' could not be found."))?;
    let arguments = shown.arguments.unwrap_or_default();
    let mut given = Vec::new();
    for input in values {
        given.push(check(session, environment, &arguments, input.as_ref())?);
    }
    let task = if shown.definition.kind == "IMAGE" {
        image(&shown.definition, environment, given)
    } else {
        command(&shown.definition, environment, &given, &session.caller)
    };
    runs::create(session, &task, true)
}

fn check(
    state: &State,
    environment: i32,
    arguments: &[(Argument, Option<Vec<String>>)],
    input: Option<&Input>,
) -> Result<(String, String)> {
    let input = input.ok_or(
        "Cannot destructure property 'advancedTaskDefinitionArgumentName' of \
             'argumentValues[i]' as it is null.",
    )?;
    let given = &input.advanced_task_definition_argument_name;
    let name = given.value().map_or(nothing(given), String::as_str);
    let mut arguments = arguments.iter().map(|(argument, _)| argument);
    let argument = arguments
        .find(|argument| !given.is_null() && !given.is_undefined() && argument.name == name)
        .ok_or_else(|| format!("Cannot find argument type named {name}"))?;
    let MaybeUndefined::Value(value) = &input.value else {
        return Err(Failure::reading("trim", nothing(&input.value)));
    };
    // The default replaces an empty value only for this check.
    let default = argument
        .default_value
        .as_ref()
        .filter(|text| !text.is_empty());
    let checked = match default {
        Some(default) if value.trim().is_empty() => default,
        _ => value,
    };
    let kind = Type::of(argument.kind.as_deref(), "null")?;
    let here = MaybeUndefined::Value(environment);
    if state.read(|connection| kind.accepts(connection, checked, &here))? {
        return Ok((name.to_owned(), value.clone()));
    }
    Err(format!(
        "Invalid input \"{checked}\" for type \"{}\" given for argument \"{name}\"",
        argument.kind.as_deref().unwrap_or_default()
    )
    .into())
}

/// The values are put in front of the command without escaping.
fn command(
    definition: &Definition,
    environment: i32,
    values: &[(String, String)],
    caller: &Caller,
) -> NewTask {
    let mut composed = String::new();
    for (name, value) in values {
        composed.push_str(&format!(" {name}=\"{value}\""));
    }
    if !composed.is_empty() {
        composed.push_str("; ");
    }
    composed.push_str(definition.command.as_deref().unwrap_or_default());
    NewTask {
        service: definition
            .service
            .clone()
            .map_or(MaybeUndefined::Null, MaybeUndefined::Value),
        command: MaybeUndefined::Value(composed),
        source_user: Some(caller.source_user().to_owned()),
        source_type: Some(TaskSourceType::Api.word().to_owned()),
        ..NewTask::of(definition, environment, "COMMAND")
    }
}

fn image(definition: &Definition, environment: i32, values: Vec<(String, String)>) -> NewTask {
    let payload: Map<_, _> = values
        .into_iter()
        .map(|(name, value)| (name, Value::String(value)))
        .collect();
    let image = definition.image.clone().unwrap_or_default();
    let service = definition.service.clone().filter(|name| !name.is_empty());
    NewTask {
        service: MaybeUndefined::Value(service.unwrap_or_else(|| "cli".to_owned())),
        command: MaybeUndefined::Value(image.clone()),
        image: Some(image),
        payload: Some(Value::Object(payload).to_string()),
        ..NewTask::of(definition, environment, "IMAGE")
    }
}
