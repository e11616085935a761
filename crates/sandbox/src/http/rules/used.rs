//! Variables and fragments: defined once, used where they fit, and used at all.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    BaseType, OperationDefinition, Selection, SelectionSet, Type, VariableDefinition,
};
use async_graphql::{Pos, Positioned};
use async_graphql_value::ConstValue;

use super::literal::is_input;
use super::{Check, did_you_mean, repeated};
use crate::http::types::{TYPES, innermost};

/// Where a variable is used.
pub(super) struct Use {
    pub(super) name: String,
    /// What is expected there, and whether something else stands for an absent value.
    pub(super) place: Option<(Type, bool)>,
    pub(super) at: Pos,
}

/// How far fragments that lead to fragments are followed: a stack has an end.
pub(super) const DEEPEST: usize = 200;

/// Where the look for fragments that lead to themselves is.
#[derive(Default)]
pub(super) struct Cycles<'a> {
    visited: HashSet<&'a str>,
    path: Vec<(&'a str, Pos)>,
    /// Where on the path each fragment was entered.
    begun: HashMap<&'a str, usize>,
}

impl<'a> Check<'a> {
    /// The definitions of an operation's variables.
    pub(super) fn variables(&mut self, operation: &'a OperationDefinition) {
        let names = operation.variable_definitions.iter();
        let names = names.map(|d| (d.node.name.node.as_str(), d.node.name.pos));
        for (name, all) in repeated(names) {
            let message = format!("There can be only one variable named \"${name}\".");
            self.fault(message, all);
        }
        for definition in &operation.variable_definitions {
            let node = &definition.node;
            let name = node.name.node.as_str();
            let kind = &node.var_type.node;
            let (inner, at) = (innermost(kind), node.var_type.pos);
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

    /// How operations use their variables, themselves and by the fragments that they lead to; all
    /// those fragments.
    pub(super) fn uses(&mut self) -> HashSet<&'a str> {
        let by_fragments = std::mem::take(&mut self.used_by_fragments);
        let mut reached = HashSet::new();
        for (name, operation, own) in std::mem::take(&mut self.operations) {
            let fragments = self.fragments_of(&operation.node);
            let of_fragments = fragments.iter().filter_map(|name| by_fragments.get(name));
            let uses: Vec<&Use> = own.iter().chain(of_fragments.flatten()).collect();
            self.uses_of(name, operation, &uses);
            reached.extend(fragments);
        }
        reached
    }

    fn uses_of(
        &mut self,
        name: Option<&str>,
        operation: &Positioned<OperationDefinition>,
        uses: &[&Use],
    ) {
        let definitions = &operation.node.variable_definitions;
        for used in uses {
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
        for used in uses {
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
            let is_given = default.is_some_and(|value| !matches!(value.node, ConstValue::Null));
            if !fits(kind, place, is_given || *has_default) {
                let name = &used.name;
                let message = format!(
                    "Variable \"${name}\" of type \"{kind}\" used in position expecting type \"{place}\"."
                );
                self.fault(message, [definition.pos, used.at]);
            }
        }
    }

    /// The fragments that an operation leads to, nearest first.
    fn fragments_of(&self, operation: &'a OperationDefinition) -> Vec<&'a str> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut left = spreads(&operation.selection_set.node);
        while let Some((name, _)) = left.pop() {
            if let Some(fragment) = self.document.fragments.get(name)
                && seen.insert(name)
            {
                found.push(name);
                left.extend(spreads(&fragment.node.selection_set.node));
            }
        }
        found
    }

    /// Fragments that lead to themselves, each cycle once.
    pub(super) fn cycles_from(&mut self, name: &'a str) {
        let Some(fragment) = self.document.fragments.get(name) else {
            return;
        };
        if self.cycles.path.len() >= DEEPEST || !self.cycles.visited.insert(name) {
            return;
        }
        self.cycles.begun.insert(name, self.cycles.path.len());
        for (to, at) in spreads(&fragment.node.selection_set.node) {
            self.cycles.path.push((to, at));
            match self.cycles.begun.get(to) {
                None => self.cycles_from(to),
                Some(begun) => {
                    let cycle = self.cycles.path[*begun..].to_vec();
                    let via = cycle.iter().rev().skip(1).rev();
                    let via: Vec<_> = via.map(|(name, _)| format!("\"{name}\"")).collect();
                    let via = match via.as_slice() {
                        [] => String::new(),
                        via => format!(" via {}", via.join(", ")),
                    };
                    let message = format!("Cannot spread fragment \"{to}\" within itself{via}.");
                    self.fault(message, cycle.iter().map(|(_, at)| *at));
                }
            }
            self.cycles.path.pop();
        }
        self.cycles.begun.remove(name);
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
fn spreads(set: &SelectionSet) -> Vec<(&str, Pos)> {
    let mut found = Vec::new();
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => found.extend(spreads(&field.node.selection_set.node)),
            Selection::InlineFragment(inline) => {
                found.extend(spreads(&inline.node.selection_set.node));
            }
            Selection::FragmentSpread(spread) => {
                found.push((spread.node.fragment_name.node.as_str(), spread.pos));
            }
        }
    }
    found
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
