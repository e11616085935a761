//! Documents before they are executed: which root fields they have, what Lagoon's own plugin trips
//! over, and variables that were not given.

use async_graphql::Name;
use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::parser::{Positioned, parse_query};
use async_graphql_value::Value;
use serde_json::json;

use super::execute::Outcome;
use super::graphql::GraphQl;

/// The names of the root fields of a request, without `__typename`; none when it cannot be parsed.
pub(super) fn root_fields(request: &GraphQl) -> Vec<String> {
    let Ok(document) = parse_query(request.query.as_str().unwrap_or_default()) else {
        return Vec::new();
    };
    let fields = document
        .operations
        .iter()
        .flat_map(|(_, operation)| fields(&operation.node));
    fields
        .filter(|field| !is_typename(field))
        .map(|field| field.name.node.to_string())
        .collect()
}

/// The answer to a request that is valid and not executed: a test or the transport refuses it.
pub(super) fn refused(request: &GraphQl, message: &str) -> Outcome {
    let mut data = serde_json::Map::new();
    let mut path = None;
    if let Ok(document) = parse_query(request.query.as_str().unwrap_or_default()) {
        for (_, operation) in document.operations.iter() {
            for field in fields(&operation.node) {
                let key = field.response_key().node.to_string();
                let value = if is_typename(field) {
                    root_type(operation.node.ty).into()
                } else {
                    path.get_or_insert_with(|| key.clone());
                    serde_json::Value::Null
                };
                data.insert(key, value);
            }
        }
    }
    let error = json!({"message": message, "path": path.into_iter().collect::<Vec<_>>()});
    Outcome {
        status: 200,
        body: json!({"errors": [error], "data": data}),
    }
}

/// Whether a field asks for the name of its type.
pub(super) fn is_typename(field: &Field) -> bool {
    field.name.node == "__typename"
}

fn root_type(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// The fields that an operation selects itself, without those in fragments.
pub(super) fn fields(operation: &OperationDefinition) -> impl Iterator<Item = &Field> {
    let items = operation.selection_set.node.items.iter();
    items.filter_map(|selection| match &selection.node {
        Selection::Field(field) => Some(&field.node),
        _ => None,
    })
}

/// Whether the first definition of a document selects an inline fragment at its top: a plugin of
/// Lagoon's reads the name of each selection there, and this one has none.
pub(super) fn trips_the_plugin(document: &ExecutableDocument) -> bool {
    let operations = document
        .operations
        .iter()
        .map(|(_, operation)| (operation.pos, &operation.node.selection_set.node));
    let fragments = document
        .fragments
        .values()
        .map(|fragment| (fragment.pos, &fragment.node.selection_set.node));
    let first = operations
        .chain(fragments)
        .min_by_key(|(position, _)| (position.line, position.column));
    first.is_some_and(|(_, selections)| {
        let mut items = selections.items.iter();
        items.any(|selection| matches!(selection.node, Selection::InlineFragment(_)))
    })
}

/// Takes out what stands for variables that were not given, as if it had not been written: absent
/// and `null` differ for Lagoon.
pub(super) fn drop_absent(
    document: &mut ExecutableDocument,
    given: &serde_json::Map<String, serde_json::Value>,
) {
    let mut absent = Vec::new();
    for operation in operations(document) {
        let definitions = operation.variable_definitions.iter();
        let nothing = definitions
            .map(|definition| &definition.node)
            .filter(|definition| {
                definition.var_type.node.nullable
                    && definition.default_value.is_none()
                    && !given.contains_key(definition.name.node.as_str())
            });
        absent.extend(nothing.map(|definition| definition.name.node.clone()));
    }
    if absent.is_empty() {
        return;
    }
    let mut gone = Vec::new();
    for operation in operations(document) {
        strip(&mut operation.selection_set, &absent, &mut gone);
    }
    for fragment in document.fragments.values_mut() {
        strip(&mut fragment.node.selection_set, &absent, &mut gone);
    }
    // One that is used nowhere stays, to be complained about.
    for operation in operations(document) {
        operation
            .variable_definitions
            .retain(|definition| !gone.contains(&definition.node.name.node));
    }
}

fn operations(document: &mut ExecutableDocument) -> Vec<&mut OperationDefinition> {
    use async_graphql::parser::types::DocumentOperations;
    match &mut document.operations {
        DocumentOperations::Single(operation) => vec![&mut operation.node],
        DocumentOperations::Multiple(operations) => operations
            .values_mut()
            .map(|operation| &mut operation.node)
            .collect(),
    }
}

fn strip(selections: &mut Positioned<SelectionSet>, absent: &[Name], gone: &mut Vec<Name>) {
    for selection in &mut selections.node.items {
        match &mut selection.node {
            Selection::Field(field) => {
                let field = &mut field.node;
                field
                    .arguments
                    .retain_mut(|(_, value)| stays(&mut value.node, absent, gone));
                strip(&mut field.selection_set, absent, gone);
            }
            Selection::InlineFragment(fragment) => {
                strip(&mut fragment.node.selection_set, absent, gone);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Whether a value stays; what is inside of it may go.
fn stays(value: &mut Value, absent: &[Name], gone: &mut Vec<Name>) -> bool {
    match value {
        Value::Variable(name) if absent.contains(name) => {
            gone.push(name.clone());
            return false;
        }
        Value::Object(fields) => {
            fields.retain(|_, value| stays(value, absent, gone));
        }
        Value::List(items) => {
            for item in items {
                if !stays(item, absent, gone) {
                    *item = Value::Null;
                }
            }
        }
        _ => {}
    }
    true
}

/// The key of a type's name that nobody asked for.
const MARK: &str = "sandboxTypename";

/// Asks for the name of each object's type too: async-graphql takes an object without fields, as a
/// union without a fitting fragment is, for `null`.
pub(super) fn mark_objects(document: &mut ExecutableDocument) {
    let Some(mark) = mark() else { return };
    for operation in operations(document) {
        mark_below(&mut operation.selection_set.node, &mark);
    }
    for fragment in document.fragments.values_mut() {
        mark_below(&mut fragment.node.selection_set.node, &mark);
    }
}

fn mark() -> Option<Positioned<Selection>> {
    let document = parse_query(format!("{{{MARK}:__typename}}")).ok()?;
    let (_, operation) = document.operations.iter().next()?;
    operation.node.selection_set.node.items.first().cloned()
}

fn mark_below(selections: &mut SelectionSet, mark: &Positioned<Selection>) {
    for selection in &mut selections.items {
        match &mut selection.node {
            Selection::Field(field) => {
                let inner = &mut field.node.selection_set.node;
                mark_below(inner, mark);
                if !inner.items.is_empty() {
                    inner.items.push(mark.clone());
                }
            }
            Selection::InlineFragment(fragment) => {
                mark_below(&mut fragment.node.selection_set.node, mark);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Takes what [`mark_objects`] asked for out of the answer again.
pub(super) fn unmark(data: &mut serde_json::Value) {
    match data {
        serde_json::Value::Object(fields) => {
            fields.shift_remove(MARK);
            fields.values_mut().for_each(unmark);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(unmark),
        _ => {}
    }
}
