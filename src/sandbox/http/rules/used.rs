//! Variables and fragments: defined once, used where they fit, and used at all.

use std::collections::HashSet;

use async_graphql::parser::types::{
    BaseType, OperationDefinition, Selection, SelectionSet, Type, VariableDefinition,
};
use async_graphql::{Pos, Positioned};

use super::literal::is_input;
use super::{Check, did_you_mean};
use crate::sandbox::http::types::{TYPES, innermost};

/// Where a variable is used.
pub(super) struct Use {
    pub(super) name: String,
    /// What is expected there, and whether something else stands for an absent value.
    pub(super) place: Option<(Type, bool)>,
    pub(super) at: Pos,
}

impl<'a> Check<'a> {
    /// The definitions of an operation's variables.
    pub(super) fn variables(&mut self, operation: &'a OperationDefinition) {
        let mut seen: Vec<(&str, Pos)> = Vec::new();
        for definition in &operation.variable_definitions {
            let node = &definition.node;
            let name = node.name.node.as_str();
            let kind = &node.var_type.node;
            let (inner, at) = (innermost(kind), node.var_type.pos);
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name) {
                let message = format!("There can be only one variable named \"${name}\".");
                self.fault(message, [*first, node.name.pos]);
            }
            seen.push((name, node.name.pos));
            if TYPES.get(inner).is_none() {
                let meant = did_you_mean("", inner, &TYPES.names());
                self.fault(format!("Unknown type \"{inner}\".{meant}"), [at]);
            } else if !is_input(kind) {
                let message = format!("Variable \"${name}\" cannot be non-input type \"{kind}\".");
                self.fault(message, [at]);
            }
            if let Some(default) = &node.default_value {
                let value = default.node.clone().into_value();
                self.value(&value, kind, false, default.pos);
            }
            self.directives(&node.directives, "VARIABLE_DEFINITION");
        }
    }

    /// How the variables of an operation are used, by it and by the fragments that it leads to.
    pub(super) fn uses(
        &mut self,
        name: Option<&str>,
        operation: &'a Positioned<OperationDefinition>,
    ) {
        let definitions = &operation.node.variable_definitions;
        let uses = self.all_uses(operation);
        for used in &uses {
            if defined(definitions, &used.name).is_none() {
                let by = name.map_or_else(String::new, |name| format!(" by operation \"{name}\""));
                let message = format!("Variable \"${}\" is not defined{by}.", used.name);
                self.fault(message, [used.at, operation.pos]);
            }
        }
        for definition in definitions {
            let variable = &definition.node.name.node;
            if !uses.iter().any(|used| used.name == variable.as_str()) {
                let of = name.map_or_else(String::new, |name| format!(" in operation \"{name}\""));
                let message = format!("Variable \"${variable}\" is never used{of}.");
                self.fault(message, [definition.pos]);
            }
        }
        for used in &uses {
            let Some(definition) = defined(definitions, &used.name) else {
                continue;
            };
            let Some((place, has_default)) = &used.place else {
                continue;
            };
            let kind = &definition.node.var_type.node;
            if TYPES.get(innermost(kind)).is_none() {
                continue;
            }
            let default = definition.node.default_value.as_ref();
            let is_given = default
                .is_some_and(|value| !matches!(value.node, async_graphql_value::ConstValue::Null));
            if !fits(kind, place, is_given || *has_default) {
                let name = &used.name;
                let message = format!(
                    "Variable \"${name}\" of type \"{kind}\" used in position expecting type \"{place}\"."
                );
                self.fault(message, [definition.pos, used.at]);
            }
        }
    }

    /// Walks through the fragments that an operation leads to as well, for their uses alone.
    fn all_uses(&mut self, operation: &'a Positioned<OperationDefinition>) -> Vec<Use> {
        let mut uses = std::mem::take(&mut self.used);
        let known = self.faults.len();
        let mut reached = Vec::new();
        spreads(&operation.node.selection_set.node, &mut reached);
        let mut seen = HashSet::new();
        while let Some((name, _)) = reached.pop() {
            let Some(fragment) = self.document.fragments.get(name) else {
                continue;
            };
            if !seen.insert(name) {
                continue;
            }
            self.spread.insert(name);
            let on = fragment.node.type_condition.node.on.node.as_str();
            let set = &fragment.node.selection_set.node;
            self.selections(set, TYPES.composite(on));
            uses.append(&mut self.used);
            spreads(set, &mut reached);
        }
        // They have faults of their own where they are defined.
        self.faults.truncate(known);
        uses
    }

    /// A fragment that leads to itself.
    pub(super) fn cycle(&mut self, name: &'a str) {
        let mut seen = HashSet::new();
        let mut open: Vec<(&str, Vec<&str>)> = vec![(name, Vec::new())];
        while let Some((at, via)) = open.pop() {
            let Some(fragment) = self.document.fragments.get(at) else {
                continue;
            };
            let mut next = Vec::new();
            spreads(&fragment.node.selection_set.node, &mut next);
            for (to, at) in next {
                if to == name {
                    let via: Vec<_> = via.iter().map(|name| format!("\"{name}\"")).collect();
                    let via = match via.as_slice() {
                        [] => String::new(),
                        via => format!(" via {}", via.join(", ")),
                    };
                    let message = format!("Cannot spread fragment \"{name}\" within itself{via}.");
                    self.fault(message, [at]);
                } else if seen.insert(to) {
                    open.push((to, via.iter().copied().chain([to]).collect()));
                }
            }
        }
    }
}

fn defined<'b>(
    definitions: &'b [Positioned<VariableDefinition>],
    name: &str,
) -> Option<&'b Positioned<VariableDefinition>> {
    let mut definitions = definitions.iter();
    definitions.find(|definition| definition.node.name.node == name)
}

/// The fragments that are spread in it, and where.
fn spreads<'a>(set: &'a SelectionSet, found: &mut Vec<(&'a str, Pos)>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => spreads(&field.node.selection_set.node, found),
            Selection::InlineFragment(inline) => {
                spreads(&inline.node.selection_set.node, found);
            }
            Selection::FragmentSpread(spread) => {
                found.push((spread.node.fragment_name.node.as_str(), spread.pos));
            }
        }
    }
}

/// Whether a variable of this type can stand where `place` is expected; `is_given`: something stands
/// for an absent value.
fn fits(kind: &Type, place: &Type, is_given: bool) -> bool {
    if !place.nullable && kind.nullable && !is_given {
        return false;
    }
    match (&kind.base, &place.base) {
        (BaseType::Named(kind), BaseType::Named(place)) => kind == place,
        (BaseType::List(kind), BaseType::List(place)) => fits(kind, place, false),
        _ => false,
    }
}
