//! `define`: every scope and kind, and nothing lost.

mod existing;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::env::{MAIN, TestEnv};

const PROJECT: [&str; 2] = ["-p", "lagoon-demo"];
const DRUSH: [&str; 4] = ["--service", "cli", "--command", "drush cr"];

fn mutations(env: &TestEnv) -> usize {
    env.sent(&[
        "addAdvancedTaskDefinition",
        "updateAdvancedTaskDefinition",
        "deleteAdvancedTaskDefinition",
    ])
}

fn shown(env: &TestEnv, task: &str) -> Value {
    let line = [&["show", task, "-o", "json"], &MAIN[..]].concat();
    env.tasks(&line).succeeds().json()
}

#[test]
fn define_says_how_to_invoke_the_task() {
    let env = TestEnv::bare();
    for (name, place, next) in [
        (
            "Warm up",
            &MAIN[..],
            "tasks invoke 'Warm up' -p lagoon-demo -e main -a FROM=VALUE",
        ),
        (
            "42",
            &PROJECT[..],
            "tasks invoke name:42 -p lagoon-demo -e ENVIRONMENT -a FROM=VALUE",
        ),
        (
            "Report",
            &["--group", "lagoon-demo-group"][..],
            "tasks invoke Report -p PROJECT -e ENVIRONMENT -a FROM=VALUE",
        ),
    ] {
        let args = ["--arg", "FROM:string", "--arg", "TO?:string", "-o", "table"];
        let line = [&["define", name], &args[..], &DRUSH[..], place].concat();
        // An equal definition is left unchanged.
        for _ in 0..2 {
            let defined = env.tasks(&line).succeeds();
            let last = defined.stderr.lines().last().unwrap();
            assert_eq!(last, format!("invoke it: {next}"), "{defined}");
        }
    }
}

#[test]
fn a_task_is_defined_on_every_scope() {
    let env = TestEnv::bare();
    for (name, place, scope) in [
        ("env", &MAIN[..], "environment"),
        ("proj", &PROJECT[..], "project"),
        ("group", &["--group", "lagoon-demo-group"][..], "group"),
    ] {
        let line = [&["define", name, "-o", "json"], &DRUSH[..], place].concat();
        let defined = env.tasks(&line).succeeds().json();
        assert_eq!(defined["scope"], scope);
        let seen = shown(&env, name);
        assert_eq!(
            (&seen["id"], &seen["scope"]),
            (&defined["id"], &defined["scope"])
        );
        assert_eq!(
            seen["permission"], "DEVELOPER",
            "ours, not Lagoon's default"
        );
    }
    let owner = env.as_role("platform-owner");
    let system = [
        &["define", "sys", "--scope", "system", "-o", "json"],
        &DRUSH[..],
    ]
    .concat();
    let refused = owner.tasks(&system);
    assert_snapshot!(refused.error(2), @r#"
    127.0.0.1 · the whole system
    {"error":{"kind":"usage","message":"confirmation required: Define `sys` for all projects of this Lagoon?","hints":["pass --yes to confirm"],"exitCode":2,"runs":[]}}
    "#);
    let confirmed = [&system[..], &["--yes"]].concat();
    let defined = owner.tasks(&confirmed).succeeds().json();
    assert_eq!(
        (&defined["scope"], &defined["systemWide"]),
        (&json!("system"), &json!(true))
    );
    assert_eq!(shown(&env, "sys")["scope"], "system");
}

#[test]
fn a_missing_group_is_reported_with_a_suggestion() {
    let env = TestEnv::bare();
    let line = [
        &["define", "Clear", "--group", "lagoon-dmeo-group"],
        &DRUSH[..],
    ]
    .concat();
    let output = env.tasks(&line);
    assert_eq!((output.code, mutations(&env)), (5, 0), "{output}");
    assert!(
        output.stderr.contains("did you mean `lagoon-demo-group`?"),
        "{output}"
    );
}

#[test]
fn define_warns_about_a_service_that_the_environment_lacks_and_lists_the_others() {
    let env = TestEnv::bare();
    env.sql("DELETE FROM service WHERE name = 'nginx' AND environment <> 101");
    let define = |name: &str, service: &str, place: &[&str]| {
        let line = ["define", name, "--command", "x", "-s", service];
        env.tasks(&[&line[..], place].concat()).succeeds().stderr
    };
    let develop = ["-p", "lagoon-demo", "-e", "develop"];
    let group = ["--group", "lagoon-demo-group"];
    for (name, place, words) in [
        (
            "A",
            &develop[..],
            "environment lagoon-demo/develop has no service `solr`",
        ),
        (
            "B",
            &PROJECT[..],
            "no environment of project lagoon-demo has the service `solr`",
        ),
    ] {
        let before = env.requests().len();
        define(&format!("{name} without a warning"), "cli", place);
        let usual = env.requests().len() - before;
        let before = env.requests().len();
        let said = define(name, "solr", place);
        assert!(said.contains(&format!("warning: {words}")), "{said}");
        assert!(said.contains("services: `cli`, "), "{said}");
        assert_eq!(env.requests().len() - before, usual, "{name}");
    }
    // Not all environments of a group are read.
    assert!(!define("C", "solr", &group).contains("service"));
    // One environment of the project is enough; an environment has to have it itself.
    assert!(!define("D", "nginx", &PROJECT).contains("service"));
    assert!(define("E", "nginx", &develop).contains("has no service `nginx`"));
    assert!(!define("F", "nginx", &MAIN).contains("service"));
    // So is a change of the service.
    let update = ["update", "D", "-s", "solr", "-p", "lagoon-demo"];
    let said = env.tasks(&update).succeeds().stderr;
    assert!(said.contains("has the service `solr`"), "{said}");
    let update = ["update", "D", "--description", "x", "-p", "lagoon-demo"];
    let said = env.tasks(&update).succeeds().stderr;
    assert!(!said.contains("has the service"), "{said}");
}

#[test]
fn every_kind_is_defined_with_all_fields() {
    let owner = TestEnv::bare().as_role("platform-owner");
    let line = [
        &[
            "define",
            "Everything",
            "--image",
            "acme/report:2",
            "--description",
            "All of it",
            "--permission",
            "maintainer",
            "--confirmation-text",
            "Really?",
            "--inject-deploy-token",
            "--inject-project-key",
            "--admin-only",
            "--arg",
            "A:string:First: of all",
            "--arg",
            "B?:numeric",
            "--arg",
            "C:environment",
            "--arg",
            "D?:other-environment",
            "--arg-default",
            "B=7",
            "-o",
            "json",
        ],
        &MAIN[..],
    ]
    .concat();
    let defined = owner.tasks(&line).succeeds().json();
    let seen = shown(&owner, "Everything");
    for field in [
        "type",
        "image",
        "description",
        "permission",
        "confirmationText",
        "adminOnlyView",
        "deployTokenInjection",
        "projectKeyInjection",
    ] {
        assert_eq!(defined[field], seen[field], "{field}");
        assert_ne!(seen[field], json!(false), "{field}");
    }
    let arguments = seen["advancedTaskDefinitionArguments"].as_array().unwrap();
    let types: Vec<_> = arguments
        .iter()
        .map(|a| a["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "STRING",
            "NUMERIC",
            "ENVIRONMENT_SOURCE_NAME",
            "ENVIRONMENT_SOURCE_NAME_EXCLUDE_SELF"
        ]
    );
    assert_eq!(arguments[0]["displayName"], "First: of all");
    assert_eq!(arguments[1]["defaultValue"], "7");
    assert_eq!(arguments[2]["range"], json!(["develop", "main", "pr-12"]));
    assert_eq!(arguments[3]["range"], json!(["develop", "pr-12"]));
}

#[test]
fn the_output_is_the_new_task_with_its_id_first() {
    let env = TestEnv::bare();
    let defined = |format| {
        let line = [&["define", format, "-o", format], &DRUSH[..], &MAIN].concat();
        env.tasks(&line).snapshot()
    };
    assert_snapshot!(defined("table"), @"
    exit code: 0
    ---- stdout
    table
    ID          1
    Type        command
    Scope       environment
    Permission  developer
    Service     cli
    Created     NOW (TIME)
    Command
      drush cr
    ---- stderr
    127.0.0.1 · environment lagoon-demo/main (production)
    defined
    invoke it: tasks invoke table -p lagoon-demo -e main
    ");
    assert_snapshot!(defined("tsv"), @"
    exit code: 0
    ---- stdout
    2	tsv	command	environment	developer	cli		drush cr		
    ---- stderr
    127.0.0.1 · environment lagoon-demo/main (production)
    defined
    ");
    assert_snapshot!(defined("id"), @"
    exit code: 0
    ---- stdout
    3
    ---- stderr
    127.0.0.1 · environment lagoon-demo/main (production)
    defined
    ");
}

#[test]
fn roles_without_permission_are_refused() {
    let env = TestEnv::bare().as_role("developer");
    let output = env.tasks(&[&["define", "x"], &DRUSH[..], &MAIN].concat());
    assert_snapshot!(output.error(4), @r#"
    127.0.0.1 · environment lagoon-demo/main (production)
    error: not allowed: Unauthorized: You don't have permission to "add:production" on "task"
    hint: this requires the role maintainer; you are a developer on lagoon-demo
    "#);
    let maintainer = TestEnv::bare();
    maintainer
        .tasks(&[&["define", "x", "--image", "a/b"], &MAIN[..]].concat())
        .ends_with(4);
}

#[test]
fn invalid_tasks_are_refused_before_any_request() {
    let env = TestEnv::bare();
    let refused = |line: &[&str]| {
        let line = [&["define"], line, &DRUSH, &MAIN].concat();
        env.tasks(&line).error(2)
    };
    assert_snapshot!(refused(&[]), @"
    error: no task name given, and no terminal to prompt on
    hint: name the task: tasks define NAME … (see `tasks define --help`)
    ");
    assert_snapshot!(refused(&["  "]), @"error: the task's NAME is empty");
    let shown = refused(&["Go 🚀"]);
    assert_snapshot!(shown, @"error: the task's NAME cannot be stored: it contains `🚀` (U+1F680); Lagoon's database cannot store 4-byte characters");
    let shown = refused(&[&"n".repeat(101)]);
    assert_snapshot!(shown, @"error: the task's NAME has 101 characters; at most 100 are allowed");
    assert_snapshot!(refused(&["x", "--arg", "A:int"]), @"
    error: --arg `A:int`: unknown type `int`
    hint: expected one of string, numeric, environment, other-environment
    ");
    let shown = refused(&["x", "--arg", "a-b"]);
    assert_snapshot!(shown, @"error: --arg `a-b` is not a valid shell variable name (letters, digits and `_`, no digit first)");
    let shown = refused(&["x", "--arg", "A", "--arg", "a"]);
    assert_snapshot!(shown, @"error: --arg `a` is defined twice (Lagoon ignores case, accents and trailing spaces in names)");
    let line = ["x", "--arg", "A:numeric", "--arg-default", "A=-1"];
    let shown = refused(&line);
    assert_snapshot!(shown, @"error: --arg `A` is numeric (digits and dots only), but its default `-1` is not");
    let shown = refused(&["x", "--arg-default", "A=1"]);
    assert_snapshot!(shown, @"error: --arg-default `A`: no --arg has that name");
    assert_snapshot!(refused(&["x", "--group", "g"]), @"
    error: -e cannot be used with --group
    hint: omit one of them
    ");
    assert_snapshot!(refused(&["x", "--scope", "project"]), @"
    error: -e cannot be used with --scope project
    hint: omit one of them
    ");
    assert_eq!(env.requests().len(), 0, "nothing was sent");
}

#[test]
fn incomplete_command_lines_are_refused_before_any_request() {
    let env = TestEnv::bare();
    let refused = |line: &[&str], more: &[&str]| {
        let line = [&["define", "x"], line, more].concat();
        env.tasks(&line).error(2)
    };
    assert_snapshot!(refused(&DRUSH, &[]), @"
    error: say where to define the task: -e, -p, --group or --scope
    hint: for an environment: -p PROJECT -e ENVIRONMENT; for a project: -p PROJECT; for a group: --group GROUP; for the whole Lagoon: --scope system
    ");
    let shown = refused(&["-s", "cli"], &MAIN);
    assert_snapshot!(shown, @"
    error: no command or image given
    hint: pass --command, --command-file or --image
    ");
    let shown = refused(&["--command", "true"], &MAIN);
    assert_snapshot!(shown, @"error: --service is missing; a command cannot run without a service");
    let line = ["-s", "cli", "--command-file", "nosuch.sh"];
    let shown = refused(&line, &MAIN);
    assert_snapshot!(shown, @"error: --command-file: cannot read nosuch.sh: No such file or directory (os error 2)");
    let line = ["-s", "cli", "--command-file", "-"];
    assert_snapshot!(refused(&line, &MAIN), @"error: --command-file: stdin is empty");
    let line = ["-s", "cli", "--command", &"x".repeat(65_536)];
    let shown = refused(&line, &MAIN);
    assert_snapshot!(shown, @"error: --command has 65536 bytes; at most 65535 are allowed");
    let line = ["--arg", "E:environment", "--arg-default", "E=main"];
    let line = [&line[..], &DRUSH].concat();
    let shown = refused(&line, &PROJECT);
    assert_snapshot!(shown, @"error: --arg `E` takes the name of an environment; only a task of a single environment can set its default");
    assert_eq!(env.requests().len(), 0, "nothing was sent");
}

#[test]
fn a_default_must_be_an_existing_environment() {
    let env = TestEnv::bare();
    let define = |default: &str| {
        let line = [
            "define",
            "x",
            "--arg",
            "E:other-environment",
            "--arg-default",
            default,
        ];
        env.tasks(&[&line, &DRUSH[..], &MAIN].concat())
    };
    let output = define("E=nosuch");
    assert_snapshot!(output.error(2), @"error: the default `nosuch` of the argument `E` must be one of develop, pr-12");
    define("E=main").ends_with(2);
    define("E=develop").succeeds();
}

#[test]
fn commands_come_from_files_and_stdin() {
    let env = TestEnv::bare();
    let file = env.home.write("work/sync.sh", "set -e\r\necho \"$A\"\r\n");
    let line = [
        &[
            "define",
            "file",
            "-s",
            "cli",
            "--command-file",
            file.to_str().unwrap(),
        ],
        &MAIN[..],
    ]
    .concat();
    let output = env.tasks(&line).succeeds();
    assert!(output.stderr.contains("CRLF"), "{output}");
    assert_eq!(shown(&env, "file")["command"], "set -e\necho \"$A\"");
    let line = [
        &["define", "stdin", "-s", "cli", "--command-file", "-"],
        &MAIN[..],
    ]
    .concat();
    env.run(env.command(&line).stdin("drush cron\n")).succeeds();
    assert_eq!(shown(&env, "stdin")["command"], "drush cron");
}

#[test]
fn variables_complete_a_scope_but_do_not_select_it() {
    let env = TestEnv::bare();
    let line = [&["define", "x"], &DRUSH[..]].concat();
    let command = env
        .command(&line)
        .env("TASKS_PROJECT", "lagoon-demo")
        .env("TASKS_ENVIRONMENT", "main");
    assert_snapshot!(env.run(command).error(2), @"
    error: say where to define the task: -e, -p, --group or --scope
    hint: for an environment: -p PROJECT -e ENVIRONMENT; for a project: -p PROJECT; for a group: --group GROUP; for the whole Lagoon: --scope system
    ");
    let line = [
        &["define", "x", "--scope", "environment", "-o", "json"],
        &DRUSH[..],
    ]
    .concat();
    let command = env
        .command(&line)
        .env("TASKS_PROJECT", "lagoon-demo")
        .env("TASKS_ENVIRONMENT", "main");
    assert_eq!(env.run(command).succeeds().json()["environment"], 101);
}

#[test]
fn not_allowed_names_your_role_and_the_required_one() {
    let env = TestEnv::bare();
    let hint = |role: &str, line: &[&str]| {
        let output = env
            .as_role(role)
            .tasks(&[line, &["--yes"]].concat())
            .ends_with(4);
        let hint = output.stderr.lines().last().unwrap_or_default().to_owned();
        hint.trim_start_matches("hint: ").to_owned()
    };
    let define = [&["define", "x"], &DRUSH[..], &MAIN].concat();
    let image = [&["define", "x", "--image", "a/b"], &MAIN[..]].concat();
    let admin = [&["define", "x", "--admin-only"], &DRUSH[..], &MAIN].concat();
    let group = ["--group", "lagoon-demo-group"];
    let group = [&["define", "x"], &DRUSH[..], &group].concat();
    let exec = [&["exec", "-s", "cli", "--yes"], &MAIN[..], &["--", "true"]].concat();
    let owner = "this requires the role platform owner; you are a maintainer on lagoon-demo";
    for (role, line, expected) in [
        (
            "developer",
            &define,
            "this requires the role maintainer; you are a developer on lagoon-demo",
        ),
        ("maintainer", &image, owner),
        ("maintainer", &admin, owner),
        (
            "developer",
            &group,
            "this requires the role maintainer; your roles: lagoon-demo-group (developer)",
        ),
        (
            "outsider",
            &vec!["list", "-p", "lagoon-demo"],
            "this requires a role in a group of the project; you have no role on lagoon-demo",
        ),
    ] {
        assert_eq!(hint(role, line), expected, "{line:?}");
    }
    let output = env.as_role("guest").tasks(&exec).ends_with(4);
    let expected = "hint: this requires the role maintainer; you are a guest on lagoon-demo";
    assert!(output.stderr.contains(expected), "{output}");
    // Runs are found by their ids, in any project.
    let files = TestEnv::new()
        .as_role("guest")
        .tasks(&["cancel", "12", "--yes"]);
    assert!(!files.stderr.contains("on lagoon-demo\n"), "{files}");
}
