//! JSON files written by hand, with errors that give the line and the reason.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

/// The entries of an object or mapping, in their order. Repeated keys are refused.
pub(crate) struct Entries<T>(pub(super) Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut entries: Vec<(String, T)> = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    if entries.iter().any(|(known, _)| *known == key) {
                        return Err(A::Error::custom(twice(&key)));
                    }
                    entries.push((key, map.next_value()?));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Reader(PhantomData))
    }
}

pub(crate) fn twice(key: &str) -> String {
    format!("duplicate key `{}`", key.escape_debug())
}

/// Reads an object. `first_line` is the line of the file in which the text begins.
pub(crate) fn object(text: &str, first_line: usize) -> Result<Vec<(String, &RawValue)>, String> {
    match serde_json::from_str::<Entries<&RawValue>>(text) {
        Ok(entries) => Ok(entries.0),
        Err(error) => Err(located(&error, first_line)),
    }
}

/// The elements of an array, each with its line.
pub(crate) fn array(text: &str) -> Result<Vec<(usize, &str)>, String> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|e| located(&e, 1))?;
    let line_of = |element: &RawValue| {
        let offset = element.get().as_ptr().addr() - text.as_ptr().addr();
        1 + text[..offset].matches('\n').count()
    };
    let located = elements.into_iter().map(|one| (line_of(one), one.get()));
    Ok(located.collect())
}

pub(crate) fn located(error: &serde_json::Error, first_line: usize) -> String {
    let line = first_line + error.line().saturating_sub(1);
    format!("line {line}: {}", reason(error))
}

/// The reason of an error, without its position.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let words = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(words, _)| words);
    match error.classify() {
        Category::Eof => "invalid JSON: unexpected end".to_owned(),
        Category::Syntax | Category::Io => format!("invalid JSON: {words}"),
        Category::Data => match words.strip_prefix("invalid type: ") {
            Some(types) => {
                let (found, expected) = types.split_once(", expected ").unwrap_or((types, ""));
                format!("expected {expected}, found {found}")
            }
            None => words.to_owned(),
        },
    }
}
