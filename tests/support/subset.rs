//! Comparison of a schema with a larger one, field by field.

use std::collections::BTreeMap;
use std::fmt;

use apollo_compiler::ast::InputValueDefinition;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::{Name, Node, Schema};

use super::schemas::Version;

/// A difference from the larger schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// The whole has no such type, field, argument, member or value.
    Absent(String),
    /// The whole has it, but otherwise.
    Different(String),
}

/// Every part of `part` that `whole` lacks or defines differently, field by field.
pub(crate) fn mismatches(part: &Schema, whole: &Schema) -> Vec<Mismatch> {
    let mut found = Mismatches(Vec::new());
    for (operation, name) in part.schema_definition.iter_root_operations() {
        match whole.root_operation(operation) {
            None => found.absent(format!("{operation}")),
            Some(theirs) if theirs != name.as_str() => {
                found.different(format!("{operation}"), name, theirs);
            }
            Some(_) => {}
        }
    }
    for (name, ours) in &part.types {
        if ours.is_built_in() {
            continue;
        }
        match whole.types.get(name) {
            None => found.absent(name.to_string()),
            Some(theirs) => found.types(name, ours, theirs),
        }
    }
    found.0
}

/// Names of the fields of an object type that are scalars, enums or lists of these, in order; none
/// for an unknown type.
pub(crate) fn plain_fields<'a>(schema: &'a Schema, name: &str) -> Vec<&'a str> {
    let mut found: Vec<&str> = match schema.types.get(name) {
        Some(ExtendedType::Object(object)) => object
            .fields
            .values()
            .filter(|field| {
                let kind = schema.types.get(field.ty.inner_named_type());
                matches!(kind, Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_)))
            })
            .map(|field| field.name.as_str())
            .collect(),
        _ => Vec::new(),
    };
    found.sort_unstable();
    found
}

struct Mismatches(Vec<Mismatch>);

impl Mismatches {
    fn absent(&mut self, coordinate: String) {
        self.0.push(Mismatch::Absent(coordinate));
    }

    fn different(&mut self, at: String, ours: impl fmt::Display, theirs: impl fmt::Display) {
        self.0
            .push(Mismatch::Different(format!("{at}: {ours}, not {theirs}")));
    }

    fn types(&mut self, name: &Name, ours: &ExtendedType, theirs: &ExtendedType) {
        match (ours, theirs) {
            (ExtendedType::Scalar(_), ExtendedType::Scalar(_)) => {}
            (ExtendedType::Object(ours), ExtendedType::Object(theirs)) => {
                self.fields(name, &fields(&ours.fields), &fields(&theirs.fields));
                self.names(
                    name,
                    ours.implements_interfaces.iter().map(|c| &c.name),
                    |interface| theirs.implements_interfaces.contains(interface),
                );
            }
            (ExtendedType::Interface(ours), ExtendedType::Interface(theirs)) => {
                self.fields(name, &fields(&ours.fields), &fields(&theirs.fields));
            }
            (ExtendedType::Union(ours), ExtendedType::Union(theirs)) => {
                self.names(name, ours.members.iter().map(|c| &c.name), |member| {
                    theirs.members.contains(member)
                });
            }
            (ExtendedType::Enum(ours), ExtendedType::Enum(theirs)) => {
                self.names(name, ours.values.keys(), |value| {
                    theirs.values.contains_key(value)
                });
            }
            (ExtendedType::InputObject(ours), ExtendedType::InputObject(theirs)) => {
                let of = |fields: &apollo_compiler::collections::IndexMap<
                    Name,
                    apollo_compiler::schema::Component<InputValueDefinition>,
                >| {
                    fields
                        .values()
                        .map(|field| field.node.clone())
                        .collect::<Vec<_>>()
                };
                self.inputs(name, &of(&ours.fields), &of(&theirs.fields));
            }
            _ => self.different(name.to_string(), kind(ours), kind(theirs)),
        }
    }

    fn names<'a>(
        &mut self,
        of: &Name,
        names: impl Iterator<Item = &'a Name>,
        has: impl Fn(&Name) -> bool,
    ) {
        for name in names {
            if !has(name) {
                self.absent(format!("{of}.{name}"));
            }
        }
    }

    fn fields(&mut self, of: &Name, ours: &Fields<'_>, theirs: &Fields<'_>) {
        for (field, ours) in ours {
            let coordinate = format!("{of}.{field}");
            match theirs.get(field) {
                None => self.absent(coordinate),
                Some(theirs) => {
                    if ours.ty != theirs.ty {
                        self.different(coordinate.clone(), &ours.ty, &theirs.ty);
                    }
                    self.inputs(&coordinate, &ours.arguments, &theirs.arguments);
                }
            }
        }
    }

    /// Arguments of a field, or fields of an input object.
    fn inputs(
        &mut self,
        of: &(impl fmt::Display + ?Sized),
        ours: &[Node<InputValueDefinition>],
        theirs: &[Node<InputValueDefinition>],
    ) {
        let shown = |input: &InputValueDefinition| match &input.default_value {
            None => input.ty.to_string(),
            Some(default) => format!("{} = {default}", input.ty),
        };
        for input in ours {
            let coordinate = format!("{of}.{}", input.name);
            match theirs.iter().find(|theirs| theirs.name == input.name) {
                None => self.absent(coordinate),
                Some(theirs) if shown(theirs) != shown(input) => {
                    self.different(coordinate, shown(input), shown(theirs));
                }
                Some(_) => {}
            }
        }
        for input in theirs.iter().filter(|input| input.is_required()) {
            if !ours.iter().any(|ours| ours.name == input.name) {
                self.different(format!("{of}.{}", input.name), "left out", "required");
            }
        }
    }
}

type Fields<'a> = BTreeMap<&'a str, &'a FieldDefinition>;

fn fields(
    fields: &apollo_compiler::collections::IndexMap<
        Name,
        apollo_compiler::schema::Component<FieldDefinition>,
    >,
) -> Fields<'_> {
    fields
        .iter()
        .map(|(name, field)| (name.as_str(), &*field.node))
        .collect()
}

fn kind(definition: &ExtendedType) -> &'static str {
    match definition {
        ExtendedType::Scalar(_) => "scalar",
        ExtendedType::Object(_) => "type",
        ExtendedType::Interface(_) => "interface",
        ExtendedType::Union(_) => "union",
        ExtendedType::Enum(_) => "enum",
        ExtendedType::InputObject(_) => "input",
    }
}

/// The comments `# since 2.18.0` of a schema: each applies to the line below, by its coordinate.
pub(crate) fn newer_than_the_floor(schema: &str) -> BTreeMap<String, Version> {
    let mut newer = BTreeMap::new();
    let mut open = None;
    let mut pending = None;
    for line in schema.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("# since ") {
            let version = rest.split([' ', ';', ':', ',']).next().unwrap_or("");
            pending = Some(version.parse::<Version>().unwrap());
            continue;
        }
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let first = words.next().unwrap_or("");
        let coordinate = match (&open, line.ends_with('{') || line.contains('=')) {
            (None, true) | (None, false) => {
                let name = words.next().unwrap_or("").to_owned();
                if line.ends_with('{') {
                    open = Some(name.clone());
                }
                name
            }
            (Some(of), _) => format!("{of}.{first}"),
        };
        if line == "}" {
            open = None;
        }
        if let Some(version) = pending.take() {
            newer.insert(coordinate, version);
        }
    }
    newer
}

/// True if a coordinate, or its parent, is newer than a release.
pub(crate) fn is_newer(
    newer: &BTreeMap<String, Version>,
    coordinate: &str,
    release: Version,
) -> bool {
    let mut prefix = String::new();
    coordinate.split('.').any(|part| {
        if !prefix.is_empty() {
            prefix.push('.');
        }
        prefix.push_str(part);
        newer.get(&prefix).is_some_and(|since| *since > release)
    })
}
