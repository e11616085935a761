//! Limits: what a client cannot reach, by name or by the id of a run.

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::json;

use super::client::{Answer, Client};
use super::{develop, on};
use crate::support::env::TestEnv;
use crate::wait::start;

#[test]
fn projects_environments_and_tasks_outside_the_limits_are_not_shown() {
    let env = TestEnv::new();
    let flags = [
        "--type",
        "development",
        "--task",
        "Say *",
        "-e",
        "dev*",
        "-e",
        "main",
    ];
    let mut client = Client::new(&env, &flags);
    let listed = client.result("list_environments", json!({"project": "lagoon-demo"}));
    assert_eq!(
        listed["environments"].as_array().unwrap().len(),
        1,
        "{listed}"
    );
    let tasks = client.result("list_tasks", develop(json!({})));
    assert_eq!(tasks["tasks"].as_array().unwrap().len(), 1, "{tasks}");
    assert_snapshot!(client.refusal("list_tasks", on("main", json!({}))), @"
    error (not-allowed): the environment lagoon-demo/main (production) is outside the limits of this server
    hint: the limits are --environment dev* --environment main --type development --task Say *
    ");
    assert_snapshot!(client.refusal("show_task", develop(json!({"task": "Clear caches"}))), @"
    error (not-found): task `Clear caches` not found
    hint: existing tasks: `Say hello`
    ");
    let mut other = Client::new(&env, &["-p", "shop-*"]);
    assert_eq!(
        other.result("list_projects", json!({}))["projects"],
        json!([])
    );
    let before = env.requests().len();
    assert_snapshot!(other.refusal("list_tasks", develop(json!({}))), @"
    error (not-allowed): the project `lagoon-demo` is outside the limits of this server
    hint: the limits are --project shop-*
    ");
    assert_eq!(env.requests().len(), before);
}

#[test]
fn a_run_outside_the_limits_cannot_be_reached_by_its_id() {
    let env = TestEnv::new();
    start(
        &env,
        &[
            Step::Status(Status::Running),
            Step::Log("secret\n".to_owned()),
        ],
    );
    for flags in [
        &["--type", "development"][..],
        &["-p", "shop"],
        &["-e", "lagoon-demo:develop"],
        &["--task", "Clear *"],
    ] {
        let flags = [flags, &["--allow-invoke", "--allow-production"]].concat();
        let mut client = Client::asking(&env, &flags, [Answer::Yes]);
        for tool in ["run_status", "run_log", "wait_for_run", "cancel_run"] {
            let refused = client.refusal(tool, json!({"run": 1}));
            let says = "run 1 is outside the limits of this server";
            assert!(refused.contains(says), "{tool}: {refused}");
        }
        assert!(client.questions.is_empty());
    }
    assert_eq!(env.sent(&["cancelTask"]), 0);
}

#[test]
fn runs_of_tasks_outside_the_limits_are_not_listed() {
    let env = TestEnv::new();
    start(&env, &[Step::Status(Status::Complete)]);
    env.tasks(&[
        "invoke",
        "Run yarn audit",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
    ])
    .succeeds();
    let mut client = Client::new(&env, &["--task", "say *"]);
    let runs = client.result("list_runs", on("main", json!({})));
    let names: Vec<_> = runs["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["name"])
        .collect();
    assert_eq!(names, ["Say hello"]);
}

#[test]
fn production_is_read_only_without_allow_production() {
    let env = TestEnv::new();
    start(&env, &[Step::Status(Status::Running), Step::Hold]);
    let mut client = Client::asking(&env, &["--allow-invoke"], [Answer::Yes]);
    let call = on("main", json!({"task": "Say hello"}));
    assert_snapshot!(client.refusal("invoke_task", call), @"
    error (not-allowed): lagoon-demo/main is production, and this server may not start or cancel anything there
    hint: only the user can change that, by starting the server with --allow-production
    ");
    assert_snapshot!(client.refusal("cancel_run", json!({"run": 1})), @"
    error (not-allowed): lagoon-demo/main is production, and this server may not start or cancel anything there
    hint: only the user can change that, by starting the server with --allow-production
    ");
    assert_eq!(
        client.result("run_status", json!({"run": 1}))["production"],
        true
    );
    assert_eq!(
        (
            env.sent(&["invokeRegisteredTask"]),
            env.sent(&["cancelTask"])
        ),
        (1, 0)
    );
    assert!(client.questions.is_empty());
}

#[test]
fn an_environment_of_unknown_type_counts_as_production() {
    let env = TestEnv::new();
    env.sql("UPDATE environment SET environment_type = 'staging' WHERE name = 'develop'");
    let mut client = Client::new(&env, &["--allow-invoke"]);
    let call = develop(json!({"task": "Say hello"}));
    let refused = client.refusal("invoke_task", call.clone());
    assert!(refused.contains("counts as production"), "{refused}");
    let mut client = Client::new(&env, &["--type", "development"]);
    client.refusal("list_tasks", develop(json!({})));
    let mut client = Client::new(&env, &["--allow-invoke", "--allow-production"]);
    assert_eq!(client.result("invoke_task", call)["production"], true);
}

#[test]
fn variables_and_the_checkout_neither_limit_nor_complete_a_call() {
    let env = TestEnv::new();
    let command = env
        .command(&["mcp"])
        .env("TASKS_PROJECT", "shop")
        .env("TASKS_ENVIRONMENT", "x");
    let mut client = Client::start(&env, command, json!({}));
    assert_eq!(
        client.result("list_tasks", develop(json!({})))["environment"],
        "develop"
    );
    let reply = client.request("tools/call", json!({"name": "list_tasks", "arguments": {}}));
    assert_eq!(reply["error"]["message"], "missing field `project`");
}

#[test]
fn a_task_cannot_be_given_an_environment_outside_the_limits() {
    let env = TestEnv::new();
    for flags in [
        &["--type", "development"][..],
        &["-e", "develop", "-e", "pr-*"],
    ] {
        let mut client = Client::new(&env, &[flags, &["--allow-invoke"]].concat());
        let task = client.result("show_task", develop(json!({"task": "Try arguments"})));
        let of = |name: &str| {
            let arguments = task["arguments"].as_array().unwrap();
            let argument = arguments.iter().find(|argument| argument["name"] == name);
            argument.unwrap()["allowedValues"].clone()
        };
        assert_eq!(of("FROM"), json!(["develop", "pr-12"]), "{flags:?}");
        assert_eq!(of("TO"), json!(["pr-12"]), "{flags:?}");
        let values = json!({"TEXT": "x", "FROM": "main"});
        let call = develop(json!({"task": "Try arguments", "arguments": values}));
        let refused = client.refusal("invoke_task", call);
        let says = "invalid value `main` for `FROM`: it must be one of develop, pr-12";
        assert!(refused.contains(says), "{refused}");
    }
    assert_eq!(env.sent(&["invokeRegisteredTask"]), 0);
}

#[test]
fn suggestions_name_only_what_is_within_the_limits() {
    let env = TestEnv::new();
    let mut client = Client::new(&env, &["--type", "development", "--task", "Clear *"]);
    let call = json!({"project": "lagoon-demo", "environment": "mai"});
    assert_snapshot!(client.refusal("list_tasks", call), @"
    error (not-found): the project `lagoon-demo` has no environment `mai`
    hint: list_projects and list_environments list the names within the limits
    ");
    let refused = client.refusal("list_environments", json!({"project": "lagoon-dem"}));
    assert!(!refused.contains("lagoon-demo"), "{refused}");
    let call = develop(json!({"task": "clear cache"}));
    assert_snapshot!(client.refusal("show_task", call), @"
    error (not-found): task `clear cache` not found
    hint: did you mean `Clear caches`?
    ");
    let refused = client.refusal("show_task", develop(json!({"task": "Say hell"})));
    assert!(!refused.contains("Say hello"), "{refused}");
}
