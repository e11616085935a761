//! Whether a document makes sense: graphql-js's rules, in its words and its order.
//!
//! What no rule here finds, as fields that cannot be merged, async-graphql does; that an input field
//! is given twice nobody finds, as its parser keeps one.

mod literal;
mod subscription;
#[cfg(test)]
mod tests;
mod used;

use std::collections::HashMap;

use async_graphql::Pos;
use async_graphql::Positioned;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType,
    Selection, SelectionSet,
};
use async_graphql_value::Value;

use super::fault::Fault;
use super::inspect::{did_you_mean, listed};
use super::types::{Input, Kind, Output, TYPES, innermost, root};
use used::{Cycles, Use};

/// All that is wrong with a document, which was read out of `text`.
pub(super) fn faults(text: &str, document: &ExecutableDocument) -> Vec<Fault> {
    let mut check = Check {
        text,
        document,
        faults: Vec::new(),
        used: Vec::new(),
        used_by_fragments: HashMap::new(),
        operations: Vec::new(),
        cycles: Cycles::default(),
    };
    let mut definitions: Vec<(Pos, Definition)> = Vec::new();
    for (name, operation) in document.operations.iter() {
        let name = name.map(|name| name.as_str());
        definitions.push((operation.pos, Definition::Operation(name, operation)));
    }
    for (name, fragment) in &document.fragments {
        definitions.push((fragment.pos, Definition::Fragment(name, &fragment.node)));
    }
    definitions.sort_by_key(|(at, _)| (at.line, at.column));
    for (_, definition) in &definitions {
        match definition {
            Definition::Operation(name, operation) => check.operation(*name, operation),
            Definition::Fragment(name, fragment) => check.fragment(name, fragment),
        }
    }
    let reached = check.uses();
    for (at, definition) in &definitions {
        if let Definition::Fragment(name, _) = definition
            && !reached.contains(name)
        {
            check.fault(format!("Fragment \"{name}\" is never used."), [*at]);
        }
    }
    check.faults
}

enum Definition<'a> {
    Operation(Option<&'a str>, &'a Positioned<OperationDefinition>),
    Fragment(&'a str, &'a FragmentDefinition),
}

struct Check<'a> {
    text: &'a str,
    document: &'a ExecutableDocument,
    faults: Vec<Fault>,
    /// The variables that the definition being walked through uses.
    used: Vec<Use>,
    used_by_fragments: HashMap<&'a str, Vec<Use>>,
    /// The operations that were walked through, and what they use themselves.
    operations: Vec<(
        Option<&'a str>,
        &'a Positioned<OperationDefinition>,
        Vec<Use>,
    )>,
    cycles: Cycles<'a>,
}

/// How many faults graphql-js finds before it gives up.
const MOST: usize = 100;

impl<'a> Check<'a> {
    fn fault(&mut self, message: impl Into<String>, at: impl IntoIterator<Item = Pos>) {
        match self.faults.len() {
            MOST.. => {
                let message =
                    "Too many validation errors, error limit reached. Validation aborted.";
                self.faults.truncate(MOST);
                self.faults.push(Fault::at(message, []));
            }
            _ => self.faults.push(Fault::at(message, at)),
        }
    }

    fn operation(&mut self, name: Option<&'a str>, operation: &'a Positioned<OperationDefinition>) {
        let definition = &operation.node;
        if definition.ty == OperationType::Subscription {
            self.single_field(name, definition);
        }
        self.variables(definition);
        let root = root(definition.ty);
        let place = match definition.ty {
            OperationType::Query => "QUERY",
            OperationType::Mutation => "MUTATION",
            OperationType::Subscription => "SUBSCRIPTION",
        };
        self.directives(&definition.directives, place);
        self.selections(&definition.selection_set.node, Some(root));
        let used = std::mem::take(&mut self.used);
        self.operations.push((name, operation, used));
    }

    fn fragment(&mut self, name: &'a str, fragment: &'a FragmentDefinition) {
        let condition = &fragment.type_condition.node.on;
        let on = self.condition(condition, &format!("Fragment \"{name}\""));
        self.directives(&fragment.directives, "FRAGMENT_DEFINITION");
        self.cycles_from(name);
        self.selections(&fragment.selection_set.node, on);
        let used = std::mem::take(&mut self.used);
        self.used_by_fragments.insert(name, used);
    }

    /// The type that a fragment is for, where something can be selected of it.
    fn condition(&mut self, on: &'a Positioned<async_graphql::Name>, who: &str) -> Option<&'a str> {
        let (name, at) = (on.node.as_str(), on.pos);
        // Those of introspection are known, and nothing is known of them here.
        if name.starts_with("__") {
            return None;
        }
        if TYPES.get(name).is_none() {
            let meant = did_you_mean("", name, &TYPES.names());
            self.fault(format!("Unknown type \"{name}\".{meant}"), [at]);
            return None;
        }
        let found = TYPES.composite(name);
        if found.is_none() {
            let message = format!("{who} cannot condition on non composite type \"{name}\".");
            self.fault(message, [at]);
        }
        found
    }

    fn selections(&mut self, set: &'a SelectionSet, parent: Option<&'a str>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(field, parent),
                Selection::InlineFragment(fragment) => {
                    let on = match &fragment.node.type_condition {
                        Some(condition) => self.condition(&condition.node.on, "Fragment"),
                        None => parent,
                    };
                    self.fits("Fragment", on, parent, fragment.pos);
                    self.directives(&fragment.node.directives, "INLINE_FRAGMENT");
                    self.selections(&fragment.node.selection_set.node, on);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name;
                    match self.document.fragments.get(&name.node) {
                        Some(fragment) => {
                            let on = fragment.node.type_condition.node.on.node.as_str();
                            let who = format!("Fragment \"{}\"", name.node);
                            self.fits(&who, TYPES.composite(on), parent, spread.pos);
                        }
                        None => {
                            let message = format!("Unknown fragment \"{}\".", name.node);
                            self.fault(message, [name.pos]);
                        }
                    }
                    self.directives(&spread.node.directives, "FRAGMENT_SPREAD");
                }
            }
        }
    }

    fn fits(&mut self, who: &str, on: Option<&str>, parent: Option<&str>, at: Pos) {
        if let (Some(on), Some(parent)) = (on, parent)
            && !TYPES.overlap(on, parent)
        {
            self.fault(
                format!(
                    "{who} cannot be spread here as objects of type \"{parent}\" can never be of type \"{on}\"."
                ),
                [at],
            );
        }
    }

    fn field(&mut self, field: &'a Positioned<Field>, parent: Option<&'a str>) {
        let (at, node) = (field.pos, &field.node);
        let name = node.name.node.as_str();
        let set = &node.selection_set.node;
        let known = parent.and_then(|parent| TYPES.field(parent, name));
        match (known, parent) {
            (Some(known), _) => self.leaf(known, node, at),
            // What every type has, and introspection.
            (None, Some(_)) if name.starts_with("__") => {}
            (None, Some(parent)) => {
                let meant = meant(parent, name);
                let message = format!("Cannot query field \"{name}\" on type \"{parent}\".{meant}");
                self.fault(message, [at]);
            }
            (None, None) => {}
        }
        let place = parent.map(|parent| format!("field \"{parent}.{name}\""));
        let takes = known.map(|known| known.arguments.as_slice());
        self.arguments(&node.arguments, takes, place.as_deref());
        self.directives(&node.directives, "FIELD");
        let inner = known.and_then(|known| TYPES.composite(innermost(&known.kind)));
        self.selections(set, inner);
        let who = format!("Field \"{name}\"");
        self.required(&node.arguments, takes, &who, at);
    }

    /// Something is selected of what has fields, and of nothing else.
    fn leaf(&mut self, known: &Output, node: &Field, at: Pos) {
        let (name, kind) = (&known.name, &known.kind);
        let is_composite = TYPES.composite(innermost(kind)).is_some();
        let set = &node.selection_set;
        if is_composite && set.node.items.is_empty() {
            self.fault(
                format!(
                    "Field \"{name}\" of type \"{kind}\" must have a selection of subfields. Did you mean \"{name} {{ ... }}\"?"
                ),
                [at],
            );
        } else if !is_composite && !set.node.items.is_empty() {
            self.fault(
                format!(
                    "Field \"{name}\" must not have a selection since type \"{kind}\" has no subfields."
                ),
                [set.pos],
            );
        }
    }

    /// `takes` and `place` are there where it is known what takes the arguments.
    fn arguments(
        &mut self,
        given: &[(Positioned<async_graphql::Name>, Positioned<Value>)],
        takes: Option<&[Input]>,
        place: Option<&str>,
    ) {
        let names = given.iter().map(|(name, _)| (name.node.as_str(), name.pos));
        for (name, all) in repeated(names) {
            let message = format!("There can be only one argument named \"{name}\".");
            self.fault(message, all);
        }
        for (name, value) in given {
            let word = name.node.as_str();
            let argument = takes.and_then(|all| all.iter().find(|a| a.name == word));
            if let (None, Some(all), Some(place)) = (argument, takes, place) {
                let known: Vec<_> = all.iter().map(|a| a.name.clone()).collect();
                let meant = did_you_mean("", word, &known);
                self.fault(
                    format!("Unknown argument \"{word}\" on {place}.{meant}"),
                    [name.pos],
                );
            }
            match argument {
                Some(argument) => {
                    self.value(&value.node, &argument.kind, argument.has_default, value.pos);
                }
                None => self.note_variables(&value.node, value.pos),
            }
        }
    }

    fn required(
        &mut self,
        given: &[(Positioned<async_graphql::Name>, Positioned<Value>)],
        takes: Option<&[Input]>,
        who: &str,
        at: Pos,
    ) {
        for argument in takes.unwrap_or_default().iter().filter(|a| a.is_required()) {
            let (name, kind) = (&argument.name, &argument.kind);
            if !given.iter().any(|(given, _)| given.node == *name) {
                self.fault(
                    format!(
                        "{who} argument \"{name}\" of type \"{kind}\" is required, but it was not provided."
                    ),
                    [at],
                );
            }
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>], place: &str) {
        let mut seen: Vec<(&str, Pos)> = Vec::new();
        for directive in directives {
            let (at, node) = (directive.pos, &directive.node);
            let name = node.name.node.as_str();
            let is_for_reading = matches!(name, "skip" | "include");
            let is_fit = matches!(place, "FIELD" | "FRAGMENT_SPREAD" | "INLINE_FRAGMENT");
            if !is_for_reading && !matches!(name, "deprecated" | "specifiedBy" | "oneOf") {
                self.fault(format!("Unknown directive \"@{name}\"."), [at]);
            } else if !is_for_reading || !is_fit {
                let message = format!("Directive \"@{name}\" may not be used on {place}.");
                self.fault(message, [at]);
            }
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name) {
                let message =
                    format!("The directive \"@{name}\" can only be used once at this location.");
                self.fault(message, [*first, at]);
            }
            seen.push((name, at));
            let takes = is_for_reading.then_some(literal::CONDITION.as_slice());
            let which = format!("directive \"@{name}\"");
            self.arguments(&node.arguments, takes, Some(&which));
            let who = format!("Directive \"@{name}\"");
            self.required(&node.arguments, takes, &who, at);
        }
    }
}

/// What may have been meant with a field that a type does not have.
fn meant(parent: &str, name: &str) -> String {
    let members = TYPES.members(parent).unwrap_or_default().iter();
    let with: Vec<String> = members
        .filter(|member| TYPES.field(member, name).is_some())
        .cloned()
        .collect();
    if !with.is_empty() {
        return format!(
            " Did you mean to use an inline fragment on {}?",
            listed(&with)
        );
    }
    match TYPES.get(parent) {
        Some(Kind::Object(fields)) => {
            let known: Vec<_> = fields.iter().map(|field| field.name.clone()).collect();
            did_you_mean("", name, &known)
        }
        _ => String::new(),
    }
}

/// The names that are there more than once, each with all its places.
fn repeated<'b>(names: impl Iterator<Item = (&'b str, Pos)>) -> Vec<(&'b str, Vec<Pos>)> {
    let mut order = Vec::new();
    let mut places: HashMap<&str, Vec<Pos>> = HashMap::new();
    for (name, at) in names {
        let all = places.entry(name).or_default();
        if all.is_empty() {
            order.push(name);
        }
        all.push(at);
    }
    let mut all = Vec::new();
    for name in order {
        match places.remove(name) {
            Some(places) if places.len() > 1 => all.push((name, places)),
            _ => {}
        }
    }
    all
}
