//! Ties three together: our operations and schema, Lagoon's schemas, the sandbox's schema.
//!
//! The client and the sandbox share no types, so a wrong name shows here and nowhere else.

use std::path::Path;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use serde_json::json;

use crate::support::schemas::{self, FLOOR, Release};
use crate::support::subset::{self, Mismatch};

fn schema(source: &str) -> Valid<Schema> {
    schemas::parse_schema(source, Path::new("sample.graphql")).unwrap()
}

/// Fails with every complaint at once.
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// With `TASKS_UPDATE_GRAPHQL=1` it copies the fragments into the documents instead.
#[test]
fn documents_contain_the_current_fragments() {
    let source = std::fs::read_to_string(schemas::folder().join("fragments.graphql")).unwrap();
    let fragments: Vec<(&str, &str)> = source
        .split("\n\n")
        .filter_map(|fragment| {
            let name = fragment.strip_prefix("fragment ")?.split(' ').next()?;
            Some((name, fragment.trim_end()))
        })
        .collect();
    let mut complaints = Vec::new();
    for document in schemas::documents() {
        let operation = document.source.split("\n\nfragment ").next().unwrap();
        let mut current = operation.trim_end().to_owned();
        // In the order of the file, in which a fragment is before those that it spreads.
        for (name, fragment) in &fragments {
            let is_spread = |line: &str| line.trim() == format!("...{name}");
            if current.lines().any(is_spread) {
                current = format!("{current}\n\n{fragment}");
            }
        }
        current.push('\n');
        if std::env::var_os("TASKS_UPDATE_GRAPHQL").is_some() {
            std::fs::write(schemas::folder().join(&document.name), current).unwrap();
        } else if document.source != current {
            complaints.push(format!(
                "{}: update it with TASKS_UPDATE_GRAPHQL=1 cargo test --test all graphql::",
                document.name
            ));
        }
    }
    none(&complaints);
}

#[test]
fn documents_are_valid_in_our_schema() {
    let documents = schemas::documents();
    assert!(!documents.is_empty(), "no operations under graphql/");
    let complaints: Vec<String> = documents
        .iter()
        .filter_map(|document| {
            let error = schemas::check_form(schemas::ours(), &document.source).err()?;
            Some(format!("{}: {error}", document.name))
        })
        .collect();
    none(&complaints);
}

#[test]
fn documents_are_valid_in_every_supported_release() {
    let mut complaints = Vec::new();
    for document in schemas::documents() {
        for release in schemas::releases() {
            if release.version >= document.since
                && let Err(error) = schemas::validate(&release.schema, &document.source)
            {
                complaints.push(format!("{} on {}: {error}", document.name, release.version));
            }
        }
    }
    none(&complaints);
}

#[test]
fn documents_are_valid_in_the_sandbox_schema() {
    let complaints: Vec<String> = schemas::documents()
        .iter()
        .filter_map(|document| {
            let error = schemas::validate(schemas::sandbox(), &document.source).err()?;
            Some(format!("{}: {error}", document.name))
        })
        .collect();
    none(&complaints);
}

/// The release that the sandbox answers as; `None` without `LAGOON_SCHEMAS`.
fn release_of_the_sandbox() -> Option<&'static Release> {
    let mut releases = schemas::releases().iter();
    let release = releases.find(|release| release.version.to_string() == "2.33.1");
    assert!(
        release.is_some() || schemas::releases().is_empty(),
        "LAGOON_SCHEMAS holds no 2.33.1"
    );
    release
}

#[test]
fn the_sandbox_schema_is_a_subset_of_lagoons_schema() {
    let Some(release) = release_of_the_sandbox() else {
        return;
    };
    let complaints: Vec<String> = subset::mismatches(schemas::sandbox(), &release.schema)
        .iter()
        .map(|mismatch| format!("{mismatch:?}"))
        .collect();
    none(&complaints);
}

/// Other clients, such as the `lagoon` CLI, select fields that `tasks` does not use.
#[test]
fn sandbox_types_have_all_plain_fields_of_lagoon() {
    let Some(release) = release_of_the_sandbox() else {
        return;
    };
    let mut complaints = Vec::new();
    for name in [
        "Project",
        "Environment",
        "EnvironmentService",
        "Openshift",
        "Kubernetes",
        "User",
        "Group",
        "Task",
        "AdvancedTaskDefinitionArgument",
        "AdvancedTaskDefinitionCommand",
        "AdvancedTaskDefinitionImage",
    ] {
        let theirs = subset::plain_fields(&release.schema, name);
        assert!(!theirs.is_empty(), "Lagoon has no type {name}");
        let ours = subset::plain_fields(schemas::sandbox(), name);
        let absent = theirs.iter().filter(|field| !ours.contains(*field));
        complaints.extend(absent.map(|field| format!("{name}.{field} is absent")));
    }
    none(&complaints);
}

#[test]
fn our_schema_is_a_subset_of_lagoons_schema() {
    let source = std::fs::read_to_string(schemas::folder().join("schema.graphql")).unwrap();
    let newer = subset::newer_than_the_floor(&source);
    let mut complaints = Vec::new();
    for release in schemas::releases() {
        for mismatch in subset::mismatches(schemas::ours(), &release.schema) {
            match mismatch {
                Mismatch::Absent(what) if subset::is_newer(&newer, &what, release.version) => {}
                other => complaints.push(format!("{}: {other:?}", release.version)),
            }
        }
    }
    none(&complaints);
}

/// A comment `# since` that is too late would excuse what needs no excuse.
#[test]
fn since_comments_name_the_right_release() {
    let source = std::fs::read_to_string(schemas::folder().join("schema.graphql")).unwrap();
    let newer = subset::newer_than_the_floor(&source);
    let mut complaints = Vec::new();
    for release in schemas::releases() {
        let absent: Vec<String> = subset::mismatches(schemas::ours(), &release.schema)
            .into_iter()
            .filter_map(|mismatch| match mismatch {
                Mismatch::Absent(what) => Some(what),
                Mismatch::Different(_) => None,
            })
            .collect();
        for (what, since) in &newer {
            if *since > release.version && !absent.contains(what) {
                complaints.push(format!("{what} is there in {} already", release.version));
            }
        }
    }
    none(&complaints);
}

#[test]
fn the_oldest_supported_release_is_among_those_checked() {
    let releases = schemas::releases();
    if let Some(first) = releases.first() {
        assert_eq!(first.version, FLOOR);
        assert!(releases.len() >= 13, "{} releases", releases.len());
    }
}

#[test]
fn a_folder_without_schemas_is_a_failure() {
    let empty = tempfile::tempdir().unwrap();
    assert!(schemas::read_releases(empty.path()).is_err());
    assert!(schemas::read_releases(&empty.path().join("nowhere")).is_err());
}

#[test]
fn the_form_of_a_document_is_checked() {
    let schema = schema("type Query { a: Int b: Int }");
    let form = |source| schemas::check_form(&schema, source);
    assert!(form("# since 2.18.0\nquery A { a ...F }\nfragment F on Query { b }").is_ok());
    assert!(form("{ a }").is_err(), "no name");
    assert!(form("query A { a } query B { b }").is_err(), "two");
    assert!(form("fragment F on Query { b } query A { a ...F }").is_err());
    assert!(form("query A { ... on Query { a } }").is_err());
    assert!(form("query A { c }").is_err(), "unknown field");
    assert!(form("query A($x: Int) { a }").is_err(), "unused variable");
}

#[test]
fn a_guard_names_a_release_above_the_floor() {
    assert_eq!(schemas::since("query A { a }"), Ok(FLOOR));
    assert_eq!(
        schemas::since("# since 2.18.0: sourceUser\nquery A { a }"),
        Ok("2.18.0".parse().unwrap())
    );
    assert!(schemas::since("# since 2.15.4\nquery A { a }").is_err());
    assert!(schemas::since("# since yesterday\nquery A { a }").is_err());
}

#[test]
fn a_schema_that_is_no_subset_is_reported() {
    let whole = schema(
        "type Query { run(id: Int!, deep: Boolean = false): Run runs: [Run] u: U }
         type Run { id: Int name: String! kind: Kind }
         type Other { id: Int }
         union U = Run | Other
         enum Kind { A B }
         input In { a: Int! b: String }
         type Mutation { add(input: In!): Run }",
    );
    let found = |part: &str| subset::mismatches(&schema(part), &whole);
    let absent = |what: &str| vec![Mismatch::Absent(what.to_owned())];
    let different = |what: &str| vec![Mismatch::Different(what.to_owned())];
    let run = "type Run { id: Int }";

    assert_eq!(
        found(
            "type Query { run(id: Int!): Run u: U } type Run { id: Int kind: Kind }
             union U = Run enum Kind { B }
             type Mutation { add(input: In!): Run } input In { a: Int! }"
        ),
        []
    );
    assert_eq!(found("type Query { gone: Int }"), absent("Query.gone"));
    assert_eq!(
        found("type Query { runs: [Run] } type Run { id: Int label: Int }"),
        absent("Run.label")
    );
    assert_eq!(
        found("type Query { runs: [Run] } type Run { kind: Kind } enum Kind { A C }"),
        absent("Kind.C")
    );
    assert_eq!(
        found("type Query { runs: [Run] } type Run { name: String }"),
        different("Run.name: String, not String!")
    );
    assert_eq!(
        found(&format!("type Query {{ runs: Run }} {run}")),
        different("Query.runs: Run, not [Run]")
    );
    assert_eq!(
        found(&format!("type Query {{ run: Run }} {run}")),
        different("Query.run.id: left out, not required")
    );
    assert_eq!(
        found(&format!("type Query {{ run(id: Int): Run }} {run}")),
        different("Query.run.id: Int, not Int!")
    );
    assert_eq!(
        found(&format!(
            "type Query {{ run(id: Int!, deep: Boolean = true): Run }} {run}"
        )),
        different("Query.run.deep: Boolean = true, not Boolean = false")
    );
    assert_eq!(
        found(&format!(
            "type Query {{ run(id: Int!, far: Int): Run }} {run}"
        )),
        absent("Query.run.far")
    );
    assert_eq!(
        found(
            "type Query { u: Int } type Mutation { add(input: In!): Int } input In { b: String }"
        ),
        [
            Mismatch::Different("Query.u: Int, not U".to_owned()),
            Mismatch::Different("Mutation.add: Int, not Run".to_owned()),
            Mismatch::Different("In.a: left out, not required".to_owned()),
        ]
    );
    assert_eq!(
        found("type Query { u: Int } input Run { id: Int }"),
        [
            Mismatch::Different("Query.u: Int, not U".to_owned()),
            Mismatch::Different("Run: input, not type".to_owned()),
        ]
    );
}

#[test]
fn plain_fields_have_scalars_and_enums() {
    let schema = schema(
        "type Query { b: String! a(x: Int): [Kind!] run: Query when: Date u: [U] }
         enum Kind { A } scalar Date union U = Query",
    );
    assert_eq!(subset::plain_fields(&schema, "Query"), ["a", "b", "when"]);
    assert!(subset::plain_fields(&schema, "Other").is_empty());
}

#[test]
fn since_comments_are_parsed() {
    let newer = subset::newer_than_the_floor(
        "type Task {\n  id: Int\n  # since 2.18.0; nobody before\n  sourceUser: String\n}\n\
         # since 2.30.0\ninput Form {\n  task: Int!\n}\n",
    );
    let is_newer = |what, release: &str| subset::is_newer(&newer, what, release.parse().unwrap());
    assert!(is_newer("Task.sourceUser", "2.16.0"));
    assert!(!is_newer("Task.sourceUser", "2.18.0"));
    assert!(!is_newer("Task.id", "2.16.0"));
    assert!(is_newer("Form", "2.18.0"));
    assert!(is_newer("Form.task", "2.18.0"));
    assert!(!is_newer("Form.task", "2.30.0"));
}

#[test]
fn variables_are_coerced_like_on_a_server() {
    let schema = schema(
        "type Query { a(id: Int!, input: In, kind: Kind, all: [String!]): Int }
         input In { id: Int! name: String sub: [In] } enum Kind { A B }",
    );
    let document = "query A($id: Int!, $input: In, $kind: Kind, $all: [String!]) {
        a(id: $id, input: $input, kind: $kind, all: $all) }";
    let check = |variables| schemas::validate_variables(&schema, document, &variables);

    assert_eq!(check(json!({"id": 1})), Ok(()));
    assert_eq!(
        check(json!({"id": 1, "kind": "A", "all": ["x"],
            "input": {"id": 2, "name": null, "sub": [{"id": 3}]}})),
        Ok(())
    );
    for bad in [
        json!({}),
        json!({"id": null}),
        json!({"id": "1"}),
        json!({"id": 1.5}),
        json!({"id": 2_147_483_648_i64}),
        json!({"id": 1, "kind": "C"}),
        json!({"id": 1, "all": [null]}),
        json!({"id": 1, "all": [2]}),
        json!({"id": 1, "input": {"name": "n"}}),
        json!({"id": 1, "input": {"id": 2, "more": 3}}),
        json!({"id": 1, "input": {"id": 2, "sub": [{"id": 3, "more": 4}]}}),
        json!({"id": 1, "undeclared": 2}),
        json!([1]),
    ] {
        assert!(check(bad.clone()).is_err(), "{bad} was taken");
    }
}
