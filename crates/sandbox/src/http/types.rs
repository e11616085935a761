//! The schema, as far as checking documents and variables needs it.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, OperationType, Type, TypeKind,
    TypeSystemDefinition,
};

use crate::schema;

/// The types of a schema.
#[derive(Default)]
pub(super) struct Types {
    by_name: HashMap<String, Kind>,
    /// The objects that have an interface, by its name.
    implementers: HashMap<String, Vec<String>>,
}

/// Those of our schema.
pub(super) static TYPES: LazyLock<Types> = LazyLock::new(|| Types::of(&schema::sdl()));

/// What a type is.
pub(super) enum Kind {
    Scalar,
    /// One of these words.
    Enum(Vec<String>),
    Input(Vec<Input>),
    /// An object, or an interface.
    Object(Vec<Output>),
    /// One of these objects.
    Union(Vec<String>),
}

/// A field of an input object, or an argument.
pub(super) struct Input {
    pub(super) name: String,
    pub(super) kind: Type,
    pub(super) has_default: bool,
}

impl Input {
    fn of(definition: &Positioned<InputValueDefinition>) -> Input {
        let definition = &definition.node;
        Input {
            name: definition.name.node.to_string(),
            kind: definition.ty.node.clone(),
            has_default: definition.default_value.is_some(),
        }
    }

    /// Whether it has to be given.
    pub(super) fn is_required(&self) -> bool {
        !self.kind.nullable && !self.has_default
    }
}

/// A field of an object.
pub(super) struct Output {
    pub(super) name: String,
    pub(super) arguments: Vec<Input>,
    pub(super) kind: Type,
}

impl Output {
    fn of(definition: &Positioned<FieldDefinition>) -> Output {
        let definition = &definition.node;
        Output {
            name: definition.name.node.to_string(),
            arguments: definition.arguments.iter().map(Input::of).collect(),
            kind: definition.ty.node.clone(),
        }
    }
}

impl Types {
    fn of(sdl: &str) -> Types {
        let mut types = Types::default();
        for scalar in ["Int", "Float", "String", "Boolean", "ID"] {
            types.by_name.insert(scalar.to_owned(), Kind::Scalar);
        }
        // Our own schema is well-formed; if it were not, every document would be refused.
        let definitions = parse_schema(sdl).map(|document| document.definitions);
        for definition in definitions.unwrap_or_default() {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let definition = definition.node;
            let type_name = definition.name.node.to_string();
            let kind = match definition.kind {
                TypeKind::Scalar => Kind::Scalar,
                TypeKind::Enum(kind) => {
                    let values = kind.values.into_iter();
                    Kind::Enum(values.map(|v| v.node.value.node.to_string()).collect())
                }
                TypeKind::InputObject(kind) => {
                    Kind::Input(kind.fields.iter().map(Input::of).collect())
                }
                TypeKind::Object(kind) => {
                    for interface in &kind.implements {
                        let all = types.implementers.entry(interface.node.to_string());
                        all.or_default().push(type_name.clone());
                    }
                    Kind::Object(kind.fields.iter().map(Output::of).collect())
                }
                TypeKind::Interface(kind) => {
                    Kind::Object(kind.fields.iter().map(Output::of).collect())
                }
                TypeKind::Union(kind) => {
                    let members = kind.members.into_iter();
                    Kind::Union(members.map(|name| name.node.to_string()).collect())
                }
            };
            types.by_name.insert(type_name, kind);
        }
        types
    }

    /// The type of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Kind> {
        self.by_name.get(name)
    }

    /// All names.
    pub(super) fn names(&self) -> Vec<String> {
        self.by_name.keys().cloned().collect()
    }

    /// The type's name, where something can be selected of it.
    pub(super) fn composite<'a>(&self, name: &'a str) -> Option<&'a str> {
        let kind = self.get(name);
        matches!(kind, Some(Kind::Object(_) | Kind::Union(_))).then_some(name)
    }

    /// A field of an object; none of a union.
    pub(super) fn field(&self, object: &str, name: &str) -> Option<&Output> {
        match self.get(object) {
            Some(Kind::Object(fields)) => fields.iter().find(|field| field.name == name),
            _ => None,
        }
    }

    /// The objects that something of a union or an interface can be.
    pub(super) fn members(&self, name: &str) -> Option<&[String]> {
        match self.get(name) {
            Some(Kind::Union(members)) => Some(members),
            _ => self.implementers.get(name).map(Vec::as_slice),
        }
    }

    /// Whether something can be both.
    pub(super) fn overlap(&self, one: &str, other: &str) -> bool {
        let is_other = |object: &str| {
            let members = self.members(other).unwrap_or_default();
            object == other || members.iter().any(|member| member == object)
        };
        match self.members(one) {
            Some(members) => members.iter().any(|member| is_other(member)),
            None => is_other(one),
        }
    }
}

/// The type of the root fields.
pub(super) fn root(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// The type's name, without what says that it is a list or never null.
pub(super) fn innermost(kind: &Type) -> &str {
    match &kind.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => innermost(item),
    }
}
