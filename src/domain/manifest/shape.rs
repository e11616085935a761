//! Checks the keys and types of a whole file. Deserialization stops at the first error, and the
//! user should see all of them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::form::{Text, visit_scalars};
use super::keys::{FILE, Key, Shape};
use super::{Fault, Position};
use crate::domain::names::{closest, unknown_word};
use crate::domain::yaml;

enum Node {
    Nothing,
    Flag,
    Scalar,
    List(Vec<Spanned<Node>>),
    Map(Vec<(Text, Spanned<Node>)>),
}

#[derive(Default)]
pub(super) struct Findings {
    pub(super) faults: Vec<Fault>,
    /// The mappings with errors, which can cause further errors.
    pub(super) invalid: Vec<Position>,
    /// The file cannot be deserialized.
    pub(super) breaks: bool,
}

/// Checks a file. Fails if it is not YAML.
pub(super) fn check(file: &str, text: &str) -> Result<Findings, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::PassThrough,
    };
    let node: Spanned<Node> = serde_saphyr::from_str_with_options(text, options)?;
    let mut checker = Checker {
        file,
        found: Findings::default(),
    };
    let message = match &node.value {
        Node::Map(_) => {
            checker.value("the file", &node, &FILE);
            return Ok(checker.found);
        }
        Node::Nothing => "the file is empty; start with `version: 1`",
        Node::Scalar | Node::Flag | Node::List(_) => {
            "expected keys at the top level; start with `version: 1`"
        }
    };
    checker.found.breaks = true;
    checker.fault(node.referenced, message.to_owned());
    Ok(checker.found)
}

struct Checker<'a> {
    file: &'a str,
    found: Findings,
}

impl Checker<'_> {
    fn fault(&mut self, at: Location, message: String) {
        let fault = Fault::new(Position::new(self.file, at), message);
        self.found.faults.push(fault);
    }

    fn value(&mut self, name: &str, value: &Spanned<Node>, shapes: &'static [Shape]) {
        let at = value.referenced;
        match (&value.value, list(shapes), keys(shapes), names(shapes)) {
            // An empty value counts as absent.
            (Node::Nothing, ..) => {}
            (Node::Flag, ..) if shapes.iter().any(|s| matches!(s, Shape::Flag)) => {}
            (Node::Flag | Node::Scalar, ..) if shapes.iter().any(|s| matches!(s, Shape::Text)) => {}
            (Node::List(elements), Some(inner), ..) => {
                for element in elements {
                    self.value(&format!("an element of {name}"), element, inner);
                }
            }
            (Node::Map(entries), _, Some(keys), _) => self.keys(at, entries, keys),
            (Node::Map(entries), _, _, Some(inner)) => {
                self.repeated(entries);
                for (key, value) in entries {
                    self.value(&format!("`{}`", key.value), value, inner);
                }
            }
            _ => {
                self.found.breaks = true;
                let wanted: Vec<&str> = shapes.iter().map(Shape::words).collect();
                self.fault(at, format!("{name} must be {}", wanted.join(" or ")));
            }
        }
    }

    fn keys(&mut self, at: Location, entries: &[(Text, Spanned<Node>)], keys: &'static [Key]) {
        let before = self.found.faults.len();
        self.repeated(entries);
        let mut misspelled = Vec::new();
        for (key, value) in entries {
            match keys.iter().find(|known| known.name == key.value) {
                Some(known) => self.value(&format!("`{}`", known.name), value, &known.shapes),
                None => misspelled.extend(self.unknown(key, keys)),
            }
        }
        for required in keys.iter().filter(|key| key.is_required) {
            // One that is misspelled is not missing as well.
            let is_there = entries.iter().any(|(key, _)| key.value == required.name);
            if !is_there && !misspelled.contains(&required.name.as_str()) {
                self.fault(at, format!("missing key `{}`", required.name));
            }
        }
        if self.found.faults.len() > before {
            self.found.invalid.push(Position::new(self.file, at));
        }
    }

    /// Reports an unknown key; returns the key that it probably is.
    fn unknown(&mut self, key: &Text, keys: &'static [Key]) -> Option<&'static str> {
        let known = keys.iter().map(|key| key.name.as_str());
        let near = closest(&key.value, known.clone());
        let known: Vec<&str> = known.collect();
        self.fault(key.referenced, unknown_word("key", &key.value, &known));
        near
    }

    fn repeated(&mut self, entries: &[(Text, Spanned<Node>)]) {
        for (position, (key, _)) in entries.iter().enumerate() {
            if entries[..position]
                .iter()
                .any(|(k, _)| k.value == key.value)
            {
                self.fault(key.referenced, yaml::duplicate_key(&key.value));
            }
        }
    }
}

impl Shape {
    fn words(&self) -> &'static str {
        match self {
            Shape::Text => "a string",
            Shape::Flag => "`true` or `false`",
            Shape::List(_) => "a list",
            Shape::Keys(_) => "a mapping",
            Shape::Names(_) => "a mapping",
        }
    }
}

fn list(shapes: &'static [Shape]) -> Option<&'static [Shape]> {
    shapes.iter().find_map(|shape| match shape {
        Shape::List(inner) => Some(inner.as_slice()),
        _ => None,
    })
}

fn keys(shapes: &'static [Shape]) -> Option<&'static [Key]> {
    shapes.iter().find_map(|shape| match shape {
        Shape::Keys(keys) => Some(keys.as_slice()),
        _ => None,
    })
}

fn names(shapes: &'static [Shape]) -> Option<&'static [Shape]> {
    shapes.iter().find_map(|shape| match shape {
        Shape::Names(inner) => Some(inner.as_slice()),
        _ => None,
    })
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyNode)
    }
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    visit_scalars!(Ok(Node::Flag); visit_bool: bool);
    visit_scalars!(
        Ok(Node::Scalar);
        visit_i64: i64, visit_i128: i128, visit_u64: u64, visit_u128: u128, visit_f64: f64,
        visit_str: &str, visit_bytes: &[u8]
    );

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Node::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}
