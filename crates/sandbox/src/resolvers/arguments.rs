//! Arguments of definitions.

use async_graphql::MaybeUndefined;
use rusqlite::Connection;

use super::{Truthy, nothing};
use crate::collation::same;
use crate::failure::{Failure, Result};
use crate::mariadb::{ARGUMENT, cell, duplicate, refusal};
use crate::rows::Record as _;
use crate::rows::definitions::{self, Argument};
use crate::rows::places;
use crate::schema::inputs::AdvancedTaskDefinitionArgumentInput as Input;
use crate::state::State;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Numeric,
    Environment { exclude_self: bool },
}

impl Type {
    /// `nothing` is JavaScript's word for an absent type.
    pub(super) fn of(word: Option<&str>, nothing: &str) -> Result<Type> {
        Ok(match word {
            Some("STRING") => Type::Text,
            Some("NUMERIC") => Type::Numeric,
            Some("ENVIRONMENT_SOURCE_NAME") => Type::Environment {
                exclude_self: false,
            },
            Some("ENVIRONMENT_SOURCE_NAME_EXCLUDE_SELF") => {
                Type::Environment { exclude_self: true }
            }
            other => {
                let word = other.unwrap_or(nothing);
                return Err(format!("Unable to find AdvancedTaskDefinitionType {word}").into());
            }
        })
    }

    /// The values accepted on `environment`; `None` for types without a range.
    pub(super) fn range(
        self,
        connection: &Connection,
        environment: &MaybeUndefined<i32>,
    ) -> Result<Option<Vec<String>>> {
        let Type::Environment { exclude_self } = self else {
            return Ok(None);
        };
        let environment = match environment {
            MaybeUndefined::Value(environment) => *environment,
            MaybeUndefined::Null => return Ok(Some(Vec::new())),
            MaybeUndefined::Undefined => {
                let message = "Placeholder 'envid' is not defined";
                return Err(refusal(45018, "HY000", message));
            }
        };
        let neighbours = places::neighbours(connection, environment)?;
        let names = neighbours
            .into_iter()
            .filter(|(id, _)| !exclude_self || *id != environment)
            .map(|(_, name)| name);
        Ok(Some(names.collect()))
    }

    pub(super) fn accepts(
        self,
        connection: &Connection,
        value: &str,
        environment: &MaybeUndefined<i32>,
    ) -> Result<bool> {
        Ok(match self {
            Type::Text => true,
            Type::Numeric => {
                !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            }
            Type::Environment { .. } => self
                .range(connection, environment)?
                .is_some_and(|names| names.iter().any(|name| name == value)),
        })
    }
}

/// Adds the arguments one by one. Those before a refused one stay.
pub(super) fn add_all(
    state: &State,
    definition: i32,
    inputs: &[Option<Input>],
    check: impl Fn(&Input) -> Result<()>,
    first_read: &str,
) -> Result<()> {
    for input in inputs {
        let input = input
            .as_ref()
            .ok_or_else(|| Failure::reading(first_read, "null"))?;
        check(input)?;
        if !state.write(|tx| add(tx, definition, input))? {
            let name = input.name.value().map_or("", String::as_str);
            let key = "advanced_task_definition_argument_unique";
            let value = format!("{definition}-{name}");
            return Err(duplicate(key, &value));
        }
    }
    Ok(())
}

pub(super) fn check_default(
    state: &State,
    input: &Input,
    environment: &MaybeUndefined<i32>,
) -> Result<()> {
    let MaybeUndefined::Value(default) = &input.default_value else {
        return Ok(());
    };
    if !input.default_value.is_truthy() {
        return Ok(());
    }
    let word = input.kind.value().map(|kind| kind.word());
    let kind = Type::of(word, nothing(&input.kind))?;
    if state.read(|connection| kind.accepts(connection, default, environment))? {
        return Ok(());
    }
    let name = input.name.as_opt_ref().flatten();
    Err(format!(
        "Invalid input defaultValue \"{default}\" for type \"{}\" given for argument \"{}\"",
        word.unwrap_or_default(),
        name.map_or(nothing(&input.name), String::as_str),
    )
    .into())
}

/// False if the name exists; an id is used up anyway.
fn add(connection: &Connection, definition: i32, input: &Input) -> Result<bool> {
    ARGUMENT.insert(&[
        ("name", cell(&input.name)),
        ("default_value", cell(&input.default_value)),
        ("optional", cell(&input.optional)),
        ("display_name", cell(&input.display_name)),
    ])?;
    let argument = Argument {
        id: 0,
        definition,
        name: input.name.value().cloned().unwrap_or_default(),
        display_name: input.display_name.value().cloned(),
        kind: input.kind.value().map(|kind| kind.word().to_owned()),
        default_value: input.default_value.value().cloned(),
        optional: input.optional.is_truthy(),
    };
    let there = definitions::arguments(connection, definition)?;
    let is_new = !there.iter().any(|old| same(&old.name, &argument.name));
    let id = argument.insert(connection)?;
    if !is_new {
        Argument::delete(connection, id)?;
    }
    Ok(is_new)
}
