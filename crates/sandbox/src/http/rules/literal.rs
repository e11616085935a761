//! Values that are written in a document, against the types of where they stand.

use std::sync::LazyLock;

use async_graphql::Pos;
use async_graphql::parser::types::{BaseType, Type};
use async_graphql_value::Value;

use super::used::Use;
use super::{Check, did_you_mean};
use crate::http::syntax;
use crate::http::types::{Input, Kind, TYPES, innermost};

/// What `@skip` and `@include` take.
pub(super) static CONDITION: LazyLock<Vec<Input>> = LazyLock::new(|| {
    Type::new("Boolean!")
        .map(|kind| Input {
            name: "if".to_owned(),
            kind,
            has_default: false,
        })
        .into_iter()
        .collect()
});

impl Check<'_> {
    /// A value where `kind` is expected; `has_default` where something else stands for an absent one.
    pub(super) fn value(&mut self, value: &Value, kind: &Type, has_default: bool, at: Pos) {
        match (value, &kind.base) {
            (Value::Variable(name), _) => self.used.push(Use {
                name: name.to_string(),
                place: Some((kind.clone(), has_default)),
                at,
            }),
            (Value::Null, _) if !kind.nullable => {
                self.fault(
                    format!("Expected value of type \"{kind}\", found null."),
                    [at],
                );
            }
            (Value::Null, _) => {}
            (Value::List(items), BaseType::List(item)) => {
                for value in items {
                    self.value(value, item, false, at);
                }
            }
            // A single value stands for a list with one item.
            (value, _) => self.named(value, innermost(kind), kind, at),
        }
    }

    fn named(&mut self, value: &Value, name: &str, kind: &Type, at: Pos) {
        let unfit = || format!("Expected value of type \"{kind}\", found {}.", print(value));
        let wrong = match (TYPES.get(name), value) {
            (Some(Kind::Input(fields)), Value::Object(given)) => {
                return self.object(given, name, fields, at);
            }
            (Some(Kind::Input(_)), _) => Some(unfit()),
            (Some(Kind::Enum(words)), Value::Enum(word)) => {
                let meant = did_you_mean("the enum value ", word, words);
                (!words.iter().any(|known| known == word.as_str()))
                    .then(|| format!("Value \"{word}\" does not exist in \"{name}\" enum.{meant}"))
            }
            (Some(Kind::Enum(words)), other) => {
                let shown = print(other);
                let meant = did_you_mean("the enum value ", &shown, words);
                Some(format!(
                    "Enum \"{name}\" cannot represent non-enum value: {shown}.{meant}"
                ))
            }
            (Some(Kind::Scalar), value) => scalar(name, value),
            _ => None,
        };
        if let Some(message) = wrong {
            self.fault(message, [at]);
        }
        self.note_variables(value, at);
    }

    fn object(
        &mut self,
        given: &async_graphql::indexmap::IndexMap<async_graphql::Name, Value>,
        name: &str,
        fields: &[Input],
        at: Pos,
    ) {
        for field in fields.iter().filter(|field| field.is_required()) {
            if !given.contains_key(field.name.as_str()) {
                let (field, kind) = (&field.name, &field.kind);
                let message = format!(
                    "Field \"{name}.{field}\" of required type \"{kind}\" was not provided."
                );
                self.fault(message, [at]);
            }
        }
        for (key, value) in given {
            let (at, value_at) = syntax::entry(self.text, at, key).unwrap_or((at, at));
            match fields.iter().find(|field| field.name == key.as_str()) {
                Some(field) => self.value(value, &field.kind, field.has_default, value_at),
                None => {
                    let known: Vec<_> = fields.iter().map(|field| field.name.clone()).collect();
                    let meant = did_you_mean("", key, &known);
                    let message =
                        format!("Field \"{key}\" is not defined by type \"{name}\".{meant}");
                    self.fault(message, [at]);
                    self.note_variables(value, at);
                }
            }
        }
    }

    /// Variables where nothing is known of the type.
    pub(super) fn note_variables(&mut self, value: &Value, at: Pos) {
        match value {
            Value::Variable(name) => self.used.push(Use {
                name: name.to_string(),
                place: None,
                at,
            }),
            Value::List(items) => items.iter().for_each(|item| self.note_variables(item, at)),
            Value::Object(fields) => {
                fields
                    .values()
                    .for_each(|value| self.note_variables(value, at));
            }
            _ => {}
        }
    }
}

/// What is wrong with a value of a scalar type, if anything is.
fn scalar(name: &str, value: &Value) -> Option<String> {
    let shown = print(value);
    let is_int = matches!(value, Value::Number(number) if !number.is_f64());
    match (name, value) {
        ("Int", Value::Number(number)) if is_int => {
            let fits = number
                .as_i64()
                .is_some_and(|number| i32::try_from(number).is_ok());
            (!fits)
                .then(|| format!("Int cannot represent non 32-bit signed integer value: {shown}"))
        }
        ("Int", _) => Some(format!("Int cannot represent non-integer value: {shown}")),
        ("Float", Value::Number(_))
        | ("String", Value::String(_))
        | ("Boolean", Value::Boolean(_))
        | ("ID", Value::String(_)) => None,
        ("ID", _) if is_int => None,
        ("Float", _) => Some(format!("Float cannot represent non numeric value: {shown}")),
        ("String", _) => Some(format!(
            "String cannot represent a non string value: {shown}"
        )),
        ("Boolean", _) => Some(format!(
            "Boolean cannot represent a non boolean value: {shown}"
        )),
        ("ID", _) => Some(format!(
            "ID cannot represent a non-string and non-integer value: {shown}"
        )),
        _ => None,
    }
}

/// A value as graphql-js prints it.
fn print(value: &Value) -> String {
    match value {
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(print).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields: Vec<_> = fields.map(|(k, v)| format!("{k}: {}", print(v))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// Whether the innermost type can be given.
pub(super) fn is_input(kind: &Type) -> bool {
    matches!(
        TYPES.get(innermost(kind)),
        Some(Kind::Scalar | Kind::Enum(_) | Kind::Input(_))
    )
}
