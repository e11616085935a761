//! Variables from `-F` and `-f`.
//!
//! The notation is that of `gh api`: `name=value`, `input[name]=value` for a field of an object,
//! `names[]=value` for an element of a list, `names[]` for an empty list.

use serde_json::{Map, Number, Value};

use crate::error::Error;

#[derive(Default)]
pub(super) struct Fields(Vec<(String, Node)>);

enum Node {
    Nothing,
    Value(Value),
    Object(Vec<(String, Node)>),
    List(Vec<Node>),
}

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
            Error::usage(format!("{flag} `{given}` is not of the form NAME=VALUE"))
                .hint("NAME[KEY]=VALUE is a field of an object, NAME[]=VALUE an element of a list")
        };
        let (key, text) = match given.split_once('=') {
            Some((key, text)) => (key, Some(text)),
            None => (given, None),
        };
        let (name, steps) = path(key).ok_or_else(form)?;
        let node = entry(&mut self.0, name);
        let fits = match (text, steps.split_last()) {
            (Some(text), _) => node.put(&steps, Node::Value(value(text)?)),
            (None, Some((Step::Element, before))) => node.put(before, Node::List(Vec::new())),
            (None, _) => return Err(form()),
        };
        if fits {
            return Ok(());
        }
        Err(Error::usage(format!(
            "{flag} `{key}` is given twice, or is two different things"
        )))
    }

    /// Merges the fields into variables: objects are completed, other values replaced.
    pub(super) fn over(self, mut variables: Map<String, Value>) -> Map<String, Value> {
        for (name, node) in self.0 {
            let value = node.into_value();
            match variables.get_mut(&name) {
                Some(before) => complete(before, value),
                None => drop(variables.insert(name, value)),
            }
        }
        variables
    }
}

fn path(key: &str) -> Option<(String, Vec<Step>)> {
    let (name, mut rest) = match key.find('[') {
        Some(at) => key.split_at(at),
        None => (key, ""),
    };
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
        steps.push(match inner {
            "" => Step::Element,
            inner => Step::Key(inner.to_owned()),
        });
        rest = after;
    }
    (!name.is_empty()).then(|| (name.to_owned(), steps))
}

fn entry(entries: &mut Vec<(String, Node)>, name: String) -> &mut Node {
    let at = match entries.iter().position(|(known, _)| *known == name) {
        Some(at) => at,
        None => {
            entries.push((name, Node::Nothing));
            entries.len() - 1
        }
    };
    &mut entries[at].1
}

impl Node {
    /// Inserts a value. `false` if the place is taken or of another kind.
    fn put(&mut self, path: &[Step], value: Node) -> bool {
        let Some((first, rest)) = path.split_first() else {
            let is_free = matches!(self, Node::Nothing);
            if is_free {
                *self = value;
            }
            return is_free;
        };
        if matches!(self, Node::Nothing) {
            *self = match first {
                Step::Key(_) => Node::Object(Vec::new()),
                Step::Element => Node::List(Vec::new()),
            };
        }
        match (self, first) {
            (Node::Object(entries), Step::Key(name)) => {
                entry(entries, name.clone()).put(rest, value)
            }
            (Node::List(elements), Step::Element) => {
                // Fields of one object follow each other; one that it has begins the next.
                match elements.last_mut() {
                    Some(last) if last.has_room(rest) => last.put(rest, value),
                    _ => {
                        let mut node = Node::Nothing;
                        let fits = node.put(rest, value);
                        elements.push(node);
                        fits
                    }
                }
            }
            _ => false,
        }
    }

    fn has_room(&self, path: &[Step]) -> bool {
        match (self, path) {
            (Node::Object(entries), [Step::Key(name), rest @ ..]) => entries
                .iter()
                .find(|(known, _)| known == name)
                .is_none_or(|(_, node)| node.has_room(rest)),
            (Node::List(_), [Step::Element, ..]) => true,
            _ => false,
        }
    }

    fn into_value(self) -> Value {
        match self {
            Node::Nothing => Value::Null,
            Node::Value(value) => value,
            Node::Object(entries) => entries
                .into_iter()
                .map(|(name, node)| (name, node.into_value()))
                .collect(),
            Node::List(nodes) => nodes.into_iter().map(Node::into_value).collect(),
        }
    }
}

fn complete(before: &mut Value, value: Value) {
    match (before, value) {
        (Value::Object(before), Value::Object(value)) => {
            for (name, value) in value {
                match before.get_mut(&name) {
                    Some(before) => complete(before, value),
                    None => drop(before.insert(name, value)),
                }
            }
        }
        (before, value) => *before = value,
    }
}

/// Whether the text is an object or a list, in JSON or in GraphQL's notation.
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
    fn values_have_types() {
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
    fn objects_and_lists() {
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
    fn what_has_another_form_or_is_there_is_refused() {
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
    fn a_files_variables_are_completed() {
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
        fn nothing_makes_it_panic(given in proptest::collection::vec("[ab\\[\\]=1]{0,12}", 0..6)) {
            let given: Vec<&str> = given.iter().map(String::as_str).collect();
            let _ = read(&given);
        }

        #[test]
        fn a_raw_value_arrives_as_it_is(text in any::<String>()) {
            let mut fields = Fields::default();
            let raw = |text: &str| Ok(Value::String(text.to_owned()));
            fields.add("-f", &format!("a={text}"), raw).unwrap();
            prop_assert_eq!(Value::Object(fields.over(Map::new())), json!({"a": text}));
        }
    }
}
