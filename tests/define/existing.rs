//! `define` where a task of the name, or a part of it, exists.

use insta::assert_snapshot;
use lagoon_sandbox::Fault;
use serde_json::json;

use super::{DRUSH, PROJECT, mutations};
use crate::support::env::{MAIN, TestEnv};

#[test]
fn shadowing_is_reported_before_defining() {
    let env = TestEnv::bare();
    let define = |place: &[&str]| {
        let line = [&["define", "Clear", "-o", "id"], &DRUSH[..], place].concat();
        env.tasks(&line).succeeds()
    };
    let first = define(&PROJECT);
    assert!(!first.stderr.contains("hides"), "{first}");
    let narrower = define(&MAIN);
    let behind = format!(
        "on lagoon-demo/main (production), it hides the task {} of the scope project",
        first.stdout.trim()
    );
    assert!(narrower.stderr.contains(&behind), "{narrower}");
    let wider = define(&["--group", "lagoon-demo-group"]);
    let before = format!(
        "on lagoon-demo/main (production), the task {} of the scope environment hides it",
        narrower.stdout.trim()
    );
    assert!(wider.stderr.contains(&before), "{wider}");
}

#[test]
fn an_equal_task_is_unchanged_and_no_mutation_is_sent() {
    let env = TestEnv::bare();
    let line = [
        &[
            "define",
            "Übernahme",
            "--arg",
            "A?:numeric:x",
            "--arg-default",
            "A=1",
        ],
        &DRUSH[..],
        &MAIN,
    ]
    .concat();
    let first = env.tasks(&line).succeeds();
    let again = env.tasks(&line).succeeds();
    assert_eq!(mutations(&env), 1);
    assert_eq!(first.stdout, again.stdout);
    assert_snapshot!(again.snapshot(), @"
    exit code: 0
    ---- stdout
    1	Übernahme	command	environment	developer	cli		drush cr	A	
    ---- stderr
    unchanged: the same task is already defined
    ");
    // A decomposed name is sent composed, so it is the same.
    let decomposed = [
        &[
            "define",
            "U\u{308}bernahme",
            "--arg",
            "A?:numeric:x",
            "--arg-default",
            "A=1",
        ],
        &DRUSH[..],
        &MAIN,
    ]
    .concat();
    env.tasks(&decomposed).succeeds();
    assert_eq!(mutations(&env), 1);
}

#[test]
fn a_different_task_of_the_name_is_refused_with_a_diff() {
    let env = TestEnv::bare();
    let define = |more: &[&str]| env.tasks(&[&["define"], more, &MAIN[..]].concat());
    define(&["clear", "-s", "cli", "--command", "drush cr"]).succeeds();
    let output = define(&[
        "CLEAR",
        "-s",
        "cli",
        "--command",
        "drush cr all",
        "--permission",
        "guest",
    ]);
    assert_snapshot!(output.error(1), @r#"
    error: a different task `clear` (id 1) already exists on environment lagoon-demo/main (production)
    hint: name: Lagoon has "clear", you want "CLEAR"
    hint: command: Lagoon has "drush cr", you want "drush cr all"
    hint: permission: Lagoon has "developer", you want "guest"
    hint: to change it: tasks update id:1 -p lagoon-demo -e main --name CLEAR --command 'drush cr all' --permission guest
    "#);
    assert_eq!(mutations(&env), 1);
    // What Lagoon would drop silently is a difference too.
    for more in [
        &["--arg", "N"][..],
        &["--permission", "guest"],
        &["--confirmation-text", "Sure?"],
    ] {
        let line = [&["clear", "-s", "cli", "--command", "drush cr"], more].concat();
        define(&line).ends_with(1);
    }
    define(&["clear", "-s", "nginx", "--command", "drush cr"]).ends_with(1);
    assert_eq!(mutations(&env), 1);
}

#[test]
fn an_existing_invisible_definition_is_reported() {
    let env = TestEnv::bare();
    let add = "mutation($i:AdvancedTaskDefinitionInput!){addAdvancedTaskDefinition(input:$i){__typename}}";
    let hidden = json!({"i": {"name": "hidden", "type": "COMMAND", "description": "", "command": "drush cr",
        "service": "cli", "environment": 101, "permission": null}});
    let (_, answer) = env.graphql(add, hidden);
    assert_eq!(answer.get("errors"), None, "{answer}");
    let output = env.tasks(&[&["define", "hidden"], &DRUSH[..], &MAIN].concat());
    assert_snapshot!(output.error(1), @"
    127.0.0.1 · environment lagoon-demo/main (production)
    error: `hidden` already exists but is hidden from you: Lagoon kept the old definition (id 1) and ignored the new one
    hint: its permission, your role or another task of the same name hides it
    hint: sign in as a user who can see it, or delete it as a platform owner: tasks delete id:1 --unlisted
    ");
}

#[test]
fn an_incomplete_definition_is_completed_or_reported() {
    let env = TestEnv::bare();
    // The row is made, then the connection breaks: nothing is sent twice.
    env.sandbox()
        .fail_next("addAdvancedTaskDefinition", Fault::LoseResponse);
    let output = env.tasks(&[&["define", "lost"], &DRUSH[..], &MAIN].concat());
    assert_snapshot!(output.snapshot(), @"
    exit code: 0
    ---- stdout
    1	lost	command	environment	developer	cli		drush cr		
    ---- stderr
    127.0.0.1 · environment lagoon-demo/main (production)
    warning: http://127.0.0.1:PORT did not answer: connection closed before message completed; the task was defined anyway
    ");
    assert_eq!((output.code, mutations(&env)), (0, 1));
    // Nothing was made: that is the error.
    env.sandbox().refuse_next(
        "addAdvancedTaskDefinition",
        "connect ECONNREFUSED 127.0.0.1:3306",
    );
    let output = env.tasks(&[&["define", "none"], &DRUSH[..], &MAIN].concat());
    assert_snapshot!(output.error(1), @"
    127.0.0.1 · environment lagoon-demo/main (production)
    error: Lagoon refused: connect ECONNREFUSED 127.0.0.1:PORT
    ");
}

#[test]
fn concurrent_definitions_create_one_task() {
    let env = TestEnv::bare();
    let line = [&["define", "once"], &DRUSH[..], &MAIN].concat();
    let running: Vec<_> = (0..6).map(|_| env.command(&line).start()).collect();
    for one in running {
        one.finish().succeeds();
    }
    let listed = env
        .tasks(&[&["list", "-o", "name"], &MAIN[..]].concat())
        .succeeds();
    assert_eq!(listed.stdout, "once\n");
}

#[test]
fn a_system_wide_task_is_compared_without_a_project_too() {
    let owner = TestEnv::bare().as_role("platform-owner");
    let define = |command: &str| {
        let line = [
            "define",
            "sys",
            "--scope",
            "system",
            "-s",
            "cli",
            "--command",
            command,
            "--yes",
        ];
        owner.tasks(&line)
    };
    define("echo 1").succeeds();
    assert!(define("echo 1").succeeds().stderr.contains("unchanged"));
    assert!(
        define("echo 2")
            .ends_with(1)
            .stderr
            .contains("a different task")
    );
    assert_eq!(mutations(&owner), 1);
}

/// An add without a target succeeds on Lagoon and leaves a row that nothing lists.
#[test]
fn an_orphaned_definition_does_not_prevent_a_new_one() {
    let owner = TestEnv::bare().as_role("platform-owner");
    let add = "mutation($i:AdvancedTaskDefinitionInput!){addAdvancedTaskDefinition(input:$i){
        ... on AdvancedTaskDefinitionCommand{id}}}";
    let orphan = json!({"i": {"name": "lost", "type": "COMMAND", "description": "",
        "command": "drush cr", "service": "cli"}});
    let (_, answer) = owner.graphql(add, orphan);
    assert_eq!(
        answer["data"]["addAdvancedTaskDefinition"]["id"], 1,
        "{answer}"
    );
    let line = [
        &["define", "lost", "--scope", "system", "--yes"],
        &DRUSH[..],
    ]
    .concat();
    let defined = owner
        .tasks(&[&line[..], &["-o", "json"]].concat())
        .succeeds()
        .json();
    assert_eq!(
        (&defined["id"], &defined["scope"]),
        (&json!(2), &json!("system"))
    );
}
