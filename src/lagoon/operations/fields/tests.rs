//! The shared types have exactly the fields that the documents select: a field with another name
//! would be read as absent.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql_parser::parse_query;
use async_graphql_parser::types::{ExecutableDocument, Selection, SelectionSet};

use super::definition::{ArgumentFields, DefinitionFields};
use super::place::{EnvironmentFields, ProjectFields, ServiceFields};
use super::run::RunFields;
use crate::domain::field_names::field_names;

/// The operations whose replies have other types.
const OTHERS: &[&str] = &[
    "environments",
    "group_projects",
    "my_roles",
    "project_by_git_url",
    "projects",
    "run_changed",
    "run_files",
    "run_log",
    "ssh_portal",
    "system_wide",
    "upload_files",
];

/// The type of our own for the objects in a field.
fn kind(field: &str) -> Option<&'static str> {
    Some(match field {
        "addTask" | "invokeRegisteredTask" | "taskById" | "taskByTaskName" | "tasks" => "run",
        "project" | "projectByName" | "allProjects" => "project",
        "services" => "service",
        "advancedTaskDefinitionArguments" => "argument",
        "advancedTasks"
        | "allAdvancedTaskDefinitions"
        | "addAdvancedTaskDefinition"
        | "updateAdvancedTaskDefinition" => "definition",
        _ if field.starts_with("environment") => "environment",
        _ => return None,
    })
}

/// Adds the fields that are selected below a field of this kind.
fn collect(
    document: &ExecutableDocument,
    set: &SelectionSet,
    of: Option<&'static str>,
    found: &mut BTreeMap<&'static str, BTreeSet<String>>,
) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                let (name, below) = (&field.node.name.node, &field.node.selection_set.node);
                if let Some(of) = of {
                    found.entry(of).or_default().insert(name.to_string());
                }
                collect(document, below, kind(name), found);
            }
            Selection::FragmentSpread(spread) => {
                let fragment = &document.fragments[&spread.node.fragment_name.node];
                collect(document, &fragment.node.selection_set.node, of, found);
            }
            Selection::InlineFragment(fragment) => {
                collect(document, &fragment.node.selection_set.node, of, found);
            }
        }
    }
}

#[test]
fn types_match_the_selected_fields() {
    let mut found = BTreeMap::new();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/graphql");
    let folders = std::fs::read_dir(root).unwrap().flatten();
    for folder in folders.filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
            let path = file.path();
            if OTHERS.contains(&path.file_stem().unwrap().to_str().unwrap()) {
                continue;
            }
            let document = parse_query(std::fs::read_to_string(&path).unwrap()).unwrap();
            for (_, operation) in document.operations.iter() {
                let set = &operation.node.selection_set.node;
                collect(&document, set, None, &mut found);
            }
        }
    }
    let ours = BTreeMap::from([
        ("argument", field_names::<ArgumentFields>()),
        ("definition", field_names::<DefinitionFields>()),
        ("environment", field_names::<EnvironmentFields>()),
        ("project", field_names::<ProjectFields>()),
        ("run", field_names::<RunFields>()),
        ("service", field_names::<ServiceFields>()),
    ]);
    assert_eq!(found, ours);
}
