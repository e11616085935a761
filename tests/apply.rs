//! `diff` and `apply` on the sandbox with its oddities: whatever happens on the way, after another
//! apply the state is the file's.

use std::time::Duration;

use lagoon_sandbox::Fault;
use serde_json::Value;

use crate::support::env::TestEnv;
use crate::support::process::eventually;
use crate::support::proxy::{self, Proxy, newer_lagoon};

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

/// Only platform owners may define an IMAGE task, which is refused only after the old task was deleted.
#[test]
fn a_failed_replacement_restores_the_old_task() {
    let env = TestEnv::bare();
    file(
        &env,
        "tasks:\n  - {name: K, command: a, service: cli, arguments: [{name: X}]}\n",
    );
    env.tasks(&["apply", "--yes"]).succeeds();
    file(&env, "tasks:\n  - {name: K, image: a/b}\n");
    let output = env.tasks(&["apply", "--replace", "--yes"]).ends_with(4);
    assert!(output.stderr.contains("was restored"), "{output}");
    file(
        &env,
        "tasks:\n  - {name: K, command: a, service: cli, arguments: [{name: X}]}\n",
    );
    assert_eq!(diff(&env, &[]), ["unchanged K"]);
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

#[test]
fn a_reviewed_plan_is_carried_out_exactly_or_not_at_all() {
    let env = TestEnv::bare();
    file(&env, TWO);
    let plan = env.tasks(&["diff", "-o", "json"]).ends_with(9).stdout;
    let value: Value = serde_json::from_str(&plan).unwrap();
    let keys = |value: &Value| {
        let keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.join(" ")
    };
    assert_eq!(keys(&value), "version lagoon summary steps notes");
    assert_eq!(
        keys(&value["steps"][0]),
        "action name scope project environment groupName reason pruned changes before after gone notes"
    );
    env.home.write("work/plan.json", &plan);
    // The file does not matter any more.
    file(&env, "tasks: []\n");
    env.tasks(&["apply", "--plan", "plan.json", "--yes"])
        .succeeds();
    file(&env, TWO);
    assert_eq!(diff(&env, &[]), ["unchanged A", "unchanged B"]);
    let before = mutations(&env);
    let output = env
        .tasks(&["apply", "--plan", "plan.json", "--yes"])
        .ends_with(1);
    assert!(output.stderr.contains("nothing was changed"), "{output}");

    file(
        &env,
        &TWO.replace("command: a", "command: aa")
            .replace("Sure?", "Really?"),
    );
    let plan = env.tasks(&["diff", "-o", "json"]).ends_with(9).stdout;
    env.home.write("work/plan.json", &plan);
    env.sql("UPDATE definition SET permission = 'GUEST' WHERE name = 'A';");
    let output = env
        .tasks(&["apply", "--plan", "plan.json", "--yes"])
        .ends_with(1);
    assert!(
        output
            .stderr
            .contains("was changed in the meantime: permission"),
        "{output}"
    );
    assert_eq!(mutations(&env), before);
    // What was to stay has to be there as well.
    file(&env, TWO);
    let plan_of_nothing = env.tasks(&["diff", "-o", "json"]);
    let steps = plan_of_nothing.json()["steps"].clone();
    assert!(
        steps
            .as_array()
            .unwrap()
            .iter()
            .any(|s| s["action"] == "unchanged")
    );
    env.home.write("work/plan.json", &plan_of_nothing.stdout);
    env.sql("DELETE FROM definition WHERE name = 'B';");
    let output = env
        .tasks(&["apply", "--plan", "plan.json", "--yes"])
        .ends_with(1);
    assert!(
        output.stderr.contains("was deleted in the meantime"),
        "{output}"
    );
    for wrong in ["{}", "[", &plan.replace("127.0.0.1", "127.0.0.2")] {
        env.home.write("work/plan.json", wrong);
        env.tasks(&["apply", "--plan", "plan.json", "--yes"])
            .ends_with(2);
    }
    env.tasks(&["apply", "--plan", "plan.json", "--prune"])
        .ends_with(2);
}

#[test]
fn an_edited_plan_is_refused_with_the_position() {
    let env = TestEnv::bare();
    file(&env, TWO);
    let plan: Value = env.tasks(&["diff", "-o", "json"]).ends_with(9).json();
    let touched = |change: &dyn Fn(&mut Value)| {
        let mut plan = plan.clone();
        change(&mut plan);
        env.home.write("work/plan.json", plan.to_string());
        env.tasks(&["apply", "--plan", "plan.json", "--yes"])
    };
    for (key, change) in [
        (
            "changes",
            (|p| p["steps"][0]["after"]["command"] = "rm -rf /".into()) as fn(&mut Value),
        ),
        ("changes", |p| {
            p["steps"][0]["changes"] = Value::Array(Vec::new())
        }),
        ("name", |p| p["steps"][0]["name"] = "Harmless".into()),
        ("pruned", |p| p["steps"][0]["pruned"] = true.into()),
        ("more", |p| p["steps"][0]["more"] = 1.into()),
    ] {
        let output = touched(&change).ends_with(2);
        let told = format!("step 1 was edited by hand (`{key}` differs)");
        assert!(output.stderr.contains(&told), "{output}");
        assert_eq!(mutations(&env), 0);
    }
    // Notes are for people, and nothing follows from them.
    touched(&|p| p["steps"][0]["notes"] = Value::Array(vec!["looked at".into()])).ends_with(0);
}

/// Waits until Lagoon has a task of this name.
fn wait_for_task(env: &TestEnv, name: &str) {
    let query = "{advancedTasksForEnvironment(environment:101){__typename \
        ... on AdvancedTaskDefinitionCommand{name}}}";
    let is_there = || {
        let (_, body) = env.graphql(query, serde_json::json!({}));
        let all = body["data"]["advancedTasksForEnvironment"].as_array();
        all.is_some_and(|all| all.iter().any(|task| task["name"] == name))
    };
    eventually("the task is there", is_there);
}

/// One write is never answered, the next is never begun.
#[test]
fn an_interrupt_lists_applied_and_remaining_steps() {
    let env = TestEnv::bare();
    let line = |name: &str| format!("  - {{name: {name}, command: a, service: cli}}\n");
    let all = ["A", "B", "C"].map(line).concat();
    file(&env, &format!("tasks:\n{}", line("A")));
    env.tasks(&["apply", "--yes"]).succeeds();
    file(
        &env,
        &format!(
            "tasks:\n  - {{name: A, command: b, service: cli}}\n{}",
            &all[line("A").len()..]
        ),
    );
    for (hangs, signal, code, results, message) in [
        (
            "B",
            "INT",
            130,
            ["done", "unknown", "skipped"],
            "interrupted: 1 done, 1 unknown, 1 skipped",
        ),
        (
            "C",
            "TERM",
            143,
            ["unchanged", "unchanged", "unknown"],
            "terminated: 1 unknown",
        ),
    ] {
        env.sandbox()
            .fail_next("addAdvancedTaskDefinition", Fault::HangAfter);
        let running = env.command(&["apply", "--yes", "-o", "json"]).start();
        wait_for_task(&env, hangs);
        running.signal(signal);
        let output = running.finish().ends_with(code);
        let steps = output.json();
        let steps = steps.as_array().unwrap().iter();
        let found: Vec<&str> = steps.map(|s| s["result"].as_str().unwrap_or("")).collect();
        assert_eq!(found, results, "{output}");
        let error = output.json_error();
        assert_eq!(error["message"], message);
        let hints = error["hints"].to_string();
        for told in [
            &format!("unknown: `{hangs}` of project lagoon-demo"),
            "finished changes are skipped; to apply the rest: tasks apply",
        ] {
            assert!(hints.contains(told), "{output}");
        }
        assert_eq!(hints.contains("skipped: `C` of"), hangs == "B", "{output}");
    }
    env.tasks(&["apply", "--yes"]).succeeds();
    assert_eq!(
        diff(&env, &[]),
        ["unchanged A", "unchanged B", "unchanged C"]
    );
}

#[test]
fn a_file_for_another_lagoon_is_refused() {
    let env = TestEnv::bare();
    let text = "version: 1\nlagoon: https://api.example.com\nproject: lagoon-demo\ntasks: []\n";
    env.home.write("work/.lagoon/tasks.yml", text);
    let output = env.tasks(&["apply", "--yes"]).ends_with(2);
    assert!(
        output
            .stderr
            .contains("tasks.yml:2:9: the file is for https://api.example.com/graphql"),
        "{output}"
    );
    assert_eq!(env.requests().len(), 0);
    env.home.write(
        "work/.lagoon/tasks.yml",
        text.replace("https://api.example.com", &env.url()),
    );
    env.tasks(&["apply", "--yes"]).succeeds();
}

/// One failure of each sort at each mutation, and then applied again.
#[test]
fn applying_again_completes_after_any_failure() {
    let start = "tasks:\n  - {name: U, command: a, service: cli, arguments: [{name: X}]}\n  - {name: D, command: a, service: cli}\n";
    let goal = "tasks:\n  - {name: C, command: c, service: cli, arguments: [{name: X}, {name: Y, default: ''}]}\n  \
        - {name: U, command: b, service: cli, arguments: [{name: Z}]}\nabsent: [D]\n";
    for operation in ["add", "update", "delete"] {
        for (fault, code) in [
            (Fault::LoseResponse, 0),
            (Fault::Message("broken".to_owned()), 1),
            (Fault::Status(502, "<html>".to_owned()), 0),
        ] {
            let env = TestEnv::bare();
            file(&env, start);
            env.tasks(&["apply", "--yes"]).succeeds();
            file(&env, goal);
            let is_lost = matches!(fault, Fault::LoseResponse);
            env.sandbox()
                .fail_next(&format!("{operation}AdvancedTaskDefinition"), fault.clone());
            let output = env.tasks(&["apply", "--yes", "--request-timeout", "5"]);
            if is_lost || code != 0 {
                assert_eq!(output.code, code, "{operation} {fault:?}\n{output}");
            } else {
                assert_ne!(output.code, 0, "{operation} {fault:?}\n{output}");
            }
            env.tasks(&["apply", "--yes"]).succeeds();
            assert_eq!(
                diff(&env, &[]),
                ["unchanged C", "unchanged U"],
                "{operation} {fault:?}"
            );
        }
    }
}

#[test]
fn a_failure_stops_the_rest_only_with_fail_fast() {
    for (flag, left) in [(None, 1), (Some("--fail-fast"), 2)] {
        let env = TestEnv::bare();
        file(
            &env,
            "tasks:\n  - {name: A, command: a, service: cli}\n  - {name: B, command: a, service: cli}\n",
        );
        env.sandbox()
            .refuse_next("addAdvancedTaskDefinition", "broken");
        let line: Vec<&str> = ["apply", "--yes", "-o", "json"]
            .into_iter()
            .chain(flag)
            .collect();
        let output = env.tasks(&line).ends_with(1);
        assert_eq!(output.json()[0]["result"], "failed");
        let open = diff(&env, &[])
            .iter()
            .filter(|s| s.starts_with("create"))
            .count();
        assert_eq!(open, left);
    }
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
fn markdown_is_only_for_diff_and_is_escaped() {
    let env = TestEnv::bare();
    file(
        &env,
        "tasks:\n  - {name: 'A|<b>`', command: \"```\\nx\", service: cli}\n",
    );
    for line in [["diff", "-o", "markdown"], ["-o", "markdown", "diff"]] {
        let output = env.tasks(&line).ends_with(9);
        assert!(
            output
                .stdout
                .contains("| create | A\\|&lt;b&gt;\\` | project lagoon-demo |"),
            "{output}"
        );
        assert!(output.stdout.contains("````diff\n"), "{output}");
    }
    env.tasks(&["list", "-p", "lagoon-demo", "-o", "markdown"])
        .ends_with(2);
    env.tasks(&["diff", "-o", "markdown", "--jq", "."])
        .ends_with(2);
    let diff = env.command(&["diff"]).env("TASKS_OUTPUT", "markdown");
    env.run(diff).ends_with(2);
}

#[test]
fn diff_prints_readable_changes() {
    let env = TestEnv::bare();
    file(&env, TWO);
    env.tasks(&["apply", "--yes"]).succeeds();
    file(
        &env,
        "tasks:\n  - {name: A, command: \"set -e\\na\", service: cli, permission: guest}\n  - {name: N, command: n, service: cli}\nabsent: [{name: B, environment: main}]\n",
    );
    let output = env.tasks(&["diff", "-o", "table"]).ends_with(9);
    insta::assert_snapshot!(output.stdout, @r#"
    project lagoon-demo
      ~ update A (id 1)
          command:
            - a
            + set -e
            + a (no newline at the end)
          permission: developer → guest
          confirmation text: Sure? → (none)
      + create N
          command: n
          service: cli
          permission: developer
    environment lagoon-demo/main
      - delete B (id 2)
          this is a production environment
          command: b "$X"
          service: cli
          permission: developer
          arguments: X:other-environment = "develop", Y?:string
    "#);
    assert_eq!(
        output.stderr,
        "changes to apply: 1 to create, 1 to update, 1 to delete\n"
    );
}

#[test]
fn diff_exit_zero_exits_with_0_despite_changes() {
    let env = TestEnv::bare();
    file(&env, TWO);
    for format in ["table", "json", "markdown"] {
        let plain = env.tasks(&["diff", "-o", format]).ends_with(9);
        let zero = env.tasks(&["diff", "-o", format, "--exit-zero"]).succeeds();
        assert_eq!(zero.stdout, plain.stdout, "{format}");
        assert!(
            zero.stderr.contains("changes to apply: 2 to create"),
            "{zero}"
        );
    }
    // The example of the help, as a shell executes it.
    let script = "tasks diff --exit-zero -o json > plan.json && tasks apply --plan plan.json --yes";
    env.run(env.shell(script)).succeeds();
    assert_eq!(diff(&env, &[]), ["unchanged A", "unchanged B"]);
    env.tasks(&["diff", "--exit-zero"]).succeeds();
    // A failure keeps its exit code.
    file(&env, "tasks: [{name: A}]\n");
    env.tasks(&["diff", "--exit-zero"]).ends_with(2);
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

/// Another user changes the task at its second read, right before the write.
#[test]
fn a_concurrent_change_is_not_overwritten() {
    let env = TestEnv::bare();
    file(&env, TWO);
    env.tasks(&["apply", "--yes"]).succeeds();
    file(&env, &TWO.replace("command: a", "command: aa"));
    let before = mutations(&env);
    let (other, mut looks) = (env.clone(), 0);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        looks += usize::from(request.body.contains("projectByName"));
        if looks == 2 {
            other.sql("UPDATE definition SET permission = 'GUEST' WHERE name = 'A';");
        }
        proxy::Fault::None
    });
    let command = env.command(&["apply", "--yes"]);
    let output = env
        .run(command.env("TASKS_API", proxy.url("/graphql")))
        .ends_with(1);
    assert!(
        output
            .stderr
            .contains("was changed in the meantime: permission"),
        "{output}"
    );
    assert_eq!(mutations(&env), before);
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
