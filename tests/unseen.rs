//! Tasks that a caller does not see: hidden by their role, by other tasks, or listed nowhere.

use serde_json::{Value, json};

use crate::support::env::TestEnv;

fn file(env: &TestEnv, tasks: &str) {
    let text = format!("version: 1\nproject: lagoon-demo\n{tasks}");
    env.home.write("work/.lagoon/tasks.yml", text);
}

fn plan(env: &TestEnv) -> Value {
    env.tasks(&["diff", "-o", "json"]).json()
}

/// Adds a definition in Lagoon's own way, as platform owner, and gives its id.
fn add(env: &TestEnv, input: Value) -> i64 {
    let mutation = "mutation A($i:AdvancedTaskDefinitionInput!){addAdvancedTaskDefinition(input:$i){\
        __typename ... on AdvancedTaskDefinitionCommand{id}}}";
    let owner = env.as_role("platform-owner");
    let (_, body) = owner.graphql(mutation, json!({"i": input}));
    body["data"]["addAdvancedTaskDefinition"]["id"]
        .as_i64()
        .unwrap_or_else(|| panic!("{body}"))
}

fn command(name: &str) -> Value {
    json!({"name": name, "type": "COMMAND", "description": "", "service": "cli", "command": "a"})
}

fn with(mut input: Value, more: Value) -> Value {
    let more = more.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(more);
    input
}

/// Defines a task of this name on each environment: it hides wider ones there.
pub(crate) fn hide_everywhere(env: &TestEnv, name: &str) {
    for environment in ["main", "develop", "pr-12"] {
        let place = ["-p", "lagoon-demo", "-e", environment];
        let line = ["define", name, "-s", "cli", "--command", "x"];
        env.tasks(&[&line[..], &place].concat()).succeeds();
    }
}

#[test]
fn tasks_hidden_by_the_role_are_not_reported_missing() {
    let env = TestEnv::bare();
    file(
        &env,
        "tasks:\n  - {name: D, command: a, service: cli}\n  - {name: M, command: a, service: cli, permission: maintainer}\n  \
         - {name: G, command: a, service: cli, environment: main, permission: guest}\n",
    );
    // A user who can see everything gets no such hint.
    assert_eq!(plan(&env)["summary"]["create"], 3);
    env.tasks(&["apply", "--yes"]).succeeds();
    for (role, unverified, hidden) in [
        ("guest", 2, "developers and maintainers"),
        ("reporter", 2, "developers and maintainers"),
        ("developer", 1, "maintainers"),
        ("maintainer", 0, ""),
        ("owner", 0, ""),
    ] {
        let plan = plan(&env.as_role(role));
        assert_eq!(plan["summary"]["unverified"], unverified, "{role} {plan}");
        assert_eq!(plan["summary"]["unchanged"], 3 - unverified, "{role}");
        let steps = plan["steps"].as_array().unwrap();
        let reasons: Vec<&str> = steps.iter().filter_map(|s| s["reason"].as_str()).collect();
        assert_eq!(reasons.len(), unverified, "{role}");
        for reason in reasons {
            assert_eq!(
                reason,
                format!("you are a {role} on lagoon-demo; tasks for {hidden} are hidden from you")
            );
        }
    }
    let developer = env.as_role("developer");
    let output = developer.tasks(&["apply", "--yes"]).ends_with(2);
    assert!(
        output.stderr.contains("you are a developer on lagoon-demo"),
        "{output}"
    );
}

/// The role is not read if nothing seems to be missing.
#[test]
fn roles_are_requested_only_if_a_task_is_missing() {
    let env = TestEnv::bare();
    file(&env, "tasks:\n  - {name: D, command: a, service: cli}\n");
    let asked = |env: &TestEnv| {
        let (_, requests) = env.tasks_and_requests(&["diff"]);
        let operations = requests.iter().flat_map(|r| r.operations.clone());
        operations.filter(|operation| operation == "me").count()
    };
    assert_eq!(asked(&env), 1);
    env.tasks(&["apply", "--yes"]).succeeds();
    assert_eq!(asked(&env), 0);
}

#[test]
fn hidden_tasks_are_reported_and_applying_again_succeeds() {
    let env = TestEnv::bare();
    hide_everywhere(&env, "G");
    let tasks = |rest: &str| {
        format!(
            "tasks:\n  - {{name: G, group: lagoon-demo-group, command: a, service: cli{rest}}}\n"
        )
    };
    file(&env, &tasks(""));
    let apply = |code: i32| {
        let line = ["apply", "--allow-unverified", "--yes", "-o", "json"];
        env.tasks(&line).ends_with(code)
    };
    let output = apply(0);
    assert_eq!(output.json()[0]["result"], "done", "{output}");
    for _ in 0..2 {
        let output = apply(0);
        let step = &output.json()[0];
        assert_eq!(step["result"], "unchanged", "{output}");
        let why = "it already exists, but its arguments could not be read: on every environment of group \
                   lagoon-demo-group, another task of the same name hides it";
        assert_eq!(step["message"], why);
        assert!(output.stderr.contains(why), "{output}");
    }
    file(&env, &tasks(", permission: guest, confirm: Sure?"));
    let output = apply(1);
    for told in [
        "already exists and cannot be changed",
        "permission: Lagoon has",
        "confirmation text: Lagoon has",
    ] {
        assert!(output.stderr.contains(told), "{told}\n{output}");
    }
}

#[test]
fn orphaned_and_incomplete_tasks_are_shown_to_platform_owners() {
    let env = TestEnv::bare();
    let orphan = add(&env, command("Lost"));
    let hidden = add(
        &env,
        with(
            command("Hidden"),
            json!({"environment": 101, "permission": null}),
        ),
    );
    add(
        &env,
        with(command("Everywhere"), json!({"systemWide": true})),
    );
    file(&env, "absent: [Never]\n");
    let owner = env.as_role("platform-owner");
    let notes = plan(&owner)["notes"].clone();
    assert_eq!(
        notes,
        json!([
            format!(
                "`Lost` (id {orphan}) is orphaned: it has no environment, project or group and is not system-wide; \
                 to delete it: tasks delete id:{orphan} --unlisted"
            ),
            format!(
                "`Hidden` (id {hidden}) has no permission, so it is hidden from all users; to delete it: tasks delete id:{hidden} --unlisted"
            ),
        ])
    );
    assert_eq!(plan(&env)["notes"], json!([]));
    let output = owner.tasks(&["apply", "--yes"]).succeeds();
    assert!(output.stderr.contains("is orphaned"), "{output}");

    let id = format!("id:{orphan}");
    let delete = |env: &TestEnv, more: &[&str]| {
        env.tasks(&[&["delete", id.as_str(), "--unlisted"], more].concat())
    };
    let output = delete(&env, &["--yes"]).ends_with(4);
    assert!(output.stderr.contains("only platform owners"), "{output}");
    delete(&owner, &[]).ends_with(2);
    let output = delete(&owner, &["--yes", "-o", "json"]).succeeds();
    assert_eq!(output.json()["name"], "Lost");
    delete(&owner, &["--yes"]).ends_with(5);
    let named = ["delete", "Lost", "--unlisted", "--yes"];
    owner.tasks(&named).ends_with(2);
    // What is listed is deleted where it is listed.
    let listed = add(&env, with(command("Listed"), json!({"environment": 101})));
    let line = ["delete", &listed.to_string(), "--unlisted", "--yes"];
    owner.tasks(&line).ends_with(5);
}

#[test]
fn the_task_that_breaks_every_list_is_found_and_removed() {
    let env = TestEnv::bare();
    let id = add(&env, with(command("Poison"), json!({"environment": 101})));
    env.sql(&format!(
        "INSERT INTO argument (definition, name, type) VALUES ({id}, 'X', NULL);"
    ));
    file(&env, "tasks:\n  - {name: D, command: a, service: cli}\n");
    let output = env.tasks(&["diff"]).ends_with(1);
    assert!(
        output.stderr.contains("delete that task by its id"),
        "{output}"
    );
    let owner = env.as_role("platform-owner");
    let output = owner.tasks(&["diff"]).ends_with(1);
    let hint = format!(
        "`Poison` (id {id}) is incomplete: its argument `X` has no type, which breaks every list that contains it; \
         to delete it: tasks delete id:{id} --unlisted"
    );
    assert!(output.stderr.contains(&hint), "{output}");
    owner
        .tasks(&["delete", &format!("id:{id}"), "--unlisted", "--yes"])
        .succeeds();
    env.tasks(&["diff"]).ends_with(9);
}
