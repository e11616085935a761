//! The keys of a file and the values that they take, read from `schema.json`.

use std::sync::LazyLock;

use serde_json::Value;

use super::SCHEMA;

pub(super) enum Shape {
    /// A text; numbers and other scalars count as text.
    Text,
    /// `true` or `false`.
    Flag,
    List(Vec<Shape>),
    Keys(Vec<Key>),
    /// A mapping with any keys.
    Names(Vec<Shape>),
}

pub(super) struct Key {
    pub(super) name: String,
    pub(super) is_required: bool,
    pub(super) shapes: Vec<Shape>,
}

pub(super) static FILE: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let root = serde_json::from_str(SCHEMA).unwrap_or_default();
    shapes(&root, &root)
});

/// The shapes that a part of the schema allows; only types, keys and references are read.
fn shapes(root: &Value, part: &Value) -> Vec<Shape> {
    let reference = part["$ref"].as_str().and_then(|at| at.strip_prefix('#'));
    if let Some(referenced) = reference.and_then(|at| root.pointer(at)) {
        return shapes(root, referenced);
    }
    let types: Vec<&str> = match &part["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => {
            let alternatives = part["oneOf"].as_array();
            return match alternatives {
                Some(parts) => parts.iter().flat_map(|part| shapes(root, part)).collect(),
                // A constant.
                None => vec![Shape::Text],
            };
        }
    };
    vec![if types.contains(&"array") {
        Shape::List(shapes(root, &part["items"]))
    } else if types.contains(&"object") {
        match part["properties"].as_object() {
            Some(_) => Shape::Keys(keys(root, part)),
            None => Shape::Names(shapes(root, &part["additionalProperties"])),
        }
    } else if types == ["boolean"] {
        Shape::Flag
    } else {
        Shape::Text
    }]
}

fn keys(root: &Value, part: &Value) -> Vec<Key> {
    let required = part["required"].as_array();
    let properties = part["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, part)| Key {
            name: name.clone(),
            is_required: required.is_some_and(|names| names.iter().any(|n| n == name.as_str())),
            shapes: shapes(root, part),
        })
        .collect()
}
