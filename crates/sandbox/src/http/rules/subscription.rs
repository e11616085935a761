//! What holds for subscriptions alone.

use std::collections::HashSet;

use async_graphql::Pos;
use async_graphql::parser::types::{Field, OperationDefinition, Selection, SelectionSet};

use super::Check;
use super::used::DEEPEST;

impl<'a> Check<'a> {
    /// A subscription has one field at its top.
    pub(super) fn single_field(&mut self, name: Option<&str>, operation: &'a OperationDefinition) {
        let who = match name {
            Some(name) => format!("Subscription \"{name}\""),
            None => "Anonymous Subscription".to_owned(),
        };
        let mut fields = Vec::new();
        let set = &operation.selection_set.node;
        self.root_fields(set, &mut HashSet::new(), &mut fields);
        let first = fields.first().map(|field| &field.response_key().node);
        let other = |field: &&&Field| Some(&field.response_key().node) != first;
        let more: Vec<Pos> = fields
            .iter()
            .filter(other)
            .map(|field| field.response_key().pos)
            .collect();
        if !more.is_empty() {
            self.fault(format!("{who} must select only one top level field."), more);
        }
        for field in fields.iter().filter(|f| f.name.node.starts_with("__")) {
            let message = format!("{who} must not select an introspection top level field.");
            self.fault(message, [field.response_key().pos]);
        }
    }

    /// The fields of a selection, those of its fragments among them.
    fn root_fields(
        &self,
        set: &'a SelectionSet,
        seen: &mut HashSet<&'a str>,
        fields: &mut Vec<&'a Field>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => fields.push(&field.node),
                Selection::InlineFragment(inline) => {
                    self.root_fields(&inline.node.selection_set.node, seen, fields);
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    if let Some(fragment) = self.document.fragments.get(name)
                        && seen.len() < DEEPEST
                        && seen.insert(name)
                    {
                        self.root_fields(&fragment.node.selection_set.node, seen, fields);
                    }
                }
            }
        }
    }
}
