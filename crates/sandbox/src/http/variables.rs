//! Variables, checked against their types before anything is executed, in graphql-js's words.

use async_graphql::Pos;
use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use serde_json::{Map, Value};

use super::fault::Fault;
use super::inspect::{did_you_mean, inspect};
use super::types::{Input, Kind, TYPES};

/// The variables of an operation as they are used: only those that are given.
///
/// # Errors
///
/// All that is wrong with them.
pub(super) fn coerce(
    operation: &OperationDefinition,
    given: &Value,
) -> Result<Map<String, Value>, Vec<Fault>> {
    let mut variables = Map::new();
    let mut errors = Vec::new();
    for definition in &operation.variable_definitions {
        let (at, definition) = (definition.pos, &definition.node);
        let name = definition.name.node.as_str();
        let kind = &definition.var_type.node;
        let Some(value) = given.get(name) else {
            if !kind.nullable && definition.default_value.is_none() {
                let message =
                    format!("Variable \"${name}\" of required type \"{kind}\" was not provided.");
                errors.push(Fault::at(message, [at]));
            }
            continue;
        };
        if value.is_null() && !kind.nullable {
            let message =
                format!("Variable \"${name}\" of non-null type \"{kind}\" must not be null.");
            errors.push(Fault::at(message, [at]));
            continue;
        }
        let mut check = Check {
            variable: name,
            at,
            path: Vec::new(),
            errors: &mut errors,
        };
        variables.insert(name.to_owned(), check.value(value, kind));
    }
    if errors.is_empty() {
        Ok(variables)
    } else {
        Err(errors)
    }
}

struct Check<'a> {
    variable: &'a str,
    at: Pos,
    path: Vec<String>,
    errors: &'a mut Vec<Fault>,
}

impl Check<'_> {
    fn value(&mut self, value: &Value, kind: &Type) -> Value {
        if value.is_null() {
            if !kind.nullable {
                let message = format!("Expected non-nullable type \"{kind}\" not to be null.");
                self.error(value, &message);
            }
            return Value::Null;
        }
        match &kind.base {
            BaseType::List(item) => self.list(value, item),
            BaseType::Named(name) => self.named(value, name.as_str()),
        }
    }

    /// A single value stands for a list with one item.
    fn list(&mut self, value: &Value, item: &Type) -> Value {
        let Value::Array(values) = value else {
            return Value::Array(vec![self.value(value, item)]);
        };
        let mut list = Vec::new();
        for (index, value) in values.iter().enumerate() {
            self.path.push(format!("[{index}]"));
            list.push(self.value(value, item));
            self.path.pop();
        }
        Value::Array(list)
    }

    fn named(&mut self, value: &Value, name: &str) -> Value {
        match TYPES.get(name) {
            Some(Kind::Scalar) => self.scalar(value, name),
            Some(Kind::Enum(words)) => {
                self.word(value, name, words);
                value.clone()
            }
            Some(Kind::Input(fields)) => self.object(value, name, fields),
            // Of an unknown type the document was complained about.
            _ => value.clone(),
        }
    }

    fn word(&mut self, value: &Value, name: &str, words: &[String]) {
        let meant = |word: &str| did_you_mean("the enum value ", word, words);
        match value {
            Value::String(word) if words.contains(word) => {}
            Value::String(word) => {
                let meant = meant(word);
                let message = format!("Value \"{word}\" does not exist in \"{name}\" enum.{meant}");
                self.error(value, &message);
            }
            other => {
                let shown = inspect(other);
                let meant = meant(&shown);
                let message =
                    format!("Enum \"{name}\" cannot represent non-string value: {shown}.{meant}");
                self.error(value, &message);
            }
        }
    }

    fn object(&mut self, value: &Value, name: &str, fields: &[Input]) -> Value {
        let Value::Object(given) = value else {
            self.error(value, &format!("Expected type \"{name}\" to be an object."));
            return Value::Null;
        };
        let mut object = Map::new();
        for field in fields {
            match given.get(&field.name) {
                Some(inner) => {
                    self.path.push(format!(".{}", field.name));
                    object.insert(field.name.clone(), self.value(inner, &field.kind));
                    self.path.pop();
                }
                None if field.is_required() => {
                    let (field, kind) = (&field.name, &field.kind);
                    let message =
                        format!("Field \"{field}\" of required type \"{kind}\" was not provided.");
                    self.error(value, &message);
                }
                None => {}
            }
        }
        let known: Vec<_> = fields.iter().map(|field| field.name.clone()).collect();
        for field in given.keys().filter(|field| !known.contains(field)) {
            let meant = did_you_mean("", field, &known);
            let message = format!("Field \"{field}\" is not defined by type \"{name}\".{meant}");
            self.error(value, &message);
        }
        Value::Object(object)
    }

    fn scalar(&mut self, value: &Value, name: &str) -> Value {
        match (name, value) {
            ("Int", Value::Number(number)) => return self.int(value, number.as_f64()),
            ("Int", _) => self.no_int(value),
            ("String", Value::String(_)) | ("Boolean", Value::Bool(_)) => {}
            ("String", _) => {
                let shown = inspect(value);
                let message = format!("String cannot represent a non string value: {shown}");
                self.error(value, &message);
            }
            ("Boolean", _) => {
                let shown = inspect(value);
                let message = format!("Boolean cannot represent a non boolean value: {shown}");
                self.error(value, &message);
            }
            // A file is put in its place afterwards.
            ("Upload", value) => {
                self.error(value, "Upload value invalid.");
            }
            _ => {}
        }
        value.clone()
    }

    fn int(&mut self, value: &Value, number: Option<f64>) -> Value {
        let number = number.unwrap_or(f64::NAN);
        if number.fract() != 0.0 || !number.is_finite() {
            self.no_int(value);
            return Value::Null;
        }
        if number < f64::from(i32::MIN) || number > f64::from(i32::MAX) {
            let shown = inspect(value);
            let message = format!("Int cannot represent non 32-bit signed integer value: {shown}");
            self.error(value, &message);
            return Value::Null;
        }
        #[allow(clippy::cast_possible_truncation)] // it is whole and in range
        Value::from(number as i32)
    }

    fn no_int(&mut self, value: &Value) {
        let shown = inspect(value);
        let message = format!("Int cannot represent non-integer value: {shown}");
        self.error(value, &message);
    }

    fn error(&mut self, value: &Value, message: &str) {
        let name = self.variable;
        let at = match self.path.as_slice() {
            [] => String::new(),
            path => format!(" at \"{name}{}\"", path.concat()),
        };
        let shown = inspect(value);
        let message = format!("Variable \"${name}\" got invalid value {shown}{at}; {message}");
        self.errors.push(Fault::at(message, [self.at]));
    }
}
