//! Documents before execution: root fields, the fault of Lagoon's plugin, absent variables.

use async_graphql::Name;
use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::parser::{Positioned, parse_query};
use async_graphql_value::Value;
use serde_json::{Map, Value as JsonValue, json};

use super::GraphQl;
use super::execute::ExecutionOutcome;

/// The names of a request's root fields, without `__typename`; none if it cannot be parsed.
pub(in crate::http) fn root_fields(request: &GraphQl) -> Vec<String> {
    let Ok(document) = parse_query(request.query.as_str().unwrap_or_default()) else {
        return Vec::new();
    };
    let fields = document
        .operations
        .iter()
        .flat_map(|(_, operation)| fields(&operation.node));
    fields
        .map(|field| field.name.node.to_string())
        .filter(|name| name != "__typename")
        .collect()
}

pub(in crate::http) fn root_values(request: &GraphQl) -> Map<String, JsonValue> {
    let document = parse_query(request.query.as_str().unwrap_or_default());
    let operations = document
        .iter()
        .flat_map(|document| document.operations.iter());
    operations
        .flat_map(|(_, operation)| null_values(&operation.node))
        .collect()
}

pub(in crate::http) fn null_values(operation: &OperationDefinition) -> Map<String, JsonValue> {
    let root = match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let values = fields(operation).map(|field| {
        let value = match field.name.node.as_str() {
            "__typename" => root.into(),
            _ => JsonValue::Null,
        };
        (field.response_key().node.to_string(), value)
    });
    values.collect()
}

/// The reply to a valid request that a test or the transport refuses.
pub(in crate::http) fn refused(data: Map<String, JsonValue>, message: &str) -> ExecutionOutcome {
    let failed = data.iter().find(|(_, value)| value.is_null());
    let path: Vec<_> = failed.map(|(key, _)| key).into_iter().collect();
    let error = json!({"message": message, "path": path});
    ExecutionOutcome {
        status: 200,
        body: json!({"errors": [error], "data": data}),
    }
}

fn fields(operation: &OperationDefinition) -> impl Iterator<Item = &Field> {
    let items = operation.selection_set.node.items.iter();
    items.filter_map(|selection| match &selection.node {
        Selection::Field(field) => Some(&field.node),
        _ => None,
    })
}

/// Detects an inline fragment at the root of the first definition, on which a plugin of Lagoon fails.
pub(in crate::http) fn crashes_plugin(document: &ExecutableDocument) -> bool {
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

/// Removes the uses of absent variables: absent and `null` differ for Lagoon.
pub(in crate::http) fn drop_absent(
    document: &mut ExecutableDocument,
    given: &Map<String, JsonValue>,
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
    let mut removed = Vec::new();
    visit_fields(document, &mut |field| {
        let arguments = &mut field.arguments;
        arguments.retain_mut(|(_, value)| keep_value(&mut value.node, &absent, &mut removed));
    });
    // Unused variables stay, for validation.
    for operation in operations(document) {
        operation
            .variable_definitions
            .retain(|definition| !removed.contains(&definition.node.name.node));
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

fn visit_fields(document: &mut ExecutableDocument, visit: &mut impl FnMut(&mut Field)) {
    for operation in operations(document) {
        visit_below(&mut operation.selection_set.node, visit);
    }
    for fragment in document.fragments.values_mut() {
        visit_below(&mut fragment.node.selection_set.node, visit);
    }
}

fn visit_below(selections: &mut SelectionSet, visit: &mut impl FnMut(&mut Field)) {
    for selection in &mut selections.items {
        match &mut selection.node {
            Selection::Field(field) => {
                visit(&mut field.node);
                visit_below(&mut field.node.selection_set.node, visit);
            }
            Selection::InlineFragment(fragment) => {
                visit_below(&mut fragment.node.selection_set.node, visit);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Removes absent variables from a value. False if the value itself is one.
fn keep_value(value: &mut Value, absent: &[Name], removed: &mut Vec<Name>) -> bool {
    match value {
        Value::Variable(name) if absent.contains(name) => {
            removed.push(name.clone());
            return false;
        }
        Value::Object(fields) => {
            fields.retain(|_, value| keep_value(value, absent, removed));
        }
        Value::List(items) => {
            for item in items {
                if !keep_value(item, absent, removed) {
                    *item = Value::Null;
                }
            }
        }
        _ => {}
    }
    true
}

const MARK: &str = "sandboxTypename";

/// Selects `__typename` of each object, because async-graphql makes objects without fields `null`.
pub(in crate::http) fn mark_objects(document: &mut ExecutableDocument) {
    let Some(mark) = mark() else { return };
    visit_fields(document, &mut |field| {
        let inner = &mut field.selection_set.node.items;
        if !inner.is_empty() {
            inner.push(mark.clone());
        }
    });
}

fn mark() -> Option<Positioned<Selection>> {
    let document = parse_query(format!("{{{MARK}:__typename}}")).ok()?;
    let (_, operation) = document.operations.iter().next()?;
    operation.node.selection_set.node.items.first().cloned()
}

pub(in crate::http) fn unmark(data: &mut JsonValue) {
    match data {
        JsonValue::Object(fields) => {
            fields.shift_remove(MARK);
            fields.values_mut().for_each(unmark);
        }
        JsonValue::Array(items) => items.iter_mut().for_each(unmark),
        _ => {}
    }
}
