//! `diff` and `apply` on the sandbox with its oddities: whatever happens on the way, after another
//! apply the state is the file's.

mod failures;
mod plan;

use serde_json::Value;

use crate::support::env::TestEnv;
use crate::support::proxy::newer_lagoon;

/// Writes the project's file.
fn file(env: &TestEnv, tasks: &str) {
    let text = format!("version: 1\nproject: lagoon-demo\n{tasks}");
    env.home.write("work/.lagoon/tasks.yml", text);
}

/// The steps of `diff` as `action name`; checks its exit code.
#[track_caller]
fn diff(env: &TestEnv, flags: &[&str]) -> Vec<String> {
    let line = [&["diff", "-o", "json"], flags].concat();
    let output = env.tasks(&line);
    let steps = output.json()["steps"].clone();
    let words = |step: &Value| (step["action"].clone(), step["name"].clone());
    let steps: Vec<(Value, Value)> = steps.as_array().unwrap().iter().map(words).collect();
    let shown: Vec<String> = steps
        .iter()
        .map(|(a, n)| format!("{} {}", a.as_str().unwrap(), n.as_str().unwrap()))
        .collect();
    let code = if shown.iter().all(|s| s.starts_with("unchanged")) {
        0
    } else {
        9
    };
    output.ends_with(code);
    shown
}

fn mutations(env: &TestEnv) -> usize {
    env.sent(&[
        "addAdvancedTaskDefinition",
        "updateAdvancedTaskDefinition",
        "deleteAdvancedTaskDefinition",
    ])
}

const TWO: &str = "tasks:\n  - {name: A, command: a, service: cli, confirm: 'Sure?'}\n  \
    - {name: B, command: \"b \\\"$X\\\"\", service: cli, environment: main, \
       arguments: [{name: X, type: other-environment, default: develop}, {name: Y, optional: true}]}\n";

#[test]
fn applying_creates_everything_and_then_has_no_changes() {
    let env = TestEnv::bare();
    file(&env, TWO);
    assert_eq!(diff(&env, &[]), ["create A", "create B"]);
    let applied = env
        .tasks(&["apply", "--yes", "-o", "json"])
        .succeeds()
        .json();
    assert_eq!(
        (&applied[0]["result"], &applied[1]["result"]),
        (&"done".into(), &"done".into())
    );
    let keys: Vec<&String> = applied[0].as_object().unwrap().keys().collect();
    let all = [
        "id",
        "name",
        "action",
        "result",
        "scope",
        "project",
        "environment",
        "groupName",
        "message",
    ];
    assert_eq!(keys, all);
    assert_eq!(diff(&env, &[]), ["unchanged A", "unchanged B"]);
    let before = mutations(&env);
    env.tasks(&["apply", "--yes"]).succeeds();
    assert_eq!(mutations(&env), before);
}

#[test]
fn changes_require_confirmation() {
    let env = TestEnv::bare();
    file(&env, TWO);
    let output = env.tasks(&["apply"]).ends_with(2);
    assert!(
        output.stderr.contains("+ create A") && output.stderr.contains("--yes"),
        "{output}"
    );
    assert_eq!((output.stdout.as_str(), mutations(&env)), ("", 0));
}

#[test]
fn every_field_can_change() {
    let env = TestEnv::bare().as_role("platform-owner");
    file(
        &env,
        "tasks:\n  - {name: Case, command: a, service: cli, arguments: [{name: X}]}\n  - {name: I, image: a/b}\n",
    );
    env.tasks(&["apply", "--yes"]).succeeds();
    file(
        &env,
        "tasks:\n  - {name: CASE, command: b, service: nginx, description: d, permission: guest, confirm: c, \
         inject_deploy_token: true, inject_project_key: true, arguments: [{name: Y, type: numeric, default: '1', \
         optional: true, display_name: n}]}\n  - {name: I, image: a/c, description: e}\n",
    );
    let output = env.tasks(&["diff", "-o", "json"]).ends_with(9).json();
    let changes = output["steps"][0]["changes"].as_array().unwrap();
    let fields: Vec<&str> = changes
        .iter()
        .map(|c| c["field"].as_str().unwrap())
        .collect();
    assert_eq!(
        fields,
        [
            "name",
            "description",
            "command",
            "service",
            "permission",
            "confirmation text",
            "deploy token injection",
            "project key injection",
            "arguments"
        ]
    );
    env.tasks(&["apply", "--yes"]).succeeds();
    assert_eq!(diff(&env, &[]), ["unchanged CASE", "unchanged I"]);
    // And back: texts are cleared, not kept.
    file(
        &env,
        "tasks:\n  - {name: CASE, command: a, service: cli}\n  - {name: I, image: a/b}\n",
    );
    env.tasks(&["apply", "--yes"]).succeeds();
    assert_eq!(diff(&env, &[]), ["unchanged CASE", "unchanged I"]);
}

#[test]
fn absent_tasks_are_deleted_and_pruning_is_limited() {
    let env = TestEnv::bare();
    let line = |name: &str| format!("  - {{name: {name}, command: a, service: cli}}\n");
    let many: String = ["A", "B", "C", "D"].map(line).concat();
    file(
        &env,
        &format!("tasks:\n{many}  - {{name: G, image: x, group: lagoon-demo-group}}\n"),
    );
    env.as_role("platform-owner")
        .tasks(&["apply", "--yes"])
        .succeeds();
    file(&env, &format!("tasks:\n{}absent: [b, Never]\n", line("A")));
    assert_eq!(diff(&env, &[]), ["unchanged A", "delete B"]);
    assert_eq!(
        diff(&env, &["--prune"]),
        ["unchanged A", "delete B", "delete C", "delete D"]
    );
    let output = env
        .tasks(&["apply", "--prune", "--max-deletes", "1", "--yes"])
        .ends_with(2);
    assert!(
        output.stderr.contains("`C` of project lagoon-demo"),
        "{output}"
    );
    env.tasks(&["apply", "--prune", "--yes"]).succeeds();
    // The group's task is in no scope that the file names.
    let listed = env
        .tasks(&["list", "-p", "lagoon-demo", "-o", "name"])
        .succeeds();
    assert_eq!(listed.stdout, "A\nG\n");
    file(&env, "tasks: []\n");
    let output = env.tasks(&["apply", "--prune", "--yes"]).ends_with(2);
    assert!(
        output.stderr.contains("would delete every task"),
        "{output}"
    );
}

#[test]
fn another_kind_or_scope_is_replaced_only_when_allowed() {
    let env = TestEnv::bare().as_role("platform-owner");
    file(
        &env,
        "tasks:\n  - {name: K, command: a, service: cli}\n  - {name: S, command: a, service: cli}\n",
    );
    env.tasks(&["apply", "--yes"]).succeeds();
    file(
        &env,
        "tasks:\n  - {name: K, image: a/b}\n  - {name: S, command: a, service: cli, environment: main}\n",
    );
    assert_eq!(diff(&env, &[]), ["blocked K", "create S"]);
    let output = env.tasks(&["apply", "--yes"]).ends_with(2);
    assert!(output.stderr.contains("--replace"), "{output}");
    assert_eq!(diff(&env, &["--replace"]), ["replace K", "replace S"]);
    env.tasks(&["apply", "--replace", "--yes"]).succeeds();
    assert_eq!(diff(&env, &["--prune"]), ["unchanged K", "unchanged S"]);
}

#[test]
fn without_environments_tasks_are_unverified_and_not_pruned() {
    let env = TestEnv::bare();
    file(&env, "tasks:\n  - {name: A, command: a, service: cli}\n");
    env.tasks(&["apply", "--yes"]).succeeds();
    env.sql("UPDATE environment SET deleted = '2024-01-01 00:00:00';");
    assert_eq!(diff(&env, &["--prune"]), ["unverified A"]);
    let output = env.tasks(&["apply", "--yes"]).ends_with(2);
    assert!(output.stderr.contains("--allow-unverified"), "{output}");
    // It is there and equal in what Lagoon compares: an old row comes back as if it were new.
    let output = env
        .tasks(&["apply", "--allow-unverified", "--yes"])
        .succeeds();
    assert!(output.stderr.contains("it already exists"), "{output}");
    file(&env, "tasks:\n  - {name: New, command: a, service: cli}\n");
    env.tasks(&["apply", "--allow-unverified", "--yes"])
        .succeeds();
}

#[test]
fn a_task_shadowed_everywhere_is_unverified() {
    let env = TestEnv::bare();
    crate::unseen::hide_everywhere(&env, "A");
    file(&env, "tasks:\n  - {name: A, command: a, service: cli}\n");
    assert_eq!(diff(&env, &[]), ["unverified A"]);
}

#[test]
fn duplicates_and_shadowed_tasks_are_named() {
    let env = TestEnv::bare();
    file(
        &env,
        "tasks:\n  - {name: One, command: a, service: cli}\n  - {name: Two, command: a, service: cli}\n",
    );
    env.tasks(&["apply", "--yes"]).succeeds();
    // Renaming is how a scope gets two of one name: Lagoon does not look.
    env.sql("UPDATE definition SET name = 'one' WHERE name = 'Two';");
    file(
        &env,
        "tasks:\n  - {name: One, command: a, service: cli}\n  - {name: One, command: a, service: cli, environment: main}\n",
    );
    let plan = env.tasks(&["diff", "-o", "json"]).ends_with(9).json();
    assert!(
        plan["notes"][0]
            .as_str()
            .unwrap()
            .contains("two tasks of the same name"),
        "{plan}"
    );
    assert!(
        plan["steps"][1]["notes"]
            .to_string()
            .contains("it hides the task"),
        "{plan}"
    );
}

fn many(env: &TestEnv, count: usize) {
    let mut statements = String::new();
    for n in 0..count {
        let id = 1000 + n;
        statements.push_str(&format!(
            "INSERT INTO project (id, name, openshift, created) SELECT {id}, 'site-{n}', openshift, created FROM project WHERE id = 42;
             INSERT INTO project_group (project, user_group) SELECT {id}, user_group FROM project_group WHERE project = 42;
             INSERT INTO environment (id, name, project, deploy_type, environment_type, openshift, namespace, created, updated)
             SELECT {id}, 'main', {id}, deploy_type, environment_type, openshift, 'site-{n}-main', created, updated
             FROM environment WHERE id = 101;\n"
        ));
    }
    env.sql(&statements);
}

#[test]
fn a_hundred_projects_take_few_requests() {
    let env = TestEnv::bare();
    many(&env, 100);
    let names: Vec<String> = (0..100).map(|n| format!("site-{n}: {{n: {n}}}")).collect();
    let text = format!(
        "version: 1\nprojects: {{{}}}\nvariables: {{n: }}\ntasks:\n  - {{name: 'Of ${{project}}', command: 'echo ${{n}}', service: cli}}\n",
        names.join(", ")
    );
    env.home.write("work/.lagoon/tasks.yml", text);
    let (output, requests) = env.tasks_and_requests(&["diff", "-o", "json"]);
    assert_eq!(output.ends_with(9).json()["summary"]["create"], 100);
    // Two more: one's own role, as something is missing, and whether there are orphans.
    assert_eq!(requests.len(), 102);
    let (output, requests) = env.tasks_and_requests(&["apply", "--yes", "-o", "json"]);
    let applied = output.succeeds().json();
    assert_eq!(applied[99]["name"], "Of site-99");
    // Read for the plan, before writing and after it; and one for each change.
    assert_eq!(requests.len(), 402);
    let (_, requests) = env.tasks_and_requests(&["apply", "--yes"]);
    assert_eq!(requests.len(), 101);
    let (output, requests) = env.tasks_and_requests(&["diff", "-p", "site-7"]);
    output.succeeds();
    assert_eq!(requests.len(), 2);
    env.tasks(&["diff", "-p", "site-700"]).ends_with(2);
}

#[test]
fn a_type_of_a_newer_lagoon_is_exported_and_kept() {
    let env = TestEnv::new();
    let newer = newer_lagoon(&env);
    let tasks = |args: &[&str]| env.run(env.command(args).env("TASKS_API", newer.url("/graphql")));
    let export = tasks(&["export", "-p", "lagoon-demo"]).succeeds();
    assert!(export.stdout.contains("type: SERVICE_NAME"), "{export}");
    assert!(!export.stderr.contains("not exported"), "{export}");
    env.home.write("work/.lagoon/tasks.yml", &export.stdout);
    let lint = env.tasks(&["lint"]).succeeds();
    assert!(lint.stdout.contains("`SERVICE_NAME`"), "{lint}");
    tasks(&["diff", "--prune"]).succeeds();

    // Another field of that task, and nothing else.
    let changed = export.stdout.replace("one of each type", "all types");
    assert_ne!(changed, export.stdout);
    env.home.write("work/.lagoon/tasks.yml", changed);
    let plan = tasks(&["diff", "-o", "table"]).ends_with(9);
    let note = "the argument `TEXT` has the type `SERVICE_NAME`";
    assert!(plan.stdout.contains(note), "{plan}");
    let line = ["diff", "--exit-zero", "-o", "json"];
    env.home
        .write("work/plan.json", tasks(&line).succeeds().stdout);
    tasks(&["apply", "--plan", "plan.json", "--yes"]).succeeds();
    let requests = env.requests();
    let patch = requests
        .iter()
        .find(|r| {
            r.operations
                .contains(&"updateAdvancedTaskDefinition".to_owned())
        })
        .unwrap();
    assert!(!patch.body.contains("SERVICE_NAME"), "{}", patch.body);
    tasks(&["diff"]).succeeds();
}

#[test]
fn a_misspelled_type_is_an_error() {
    let env = TestEnv::bare();
    for word in ["STRNG", "servicename", "Service"] {
        let task = "{name: A, command: a, service: cli, arguments: [{name: X, type: WORD}]}";
        file(&env, &format!("tasks: [{}]\n", task.replace("WORD", word)));
        let output = env.tasks(&["lint"]).ends_with(2);
        assert!(output.stdout.contains(word), "{output}");
    }
}

#[test]
fn examples_apply_and_then_have_no_changes() {
    for name in ["drupal", "nodejs"] {
        let env = TestEnv::bare();
        let path = format!("{}/examples/{name}.yml", env!("CARGO_MANIFEST_DIR"));
        env.tasks(&["apply", "-f", &path, "--yes"]).succeeds();
        env.tasks(&["diff", "-f", &path]).succeeds();
    }
    let env = TestEnv::bare();
    env.sql("INSERT INTO user_group (id, name) VALUES ('example', 'example-group');
         INSERT INTO membership (member, user_group, role) SELECT member, 'example', role FROM membership;
         UPDATE project SET name = 'shop';
         INSERT INTO project_group (project, user_group) VALUES (42, 'example');",
    );
    many(&env, 2);
    env.sql("UPDATE project SET name = 'blog' WHERE id = 1000; UPDATE project SET name = 'docs' WHERE id = 1001;",
    );
    let path = format!("{}/examples/many-projects.yml", env!("CARGO_MANIFEST_DIR"));
    let line = ["-f", &path, "--var", "contact=ops@example.com"];
    env.tasks(&[&["apply", "--yes"], &line[..]].concat())
        .succeeds();
    env.tasks(&[&["diff"], &line[..]].concat()).succeeds();
    env.tasks(&["diff", "-f", &path]).ends_with(2);
}

#[test]
fn apply_warns_about_a_service_that_no_environment_has() {
    let env = TestEnv::bare();
    file(
        &env,
        "tasks:\n  - {name: A, command: a, service: solr}\n  - {name: B, command: b, service: cli}\n",
    );
    let words = "no environment of project lagoon-demo has the service `solr`, so a run of the task would never start; \
                 services: `cli`, ";
    let planned = env.tasks(&["diff", "-o", "json"]).ends_with(9).json();
    let notes = planned["steps"][0]["notes"].to_string();
    assert!(notes.contains(words), "{notes}");
    assert!(!planned["steps"][1]["notes"].to_string().contains("service"));
    let applied = env.tasks(&["apply", "--yes"]).succeeds();
    let said = applied
        .stderr
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(said.contains("has the service `solr`"), "{applied}");
    // What is there already is not reported again.
    let again = env.tasks(&["apply", "--yes"]).succeeds();
    assert!(!again.stderr.contains("solr"), "{again}");
}
