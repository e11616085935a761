//! Values from environment variables in a task, tracked by position: such a value may also be an
//! ordinary word elsewhere.

mod aligned;

use std::ops::Range;

use serde_json::{Value, json};

use crate::domain::names::each_once;
use crate::domain::task::definition::{Definition, Work};

pub(crate) const MASK: &str = "***";

/// A text that can contain values of environment variables. Names cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    Description,
    Work,
    Service,
    Confirmation,
    DisplayName(String),
    Default(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    pub field: Field,
    /// In bytes.
    pub range: Range<usize>,
    /// `None` for Lagoon's value at the same position.
    pub variable: Option<String>,
}

impl Field {
    pub fn of<'a>(&self, definition: &'a Definition) -> Option<&'a str> {
        let argument = |name: &str| definition.arguments().iter().find(|a| a.name == name);
        match self {
            Field::Description => Some(&definition.description),
            Field::Work => Some(definition.work.text()),
            Field::Service => definition.service.as_deref(),
            Field::Confirmation => definition.confirmation_text.as_deref(),
            Field::DisplayName(name) => argument(name)?.display_name.as_deref(),
            Field::Default(name) => argument(name)?.default.as_deref(),
        }
    }

    fn set(&self, definition: &mut Definition, text: String) {
        let arguments = definition.arguments.iter_mut().flatten();
        let argument = |name: &str| arguments.into_iter().find(|a| a.name == name);
        let old = match self {
            Field::Description => Some(&mut definition.description),
            Field::Work => match &mut definition.work {
                Work::Command(old) | Work::Image(old) => Some(old),
            },
            Field::Service => definition.service.as_mut(),
            Field::Confirmation => definition.confirmation_text.as_mut(),
            Field::DisplayName(name) => argument(name).and_then(|a| a.display_name.as_mut()),
            Field::Default(name) => argument(name).and_then(|a| a.default.as_mut()),
        };
        if let Some(old) = old {
            *old = text;
        }
    }

    fn in_json<'a>(&self, json: &'a mut Value) -> Option<&'a mut Value> {
        let (name, key) = match self {
            Field::Description => return json.get_mut("description"),
            Field::Work if json["image"].is_null() => return json.get_mut("command"),
            Field::Work => return json.get_mut("image"),
            Field::Service => return json.get_mut("service"),
            Field::Confirmation => return json.get_mut("confirmationText"),
            Field::DisplayName(name) => (name, "displayName"),
            Field::Default(name) => (name, "defaultValue"),
        };
        let arguments = json.get_mut("advancedTaskDefinitionArguments")?;
        let mut arguments = arguments.as_array_mut()?.iter_mut();
        arguments
            .find(|a| a["name"] == *name.as_str())?
            .get_mut(key)
    }

    fn all_in(json: &Value) -> Vec<Field> {
        let mut fields = vec![
            Field::Description,
            Field::Work,
            Field::Service,
            Field::Confirmation,
        ];
        let arguments = json["advancedTaskDefinitionArguments"].as_array();
        let arguments = arguments.into_iter().flatten();
        for name in arguments.filter_map(|a| a["name"].as_str()) {
            fields.push(Field::DisplayName(name.to_owned()));
            fields.push(Field::Default(name.to_owned()));
        }
        fields
    }
}

fn fields(hidden: &[Hidden]) -> Vec<&Field> {
    each_once(hidden.iter().map(|one| &one.field))
}

fn within<'a>(hidden: &'a [Hidden], field: &Field) -> Vec<&'a Hidden> {
    hidden.iter().filter(|h| h.field == *field).collect()
}

/// The hidden and visible parts of a text, in order.
fn parts<'a>(text: &'a str, hidden: &[&'a Hidden]) -> Vec<(&'a str, Option<&'a Hidden>)> {
    let (mut parts, mut from) = (Vec::new(), 0);
    for one in hidden {
        let between = text.get(from..one.range.start);
        if let (Some(between), Some(inside)) = (between, text.get(one.range.clone())) {
            parts.push((between, None));
            parts.push((inside, Some(*one)));
            from = one.range.end;
        }
    }
    parts.push((&text[from..], None));
    parts.retain(|(part, hidden)| hidden.is_some() || !part.is_empty());
    parts
}

fn masked_text(text: &str, hidden: &[&Hidden]) -> String {
    let parts = parts(text, hidden).into_iter();
    parts
        .map(|(part, hidden)| hidden.map_or(part, |_| MASK))
        .collect()
}

pub(crate) fn masked(definition: &Definition, hidden: &[Hidden]) -> Definition {
    let mut masked = definition.clone();
    for field in fields(hidden) {
        if let Some(text) = field.of(definition) {
            field.set(&mut masked, masked_text(text, &within(hidden, field)));
        }
    }
    masked
}

/// Two masked definitions. If only hidden values differ, the new text says so.
pub(crate) fn masked_pair(
    old: (&Definition, &[Hidden]),
    new: (&Definition, &[Hidden]),
) -> (Definition, Definition) {
    let (before, mut after) = (masked(old.0, old.1), masked(new.0, new.1));
    for field in fields(new.1) {
        let differs = field.of(old.0) != field.of(new.0);
        if let (true, Some(text)) = (differs, field.of(&after))
            && field.of(&before) == Some(text)
        {
            let text = text.replacen(MASK, &format!("{MASK} (new value)"), 1);
            field.set(&mut after, text);
        }
    }
    (before, after)
}

/// The parts of Lagoon's definition at the positions of the new hidden values.
pub(crate) fn in_old(old: &Definition, new: &Definition, hidden: &[Hidden]) -> Vec<Hidden> {
    let mut found = Vec::new();
    for field in fields(hidden) {
        let (Some(old), Some(new)) = (field.of(old), field.of(new)) else {
            continue;
        };
        let within = within(hidden, field);
        for range in aligned::aligned(old, new, &within) {
            let is_same = |h: &&&Hidden| old.get(range.clone()) == new.get(h.range.clone());
            let same = within.iter().find(is_same);
            found.push(Hidden {
                field: field.clone(),
                range,
                variable: same.and_then(|h| h.variable.clone()),
            });
        }
    }
    found
}

/// JSON in which a text with hidden values is a list of parts, or its only part.
pub(crate) fn to_json(definition: &Definition, hidden: &[Hidden]) -> Value {
    let mut json = definition.to_json();
    for field in fields(hidden) {
        let Some(text) = field.of(definition) else {
            continue;
        };
        let parts = parts(text, &within(hidden, field)).into_iter();
        let mut written: Vec<Value> = parts
            .map(|(part, hidden)| match hidden.map(|h| &h.variable) {
                None => json!(part),
                Some(Some(variable)) => json!({"from_env": variable}),
                Some(None) => json!({"masked": true}),
            })
            .collect();
        if let Some(place) = field.in_json(&mut json) {
            *place = match written.len() {
                1 => written.remove(0),
                _ => Value::Array(written),
            };
        }
    }
    json
}

/// Reads an environment variable; the error is a sentence.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Result<Option<String>, String>;

/// Fills in hidden values and returns their positions. The error is a sentence that names the
/// variable or malformed part.
pub(crate) fn fill_json(
    json: &Value,
    environment: Environment<'_>,
) -> Result<(Value, Vec<Hidden>), String> {
    let (mut json, mut hidden) = (json.clone(), Vec::new());
    for field in Field::all_in(&json.clone()) {
        let Some(place) = field.in_json(&mut json) else {
            continue;
        };
        let parts = match &*place {
            Value::Array(parts) => parts.clone(),
            part @ Value::Object(_) => vec![part.clone()],
            _ => continue,
        };
        let mut text = String::new();
        for part in &parts {
            let variable = part["from_env"].as_str();
            let start = text.len();
            if let Some(literal) = part.as_str() {
                text.push_str(literal);
                continue;
            } else if let Some(name) = variable {
                let missing =
                    || format!("the plan needs the environment variable {name}, which is not set");
                text.push_str(&environment(name)?.ok_or_else(missing)?);
            } else if part["masked"] == json!(true) {
                text.push_str(MASK);
            } else {
                return Err(format!("invalid part of a string: `{part}`"));
            }
            hidden.push(Hidden {
                field: field.clone(),
                range: start..text.len(),
                variable: variable.map(str::to_owned),
            });
        }
        *place = Value::String(text);
    }
    Ok((json, hidden))
}

/// Restores Lagoon's texts in a definition read from JSON, if the visible parts match.
pub(crate) fn recall(definition: &mut Definition, hidden: &[Hidden], now: &Definition) {
    let mut other = hidden.to_vec();
    other.retain(|h| h.variable.is_none());
    for field in fields(&other) {
        let (Some(text), Some(now)) = (field.of(definition), field.of(now)) else {
            continue;
        };
        if agrees(now, &parts(text, &within(&other, field))) {
            field.set(definition, now.to_owned());
        }
    }
}

/// Compares a text with its parts; hidden parts match any text.
fn agrees(text: &str, parts: &[(&str, Option<&Hidden>)]) -> bool {
    let mut rest = text;
    let mut after_hidden = false;
    for (position, (part, hidden)) in parts.iter().enumerate() {
        if hidden.is_some() {
            after_hidden = true;
            continue;
        }
        let is_last = position + 1 == parts.len();
        let next = match (after_hidden, is_last) {
            (false, _) => rest.strip_prefix(part),
            (true, true) => rest.strip_suffix(part).map(|_| ""),
            (true, false) => rest.split_once(part).map(|(_, after)| after),
        };
        let Some(next) = next else { return false };
        (rest, after_hidden) = (next, false);
    }
    after_hidden || rest.is_empty()
}

pub(crate) fn scrubbed(text: &str, definition: &Definition, hidden: &[Hidden]) -> String {
    /// A shorter value may be an ordinary part of the message.
    const SHORTEST: usize = 4;
    let mut text = text.to_owned();
    for field in fields(hidden) {
        let Some(whole) = field.of(definition) else {
            continue;
        };
        let within = within(hidden, field);
        if whole.len() >= SHORTEST {
            text = text.replace(whole, &masked_text(whole, &within));
        }
        for value in within.iter().filter_map(|h| whole.get(h.range.clone())) {
            // A message may quote the value, with escapes, or end after its first line.
            let quoted = format!("{value:?}");
            let forms = [value, quoted.trim_matches('"')];
            for form in forms.into_iter().chain(value.lines()) {
                if form.len() >= SHORTEST {
                    text = text.replace(form, MASK);
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
