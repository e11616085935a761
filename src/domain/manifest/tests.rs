//! Files as people write them, as `export` writes them, and as they go wrong.

mod errors;

use proptest::prelude::*;

use super::*;
use crate::domain::field_names::field_names;
use crate::domain::task::difference::differences;
use crate::domain::{Argument, ArgumentKind, Permission, Scope, Work};

fn context<'a>(given: &'a [(String, String)]) -> ExpandContext<'a> {
    ExpandContext {
        given,
        environment: &|name| Ok((name == "FROM_ENV").then(|| "of the process".to_owned())),
        command_file: &|file, path| {
            if path == "sync.sh" {
                Ok(format!("# {file}\nsync ${{service}} ${{HOME}}"))
            } else {
                Err(format!("cannot read {path}"))
            }
        },
        fallback: None,
        only: None,
        lenient: false,
    }
}

fn source(text: &str) -> Vec<SourceFile> {
    vec![SourceFile {
        name: "tasks.yml".to_owned(),
        text: text.to_owned(),
    }]
}

fn parse(text: &str) -> Result<Desired, Vec<Fault>> {
    read(&source(text), &context(&[]))
}

/// The faults of a file, as they are shown.
fn faults(text: &str) -> Vec<String> {
    match parse(text) {
        Ok(desired) => desired.violations(),
        Err(faults) => faults,
    }
    .iter()
    .map(ToString::to_string)
    .collect()
}

const FULL: &str = "\
version: 1
lagoon: https://api.example.com/graphql
projects:
  shop: {service: cli, rows: 0755}
  blog:
variables:
  service: php
  rows: 1.10
  who: {from_env: FROM_ENV, default: nobody}
tasks:
  - name: Clear ${service}
    description: In ${project}, by ${who}
    command: |
      drush cr ${HOME} $${project}
    service: ${service}
    arguments:
      - name: ROWS
        type: numeric
        default: ${rows}
        optional: true
  - name: Sync
    environment: main
    command_file: sync.sh
    service: cli
    permission: maintainer
    confirm: 'Really?'
  - name: Report
    group: acme
    image: acme/report:${rows}
  - name: Everywhere
    system: true
    image: a/b
absent:
  - Old ${project}
  - {name: Older, group: acme}
";

#[test]
fn a_complete_task_file_is_read() {
    let given = [("rows".to_owned(), "7".to_owned())];
    let desired = read(&source(FULL), &context(&given)).expect("read");
    let shown: Vec<String> = desired
        .tasks
        .iter()
        .map(|w| format!("{}: {}", w.scope, w.definition.name))
        .collect();
    assert_eq!(
        shown,
        [
            "project shop: Clear cli",
            "project blog: Clear php",
            "environment shop/main: Sync",
            "environment blog/main: Sync",
            "group acme: Report",
            "the whole system: Everywhere",
        ]
    );
    let clear = &desired.tasks[0].definition;
    assert_eq!(clear.command(), Some("drush cr ${HOME} ${project}\n"));
    assert_eq!(clear.description, "In shop, by of the process");
    assert_eq!(clear.permission, Permission::Developer);
    assert_eq!(clear.arguments()[0].default.as_deref(), Some("7"));
    assert!(clear.arguments()[0].optional);
    let sync = &desired.tasks[3].definition;
    assert_eq!(sync.command(), Some("# tasks.yml\nsync php ${HOME}"));
    let retired: Vec<String> = desired
        .retired
        .iter()
        .map(|r| format!("{}: {}", r.scope, r.name))
        .collect();
    assert_eq!(
        retired,
        [
            "project shop: Old shop",
            "project blog: Old blog",
            "group acme: Older"
        ]
    );
    assert_eq!(desired.scopes.len(), 6);
    assert_eq!(desired.violations(), []);
}

#[test]
fn flags_override_project_values_environment_and_defaults() {
    let rows = |given: &[(String, String)]| {
        let desired = read(&source(FULL), &context(given)).expect("read");
        let default = |n: usize| desired.tasks[n].definition.arguments()[0].default.clone();
        (default(0), default(1))
    };
    assert_eq!(rows(&[]), (Some("0755".into()), Some("1.10".into())));
}

#[test]
fn anchors_crlf_and_words_in_other_case_are_accepted() {
    let text = "\u{feff}version: 1\r\nproject: p\r\ntasks:\r\n  - &a\r\n    name: a\r\n    command: |\r\n      \
        x\r\n      y\r\n    service: c\r\n    permission: MainTainer\r\n  - <<: *a\r\n    name: b\r\n";
    let desired = parse(text).expect("read");
    let [a, b] = desired.tasks.as_slice() else {
        panic!("{desired:?}");
    };
    assert_eq!(a.definition.work, Work::Command("x\ny\n".to_owned()));
    assert_eq!(b.definition.permission, Permission::Maintainer);
    assert_eq!(
        (&*b.definition.name, &b.definition.work),
        ("b", &a.definition.work)
    );
    // Names are the same in either form of Unicode.
    let twice = "version: 1\nproject: p\ntasks:\n  - {name: \u{dc}b, image: x}\n  - {name: U\u{308}b, image: x}\n";
    assert!(
        faults(twice)[0].contains("is already defined"),
        "{:?}",
        faults(twice)
    );
}

/// A file of many thousand tasks takes no longer than it has to, and one that explodes is refused.
#[test]
fn large_files_are_read_and_exploding_ones_refused() {
    let line = |n: usize| format!("  - {{name: t{n}, command: a, service: c}}\n");
    let many: String = (0..10_000).map(line).collect();
    let desired = parse(&format!("version: 1\nproject: p\ntasks:\n{many}")).expect("read");
    assert_eq!(desired.tasks.len(), 10_000);
    let mut bomb = "version: 1\na: &a [x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, before) in ["b", "c", "d", "e", "f", "g"]
        .iter()
        .zip(["a", "b", "c", "d", "e", "f"])
    {
        let all = vec![format!("*{before}"); 8].join(", ");
        bomb.push_str(&format!("{name}: &{name} [{all}]\n"));
    }
    assert!(
        faults(&bomb)[0].contains("too large"),
        "{:?}",
        faults(&bomb)
    );
}

#[test]
fn a_single_project_can_be_selected() {
    let context = ExpandContext {
        only: Some("BLOG"),
        ..context(&[])
    };
    let desired = read(&source(FULL), &context).expect("read");
    assert_eq!(desired.tasks.len(), 2);
    assert!(desired.scopes.iter().all(|s| s.project() == Some("blog")));
}

#[test]
fn types_and_schema_have_the_same_keys() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).expect("JSON");
    let keys = |pointer: &str| {
        let found = schema.pointer(pointer).and_then(|p| p.as_object());
        found.expect(pointer).keys().cloned().collect()
    };
    assert_eq!(field_names::<form::FileForm>(), keys("/properties"));
    let task = keys("/$defs/task/properties");
    assert_eq!(field_names::<form::TaskForm>(), task);
    let argument = keys("/$defs/argument/properties");
    assert_eq!(field_names::<form::ArgumentForm>(), argument);
    let absent = keys("/properties/absent/items/oneOf/1/properties");
    assert_eq!(field_names::<form::ScopedAbsent>(), absent);
    let variable = keys("/properties/variables/additionalProperties/oneOf/1/properties");
    assert_eq!(field_names::<form::Declaration>(), variable);
}

fn any_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "Grüße",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\t",
        "\r",
        ":",
        ": ",
        "#",
        " #",
        "'",
        "\"",
        "\\",
        "$",
        "${project}",
        "$${project}",
        "${HOME}",
        "{",
        "}",
        "[",
        "-",
        "- ",
        "?",
        "|",
        ">",
        "%",
        "@",
        "`",
        "&",
        "*",
        "!",
        "~",
        "null",
        "yes",
        "0x1",
        "1.0",
        "<<",
        "=",
        ",",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{7f}",
        "\u{1}",
        "---",
        "...",
        "日本",
    ]);
    prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}

fn any_argument() -> impl Strategy<Value = Argument> {
    let kinds = ArgumentKind::WORDS.map(|w| ArgumentKind::parse(w).expect("a kind"));
    (
        any_text(),
        prop::option::of(any_text().prop_filter("not empty", |t| !t.is_empty())),
        prop::sample::select(kinds.to_vec()),
        prop::option::of(any_text()),
        any::<bool>(),
    )
        .prop_map(|(name, display_name, kind, default, optional)| Argument {
            name,
            display_name,
            kind,
            default,
            optional,
            range: None,
        })
}

fn any_definition() -> impl Strategy<Value = Definition> {
    let not_empty = || prop::option::of(any_text().prop_filter("not empty", |t| !t.is_empty()));
    let permissions = vec![
        Permission::Guest,
        Permission::Developer,
        Permission::Maintainer,
    ];
    (
        any_text(),
        any_text(),
        any_text(),
        any::<bool>(),
        not_empty(),
        not_empty(),
        prop::sample::select(permissions),
        any::<[bool; 3]>(),
        prop::collection::vec(any_argument(), 0..3),
    )
        .prop_map(
            |(
                name,
                description,
                content,
                is_image,
                service,
                confirm,
                permission,
                flags,
                arguments,
            )| {
                Definition {
                    id: 7,
                    // Names are sent as NFC, so that is how Lagoon has them.
                    name: crate::domain::names::nfc(&name),
                    description,
                    work: if is_image {
                        Work::Image(content)
                    } else {
                        Work::Command(content)
                    },
                    service,
                    scope: Scope::Project(1),
                    permission,
                    confirmation_text: confirm,
                    deploy_token_injection: flags[0],
                    project_key_injection: flags[1],
                    admin_only_view: flags[2],
                    created: String::new(),
                    arguments: Some(arguments),
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn written_task_files_round_trip(definition in any_definition(), environment in any_text()) {
        for scope in [
            ScopeName::Project("shop".to_owned()),
            ScopeName::Environment { project: "shop".to_owned(), environment: environment.clone() },
            ScopeName::Group(environment.clone()),
            ScopeName::System,
        ] {
            let exported = write(Some("shop"), &[(scope.clone(), definition.clone())]);
            let desired = parse(&exported.text)
                .map_err(|faults| TestCaseError::fail(format!("{}\n{}", faults[0], exported.text)))?;
            let [wanted] = desired.tasks.as_slice() else {
                return Err(TestCaseError::fail("not one task"));
            };
            prop_assert_eq!(&wanted.scope, &scope, "\n{}", exported.text);
            prop_assert_eq!(differences(&definition, &wanted.definition), [], "\n{}", exported.text);
        }
    }
}

const EXPORTED: &str = "\
version: 1
project: shop

tasks:
  - name: Clear cli
    description: In shop, by of the process
    command: |
      drush cr ${HOME} $${project}
    service: cli
    permission: developer
    arguments:
      - name: ROWS
        type: numeric
        default: \"0755\"
        optional: true

  - name: Sync
    environment: main
    command: |-
      # tasks.yml
      sync cli ${HOME}
    service: cli
    permission: maintainer
    confirm: Really?

  - name: Report
    group: acme
    image: acme/report:1.10
    permission: developer

  - name: Everywhere
    system: true
    image: a/b
    permission: developer
";

#[test]
fn an_export_is_readable_and_stable() {
    let desired = read(&source(FULL), &context(&[])).expect("read");
    let mut tasks: Vec<(ScopeName, Definition)> = desired
        .tasks
        .into_iter()
        .filter(|w| w.scope.project() != Some("blog"))
        .map(|w| (w.scope, w.definition))
        .collect();
    let exported = write(Some("shop"), &tasks);
    tasks.reverse();
    assert_eq!(write(Some("shop"), &tasks), exported);
    assert_eq!(exported.text, EXPORTED);
}

#[test]
fn tasks_without_a_file_form_are_left_out_and_named() {
    let mut definition = parse(FULL).expect("read").tasks.remove(0).definition;
    definition.permission = Permission::Missing;
    let exported = write(None, &[(ScopeName::System, definition)]);
    assert_eq!(exported.tasks, 0);
    assert_eq!(
        exported.left_out[0].why,
        "has no permission, so it is hidden from all users"
    );
    assert!(parse(&exported.text).is_ok_and(|d| d.tasks.is_empty()));
}
