//! Variables from `-F` and `-f`.
//!
//! The notation is that of `gh api`: `name=value`, `input[name]=value` for a field of an object,
//! `names[]=value` for an element of a list, `names[]` for an empty list.

use serde_json::{Map, Number, Value};

use crate::error::Error;

#[derive(Default)]
pub(super) struct Fields(Map<String, Value>);

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Element,
}

impl Fields {
    /// Adds a field as it was given to `flag`. `value` reads the text after `=`.
    pub(super) fn add(
        &mut self,
        flag: &str,
        given: &str,
        value: impl FnOnce(&str) -> Result<Value, Error>,
    ) -> Result<(), Error> {
        let form = || {
            Error::not_of_form(flag, given, "NAME=VALUE").hint(
                "NAME[KEY]=VALUE sets a field of an object, NAME[]=VALUE adds an element to a list",
            )
        };
        let (key, text) = match given.split_once('=') {
            Some((key, text)) => (key, Some(text)),
            None => (given, None),
        };
        let mut path = path(key).ok_or_else(form)?;
        let leaf = match text {
            Some(text) => value(text)?,
            None if path.pop() == Some(Step::Element) => Value::Array(Vec::new()),
            None => return Err(form()),
        };
        let fields = Value::Object(std::mem::take(&mut self.0));
        let Some(Value::Object(fields)) = insert(Some(fields), &path, leaf) else {
            return Err(Error::usage(format!(
                "{flag} `{key}` was given twice, or with conflicting types"
            )));
        };
        self.0 = fields;
        Ok(())
    }

    /// Merges the fields into variables: objects are completed, other values replaced.
    pub(super) fn over(self, mut variables: Map<String, Value>) -> Map<String, Value> {
        merge(&mut variables, self.0);
        variables
    }
}

/// The steps of `name`, `name[key]`, `name[]` and so on.
fn path(key: &str) -> Option<Vec<Step>> {
    let (name, mut rest) = match key.find('[') {
        Some(at) => key.split_at(at),
        None => (key, ""),
    };
    let mut steps = vec![Step::Key(name.to_owned())];
    while !rest.is_empty() {
        let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
        steps.push(match inner {
            "" => Step::Element,
            inner => Step::Key(inner.to_owned()),
        });
        rest = after;
    }
    (!name.is_empty()).then_some(steps)
}

/// Inserts a leaf below a node. `None` if the place is taken or of another kind.
fn insert(node: Option<Value>, path: &[Step], leaf: Value) -> Option<Value> {
    match (path, node) {
        ([], None) => Some(leaf),
        ([Step::Key(name), rest @ ..], node) => {
            let mut object = match node {
                None => Map::new(),
                Some(Value::Object(object)) => object,
                Some(_) => return None,
            };
            let before = object.get_mut(name).map(Value::take);
            object.insert(name.clone(), insert(before, rest, leaf)?);
            Some(Value::Object(object))
        }
        ([Step::Element, rest @ ..], node) => {
            let mut list = match node {
                None => Vec::new(),
                Some(Value::Array(list)) => list,
                Some(_) => return None,
            };
            // Fields of one object follow each other. A repeated field begins the next object.
            let last = list.pop_if(|last| has_room(last, rest));
            list.push(insert(last, rest, leaf)?);
            Some(Value::Array(list))
        }
        ([], Some(_)) => None,
    }
}

fn has_room(node: &Value, path: &[Step]) -> bool {
    match (node, path) {
        (Value::Object(object), [Step::Key(name), rest @ ..]) => {
            object.get(name).is_none_or(|node| has_room(node, rest))
        }
        (Value::Array(_), [Step::Element, ..]) => true,
        _ => false,
    }
}

fn merge(variables: &mut Map<String, Value>, fields: Map<String, Value>) {
    for (name, value) in fields {
        match (variables.entry(name).or_insert(Value::Null), value) {
            (Value::Object(before), Value::Object(value)) => merge(before, value),
            (before, value) => *before = value,
        }
    }
}

/// True if the text is an object or a list, in JSON or in GraphQL's notation.
pub(super) fn is_json(text: &str) -> bool {
    let text = text.trim();
    (text.starts_with('{') && text.ends_with('}'))
        || serde_json::from_str::<Vec<serde::de::IgnoredAny>>(text).is_ok()
}

/// A JSON number, `true`, `false` or `null`; any other text is a string.
pub(super) fn typed(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

/// Whole numbers that would lose digits stay strings.
fn number(text: &str) -> Option<Number> {
    if text.contains(char::is_whitespace) {
        return None;
    }
    let number: Number = serde_json::from_str(text).ok()?;
    let is_whole = !text.contains(['.', 'e', 'E']);
    (!is_whole || number.as_i64().is_some()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(given: &[&str]) -> Result<Value, String> {
        let mut fields = Fields::default();
        for given in given {
            fields
                .add("-F", given, |text| Ok(typed(text)))
                .map_err(|error| error.to_string())?;
        }
        Ok(Value::Object(fields.over(Map::new())))
    }

    #[test]
    fn field_values_are_typed() {
        let given = [
            "a=1", "b=-1.5", "c=true", "d=null", "e=x=y", "f=", "g=007", "h=1 ",
        ];
        assert_eq!(
            read(&given).unwrap(),
            json!({"a": 1, "b": -1.5, "c": true, "d": null, "e": "x=y", "f": "", "g": "007",
                   "h": "1 "})
        );
        assert_eq!(typed("12345678901234567890"), json!("12345678901234567890"));
    }

    #[test]
    fn nested_objects_and_lists_are_parsed() {
        assert_eq!(
            read(&["i[name]=x", "i[patch][n]=2", "l[]=1", "l[]=b", "none[]"]).unwrap(),
            json!({"i": {"name": "x", "patch": {"n": 2}}, "l": [1, "b"], "none": []})
        );
        assert_eq!(
            read(&[
                "a[][n]=1",
                "a[][t]=x",
                "a[][n]=2",
                "a[][l][]=3",
                "a[][l][]=4"
            ])
            .unwrap(),
            json!({"a": [{"n": 1, "t": "x"}, {"n": 2, "l": [3, 4]}]})
        );
    }

    #[test]
    fn malformed_or_conflicting_fields_are_refused() {
        for given in [
            &["a"][..],
            &["=1"],
            &["a[b=1"],
            &["a]b[=1"],
            &["[a]=1"],
            &["a[b]"],
            &["a=1", "a=2"],
            &["a=1", "a[b]=2"],
            &["a[b]=1", "a[]=2"],
            &["a[]", "a[]"],
        ] {
            assert!(read(given).is_err(), "{given:?}");
        }
    }

    #[test]
    fn fields_override_variables_from_a_file() {
        let file = json!({"input": {"name": "old", "type": "COMMAND"}, "l": [1], "x": 1});
        let mut fields = Fields::default();
        for given in ["input[name]=new", "l[]=2"] {
            fields.add("-F", given, |text| Ok(typed(text))).unwrap();
        }
        assert_eq!(
            Value::Object(fields.over(file.as_object().unwrap().clone())),
            json!({"input": {"name": "new", "type": "COMMAND"}, "l": [2], "x": 1})
        );
    }

    proptest! {
        #[test]
        fn fields_never_panic(given in proptest::collection::vec("[ab\\[\\]=1]{0,12}", 0..6)) {
            let given: Vec<&str> = given.iter().map(String::as_str).collect();
            let _ = read(&given);
        }

        #[test]
        fn raw_values_are_sent_unchanged(text in any::<String>()) {
            let mut fields = Fields::default();
            let raw = |text: &str| Ok(Value::String(text.to_owned()));
            fields.add("-f", &format!("a={text}"), raw).unwrap();
            prop_assert_eq!(Value::Object(fields.over(Map::new())), json!({"a": text}));
        }
    }
}
