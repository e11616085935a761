//! Round trips through a Lagoon with its oddities: an export describes the tasks that exist.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::support::env::TestEnv;

const PLACE: [&str; 2] = ["-p", "lagoon-demo"];

/// A text that Lagoon keeps as it is, with all that YAML or a shell might take for something else.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "Grüße",
        " ",
        "\n",
        "\n\n",
        "\t",
        "\r\n",
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
        "- ",
        "|",
        ">",
        "%",
        "*",
        "!",
        "~",
        "null",
        "yes",
        "1.0",
        "\u{85}",
        "\u{2028}",
        "\u{7f}",
        "---\n",
        "U\u{308}",
    ]);
    prop::collection::vec(pieces, 1..7).prop_map(|pieces| pieces.concat())
}

type Task = (
    String,
    String,
    String,
    Option<String>,
    Vec<(String, Option<String>, bool)>,
);

fn task() -> impl Strategy<Value = Task> {
    let argument = (text(), prop::option::of(text()), any::<bool>());
    (
        text(),
        text(),
        text(),
        prop::option::of(text()),
        prop::collection::vec(argument, 0..3),
    )
}

/// Puts tasks into the Lagoon as other clients could have.
fn fill(env: &TestEnv, tasks: &[Task], environment: bool) {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let (project, environment) = if environment {
        ("NULL", "101")
    } else {
        ("42", "NULL")
    };
    let mut statements = String::new();
    for (position, (name, description, command, confirm, arguments)) in tasks.iter().enumerate() {
        let id = position + 1;
        // Names that the database takes for one cannot be there twice but by renaming.
        let name = quoted(&format!("{id} {name}"));
        let confirm = confirm.as_deref().map_or("NULL".to_owned(), quoted);
        statements.push_str(&format!(
            "INSERT INTO definition (id, name, description, image, service, type, environment, project, permission, command,
               confirmation_text, deploy_token_injection, project_key_injection, admin_only_view, system_wide, created)
             VALUES ({id}, {name}, {}, '', 'cli', 'COMMAND', {environment}, {project}, 'GUEST', {}, {confirm}, 0, 1, 0, 0,
               '2024-01-01 00:00:00');\n",
            quoted(description),
            quoted(command),
        ));
        for (name, default, optional) in arguments {
            statements.push_str(&format!(
                "INSERT INTO argument (definition, name, type, default_value, optional) VALUES ({id}, {}, 'STRING', {}, {});\n",
                quoted(name),
                default.as_deref().map_or("NULL".to_owned(), quoted),
                i32::from(*optional),
            ));
        }
    }
    env.sql(&statements);
}

#[test]
fn an_export_never_differs_from_lagoon() {
    let mut runner = TestRunner::new(Config::with_cases(12));
    let cases = (prop::collection::vec(task(), 1..5), any::<bool>());
    runner
        .run(&cases, |(tasks, environment)| {
            let env = TestEnv::bare();
            fill(&env, &tasks, environment);
            let place = if environment {
                &["-p", "lagoon-demo", "-e", "main"][..]
            } else {
                &PLACE[..]
            };
            let exported = env.tasks(&[&["export"], place].concat()).succeeds();
            prop_assert_eq!(exported.stderr, "");
            env.home.write("work/.lagoon/tasks.yml", &exported.stdout);
            let plan = env
                .tasks(&["diff", "--prune", "-o", "json"])
                .succeeds()
                .json();
            prop_assert_eq!(&plan["summary"]["unchanged"], &json!(tasks.len()));
            let again = env.tasks(&[&["export"], place].concat()).succeeds();
            prop_assert_eq!(again.stdout, exported.stdout);
            Ok(())
        })
        .unwrap();
}

/// Tasks that may be defined, as files say them.
fn file() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["A", "B", "Straße", "Über uns"]);
    let scope = prop::sample::select(vec![
        "",
        "environment: main, ",
        "group: lagoon-demo-group, ",
    ]);
    let task = (
        name,
        scope,
        "[a-z$ {}\"'#:]{1,12}",
        prop::sample::select(vec!["guest", "maintainer"]),
        prop::collection::btree_map("[A-C]", prop::option::of("[a-z ]{0,3}"), 0..3),
    );
    prop::collection::vec(task, 0..6).prop_map(|tasks| {
        let mut text = "version: 1\nproject: lagoon-demo\ntasks:\n".to_owned();
        let mut known = Vec::new();
        for (name, scope, command, permission, arguments) in tasks {
            // A group's task that others hide on every environment can never be read.
            let name = if scope.starts_with("group") { format!("{name} of all") } else { name.to_owned() };
            if known.contains(&(name.clone(), scope)) {
                continue;
            }
            known.push((name.clone(), scope));
            let arguments: Vec<String> = arguments
                .into_iter()
                .map(|(name, default)| match default {
                    Some(default) => format!("{{name: {name}, default: {}}}", json!(default)),
                    None => format!("{{name: {name}, optional: true}}"),
                })
                .collect();
            let command = json!(format!("x{command}"));
            text.push_str(&format!(
                "  - {{name: {name}, {scope}command: {command}, service: cli, permission: {permission}, arguments: [{}]}}\n",
                arguments.join(", ")
            ));
        }
        text
    })
}

/// From any state to any other, a failure on the way or not, and applied again: nothing is left.
#[test]
fn applying_twice_changes_nothing_the_second_time() {
    use lagoon_sandbox::Fault;
    let mut runner = TestRunner::new(Config::with_cases(12));
    let operations = prop::sample::select(vec!["add", "update", "delete"]);
    let cases = (file(), file(), operations, 0..3_u8);
    runner
        .run(&cases, |(before, after, operation, fault)| {
            let env = TestEnv::bare();
            let apply = || {
                let mut line = vec!["apply", "--replace", "--allow-unverified", "--yes"];
                if std::fs::read_to_string(env.home.path("work/.lagoon/tasks.yml"))
                    .unwrap()
                    .contains("name")
                {
                    line.extend(["--prune", "--max-deletes", "50"]);
                }
                env.tasks(&line)
            };
            env.home.write("work/.lagoon/tasks.yml", &before);
            apply().succeeds();
            env.home.write("work/.lagoon/tasks.yml", &after);
            let fault = match fault {
                0 => None,
                1 => Some(Fault::LoseResponse),
                _ => Some(Fault::Message("broken".to_owned())),
            };
            if let Some(fault) = fault {
                env.sandbox()
                    .fail_next(&format!("{operation}AdvancedTaskDefinition"), fault);
            }
            apply();
            // A failure that waited for an operation that did not come may come now.
            apply();
            apply().succeeds();
            let before = env.requests().len();
            let output = apply().succeeds();
            prop_assert!(output.stderr.contains("nothing to do"), "{}", output);
            let changed = env.requests().split_off(before).into_iter().any(|r| {
                r.operations
                    .iter()
                    .any(|o| o.ends_with("AdvancedTaskDefinition"))
            });
            prop_assert!(!changed);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_group_and_all_environments_are_exported() {
    let env = TestEnv::bare();
    let define = |name: &str, place: &[&str]| {
        let line = [&["define", name, "-s", "cli", "--command", "a"], place].concat();
        env.tasks(&line).succeeds();
    };
    define("Of the group", &["--group", "lagoon-demo-group"]);
    define("Own", &["-p", "lagoon-demo", "-e", "develop"]);
    define("Wide", &PLACE);
    let group = env
        .tasks(&["export", "--group", "lagoon-demo-group"])
        .succeeds();
    assert_eq!(
        group.stdout,
        "version: 1\n\ntasks:\n  - name: Of the group\n    group: lagoon-demo-group\n    command: a\n    service: cli\n    \
         permission: developer\n"
    );
    let all = env
        .tasks(&["export", "-p", "lagoon-demo", "--with-environments"])
        .succeeds();
    assert!(
        all.stdout.contains("name: Own\n    environment: develop\n"),
        "{all}"
    );
    env.home.write("work/.lagoon/a.yml", all.stdout);
    env.tasks(&["diff", "-f", ".lagoon/a.yml", "--prune"])
        .succeeds();
    env.tasks(&["export", "-p", "nowhere"]).ends_with(5);
    env.tasks(&["export"]).ends_with(2);
    env.tasks(&["export", "-p", "lagoon-demo", "-o", "json"])
        .ends_with(2);
}
