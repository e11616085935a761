//! Variables of the process in a task file: which may be read, and that their values are not shown.

use serde_json::{Value, json};

use crate::support::env::TestEnv;
use crate::support::output::Output;

const SECRET: &str = "s3cret-of-the-pipeline";
const OTHER: &str = "an-0lder-secret";

/// Writes a file with one task whose command has the variable `key`.
fn file(env: &TestEnv, from_env: &str) {
    let text = format!(
        "version: 1\nproject: lagoon-demo\nvariables: {{key: {{from_env: {from_env}}}}}\ntasks:\n\
         - {{name: Deploy, command: 'deploy key --key=${{key}} now', service: cli}}\n"
    );
    env.home.write("work/.lagoon/tasks.yml", text);
}

/// Runs `tasks` with the variable set, and makes sure that its value is not shown.
#[track_caller]
fn run(env: &TestEnv, variables: &[(&str, &str)], args: &[&str]) -> Output {
    let command = variables
        .iter()
        .fold(env.command(args), |c, (name, value)| c.env(name, value));
    let output = env.run(command);
    for secret in [SECRET, OTHER] {
        for stream in [&output.stdout, &output.stderr] {
            assert!(!stream.contains(secret), "shows a value\n{output}");
        }
    }
    output
}

fn command_of(env: &TestEnv) -> String {
    let shown = env.tasks(&[
        "show",
        "Deploy",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "-o",
        "json",
    ]);
    shown.succeeds().json()["command"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn only_allowed_variables_are_read() {
    let env = TestEnv::bare();
    file(&env, "GITHUB_TOKEN");
    let variables = [("GITHUB_TOKEN", SECRET), ("TASKS_VAR_key", SECRET)];
    for line in [
        &["lint"][..],
        &["lint", "-o", "json"],
        &["diff"],
        &["diff", "-o", "markdown"],
        &["diff", "-o", "json"],
        &["apply", "--yes"],
        &[
            "diff",
            "--allow-env",
            "GITHUB",
            "--allow-env",
            "github_token",
        ],
    ] {
        let output = run(&env, &variables, line).ends_with(2);
        let said = format!("{}{}", output.stdout, output.stderr);
        assert!(said.contains("--allow-env GITHUB_TOKEN"), "{output}");
        assert!(said.contains("tasks.yml"), "{output}");
    }
    let allowed = ["--allow-env", "OTHER", "--allow-env", "GITHUB_TOKEN"];
    run(&env, &variables, &[&["lint"], &allowed[..]].concat()).succeeds();
    run(&env, &variables, &[&["diff"], &allowed[..]].concat()).ends_with(9);

    file(&env, "TASKS_VAR_other");
    run(&env, &[("TASKS_VAR_other", SECRET)], &["diff"]).ends_with(9);
    file(&env, "true");
    run(&env, &[("TASKS_VAR_key", SECRET)], &["apply", "--yes"]).succeeds();
    assert_eq!(command_of(&env), format!("deploy key --key={SECRET} now"));
    // Without a value the message says which variable would give one.
    let missing = run(&env, &[("key", SECRET)], &["diff"]).ends_with(2);
    assert!(missing.stderr.contains("TASKS_VAR_key"), "{missing}");
}

#[test]
fn a_forbidden_variable_is_one_error() {
    let env = TestEnv::bare();
    file(&env, "GITHUB_TOKEN");
    let output = run(&env, &[("GITHUB_TOKEN", SECRET)], &["diff"]).ends_with(2);
    assert!(!output.stderr.contains("has no value"), "{output}");
    let errors = output.stderr.matches("tasks.yml:").count();
    assert_eq!(errors, 1, "{output}");
}

#[test]
fn a_value_is_masked_only_at_its_position() {
    let env = TestEnv::bare();
    file(&env, "true");
    // The value is an ordinary word of the command as well.
    let short = [("TASKS_VAR_key", "key")];
    for format in ["table", "markdown"] {
        let output = run(&env, &short, &["diff", "-o", format]).ends_with(9);
        assert!(
            output.stdout.contains("deploy key --key=*** now"),
            "{output}"
        );
    }
    let plan = run(&env, &short, &["diff", "-o", "json"])
        .ends_with(9)
        .json();
    let step = &plan["steps"][0];
    assert_eq!(
        step["after"]["command"],
        json!(["deploy key --key=", {"from_env": "TASKS_VAR_key"}, " now"])
    );
    let changes = step["changes"].as_array().unwrap();
    let command = changes.iter().find(|c| c["field"] == "command").unwrap();
    assert_eq!(command["after"], "deploy key --key=*** now");
    for format in ["tsv", "csv", "yaml", "jsonl"] {
        run(&env, &[("TASKS_VAR_key", SECRET)], &["diff", "-o", format]).ends_with(9);
    }
    let applied = run(
        &env,
        &[("TASKS_VAR_key", SECRET)],
        &["apply", "--yes", "-v"],
    )
    .succeeds();
    assert!(applied.stderr.contains("--key=*** now"), "{applied}");
}

#[test]
fn the_old_value_in_lagoon_is_masked_too() {
    let env = TestEnv::bare();
    file(&env, "true");
    let (old, new) = ([("TASKS_VAR_key", OTHER)], [("TASKS_VAR_key", SECRET)]);
    run(&env, &old, &["apply", "--yes"]).succeeds();
    run(&env, &old, &["diff"]).succeeds();
    for format in ["table", "markdown", "json", "yaml"] {
        let output = run(&env, &new, &["diff", "-o", format]).ends_with(9);
        assert!(output.stdout.contains("*** (new value)"), "{output}");
    }
    let plan = run(&env, &new, &["diff", "-o", "json"]).ends_with(9).json();
    let before = &plan["steps"][0]["before"]["command"];
    assert_eq!(
        *before,
        json!(["deploy key --key=", {"masked": true}, " now"])
    );
}

/// Makes a plan with these variables and writes it to `plan.json`.
fn plan(env: &TestEnv, variables: &[(&str, &str)]) -> Value {
    let output = run(env, variables, &["diff", "-o", "json"]).ends_with(9);
    env.home.write("work/plan.json", &output.stdout);
    output.json()
}

#[test]
fn a_plan_is_applied_with_current_variable_values() {
    let env = TestEnv::bare();
    file(&env, "true");
    let apply = ["apply", "--plan", "plan.json", "--yes"];
    let (old, new) = ([("TASKS_VAR_key", OTHER)], [("TASKS_VAR_key", SECRET)]);
    // A new task, then a new value in place of one that the plan does not hold.
    for variables in [&old, &new] {
        plan(&env, variables);
        let missing = run(&env, &[], &apply).ends_with(2);
        assert!(missing.stderr.contains("TASKS_VAR_key"), "{missing}");
        run(&env, variables, &apply).succeeds();
        assert_eq!(
            command_of(&env),
            format!("deploy key --key={} now", variables[0].1)
        );
    }
    // Another field changes, and the value stays.
    let path = env.home.path("work/.lagoon/tasks.yml");
    let text = std::fs::read_to_string(path)
        .unwrap()
        .replace("service: cli", "service: nginx");
    env.home.write("work/.lagoon/tasks.yml", text);
    let made = plan(&env, &new);
    let before = &made["steps"][0]["before"]["command"];
    assert_eq!(before[1], json!({"from_env": "TASKS_VAR_key"}));
    // With another value it would do more than the plan says.
    let other = run(&env, &old, &apply).ends_with(1);
    assert!(other.stderr.contains("changed in the meantime"), "{other}");
    run(&env, &new, &apply).succeeds();
}

#[test]
fn a_plan_reads_only_allowed_variables() {
    let env = TestEnv::bare();
    file(&env, "GITHUB_TOKEN");
    let allow = ["--allow-env", "GITHUB_TOKEN"];
    let variables = [("GITHUB_TOKEN", SECRET)];
    let made = run(
        &env,
        &variables,
        &[&["diff", "-o", "json"], &allow[..]].concat(),
    )
    .ends_with(9);
    env.home.write("work/plan.json", &made.stdout);
    let apply = ["apply", "--plan", "plan.json", "--yes"];
    let refused = run(&env, &variables, &apply).ends_with(2);
    assert!(
        refused.stderr.contains("--allow-env GITHUB_TOKEN"),
        "{refused}"
    );
    run(&env, &variables, &[&apply[..], &allow].concat()).succeeds();
}

#[test]
fn a_plan_is_outdated_if_lagoon_changed_around_the_value() {
    let env = TestEnv::bare();
    file(&env, "true");
    run(&env, &[("TASKS_VAR_key", OTHER)], &["apply", "--yes"]).succeeds();
    let new = [("TASKS_VAR_key", SECRET)];
    plan(&env, &new);
    let update = [
        "update",
        "Deploy",
        "-p",
        "lagoon-demo",
        "--scope",
        "project",
        "--yes",
        "--command",
    ];
    env.tasks(&[&update[..], &["something else"]].concat())
        .succeeds();
    let refused = run(&env, &new, &["apply", "--plan", "plan.json", "--yes"]).ends_with(1);
    assert!(
        refused.stderr.contains("changed in the meantime"),
        "{refused}"
    );
}

#[test]
fn secrets_of_this_program_are_not_written_to_tasks() {
    let env = TestEnv::bare();
    let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ\n-----END PRIVATE KEY-----\n";
    for (name, value) in [
        ("TASKS_TOKEN", None),
        ("TASKS_SSH_KEY", Some(key)),
        ("ALIAS", Some(key)),
    ] {
        file(&env, name);
        let command = env
            .command(&["diff", "--allow-env", name])
            .env("TASKS_SSH_KEY", key);
        let command = value.iter().fold(command, |c, value| c.env(name, value));
        let output = env.run(command).ends_with(2);
        assert!(output.stderr.contains(name), "{output}");
        assert!(
            output.stderr.contains("cannot be used in a task"),
            "{output}"
        );
    }
    // The same under another name.
    file(&env, "TASKS_VAR_alias");
    let shell = env.shell("TASKS_VAR_alias=$TASKS_TOKEN tasks diff");
    let output = env.run(shell).ends_with(2);
    assert!(
        output.stderr.contains("cannot be used in a task"),
        "{output}"
    );
}

#[test]
fn values_appear_in_no_name_and_no_error() {
    let env = TestEnv::bare();
    let head = "version: 1\nproject: lagoon-demo\nvariables: {key: {from_env: true}}\n";
    let variables = [("TASKS_VAR_key", SECRET)];
    for task in [
        "{name: 'a ${key}', command: a, service: cli}",
        "{name: a, command: a, service: cli, environment: '${key}'}",
        "{name: a, command: a, service: cli, group: '${key}'}",
        "{name: a, command: a, service: cli, permission: '${key}'}",
        "{name: a, command_file: '${key}', service: cli}",
        "{name: a, command: a, service: cli, arguments: [{name: '${key}'}]}",
        "{name: a, command: a, service: cli, arguments: [{name: A, type: numeric, default: '1${key}'}]}",
    ] {
        env.home.write(
            "work/.lagoon/tasks.yml",
            format!("{head}tasks:\n- {task}\n"),
        );
        for line in [&["lint"][..], &["diff"], &["apply", "--yes", "-o", "json"]] {
            run(&env, &variables, line).ends_with(2);
        }
    }
    env.home.write(
        "work/.lagoon/tasks.yml",
        format!("{head}absent: ['${{key}}']\n"),
    );
    run(&env, &variables, &["diff"]).ends_with(2);
}
