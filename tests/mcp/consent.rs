//! The user's consent, for tasks with a confirmation text and for cancelling.

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::{Value, json};

use super::client::{Answer, Client};
use super::{develop, on};
use crate::support::env::TestEnv;

const INVOKE: [&str; 1] = ["--allow-invoke"];

fn clear() -> Value {
    develop(json!({"task": "Clear caches"}))
}

fn held(env: &TestEnv, client: &mut Client) -> Value {
    let steps = [Step::Status(Status::Running), Step::Hold];
    env.script("Say hello", &steps);
    let run = client.result("invoke_task", develop(json!({"task": "Say hello"})));
    json!({"run": run["id"]})
}

#[test]
fn a_task_with_a_confirmation_text_asks_the_user() {
    let env = TestEnv::new();
    let mut client = Client::asking(&env, &INVOKE, [Answer::Yes]);
    let run = client.result("invoke_task", clear());
    assert_eq!(
        (&run["wasStarted"], env.sent(&["invokeRegisteredTask"])),
        (&json!(true), 1)
    );
    assert_snapshot!(client.questions.join("\n"), @"
    Start `Clear caches` on `lagoon-demo/develop`?
    Clear caches: Pages are slow until the caches are warm again. Clear them?
    ");
}

#[test]
fn only_an_explicit_yes_is_consent() {
    let env = TestEnv::new();
    let answers = [Answer::Decline, Answer::Unticked];
    let mut client = Client::asking(&env, &INVOKE, answers);
    assert_snapshot!(client.refusal("invoke_task", clear()), @"error (usage): the user declined; nothing was done");
    assert_snapshot!(client.refusal("invoke_task", clear()), @"error (usage): the user did not confirm; nothing was done");
    assert_eq!(env.sent(&["invokeRegisteredTask"]), 0);
}

#[test]
fn a_client_that_cannot_ask_is_refused() {
    let env = TestEnv::new();
    let mut client = Client::new(&env, &INVOKE);
    assert_snapshot!(client.refusal("invoke_task", clear()), @"
    error (usage): confirmation required: Start `Clear caches` on `lagoon-demo/develop`?
      Clear caches: Pages are slow until the caches are warm again. Clear them?
    hint: this client does not support elicitation, so the server could not ask the user, and nothing was done
    hint for the user: to do it in a terminal: tasks invoke 'Clear caches' -p lagoon-demo -e develop
    ");
    let run = held(&env, &mut client);
    assert_snapshot!(client.refusal("cancel_run", run), @"
    error (usage): confirmation required: Cancel run 1 of `Say hello` on `lagoon-demo/develop`? It is running.
    hint: this client does not support elicitation, so the server could not ask the user, and nothing was done
    hint for the user: to do it in a terminal: tasks cancel 1
    ");
    assert_eq!(
        (
            env.sent(&["cancelTask"]),
            env.sent(&["invokeRegisteredTask"])
        ),
        (0, 1)
    );
}

#[test]
fn every_cancellation_asks_the_user() {
    let env = TestEnv::new();
    let mut client = Client::asking(&env, &INVOKE, [Answer::Decline, Answer::Yes]);
    let run = held(&env, &mut client);
    client.refusal("cancel_run", run.clone());
    assert_eq!(env.sent(&["cancelTask"]), 0);
    let cancelled = client.result("cancel_run", run.clone());
    assert_eq!(
        (
            &cancelled["cancelled"],
            &cancelled["acknowledged"],
            &cancelled["status"]
        ),
        (&json!(true), &json!(true), &json!("cancelled"))
    );
    assert_snapshot!(client.questions[1], @"Cancel run 1 of `Say hello` on `lagoon-demo/develop`? It is running.");
    assert_snapshot!(client.refusal("cancel_run", run), @"
    error (failed): run 1 of `Say hello` was already cancelled; nothing to cancel
    run 1: `Say hello` is cancelled
    ");
    assert_eq!((client.questions.len(), env.sent(&["cancelTask"])), (2, 1));
}

#[test]
fn a_cancelled_call_starts_nothing_after_the_question() {
    let env = TestEnv::new();
    let mut client = Client::asking(&env, &INVOKE, [Answer::Silence, Answer::Yes]);
    let id = client.begin_call("invoke_task", clear());
    client.until_asked();
    client.cancel(id);
    // The next call shows that the server goes on.
    client.result("invoke_task", clear());
    assert_eq!(env.sent(&["invokeRegisteredTask"]), 1);
    assert_eq!(client.close().code, 0);
}

#[test]
fn a_cancelled_call_cancels_nothing_after_the_question() {
    let env = TestEnv::new();
    let mut client = Client::asking(&env, &INVOKE, [Answer::Silence]);
    let run = held(&env, &mut client);
    let id = client.begin_call("cancel_run", run.clone());
    client.until_asked();
    client.cancel(id);
    assert_eq!(client.result("run_status", run)["status"], "running");
    assert_eq!((client.close().code, env.sent(&["cancelTask"])), (0, 0));
}

#[test]
fn the_end_of_the_input_ends_a_question() {
    let env = TestEnv::new();
    let mut client = Client::asking(&env, &INVOKE, [Answer::Silence]);
    client.begin_call("invoke_task", clear());
    client.until_asked();
    let ended = client.close();
    assert_eq!(
        (ended.code, env.sent(&["invokeRegisteredTask"])),
        (0, 0),
        "{}",
        ended.stderr
    );
}

#[test]
fn production_needs_no_question_of_its_own() {
    let env = TestEnv::new();
    let flags = ["--allow-invoke", "--allow-production"];
    let mut client = Client::new(&env, &flags);
    let run = client.result("invoke_task", on("main", json!({"task": "Say hello"})));
    assert_eq!(run["production"], true);
}

#[test]
fn the_sandbox_asks_before_it_executes_something_new() {
    let env = TestEnv::new();
    let home = &env.home;
    let define = [
        "define",
        "New",
        "--command",
        "echo new",
        "--service",
        "cli",
        "-l",
        "sandbox",
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
    ];
    home.tasks(&define).succeeds();
    let call = develop(json!({"task": "New"}));
    let command = || home.command(&["mcp", "-l", "sandbox", "--allow-invoke"]);
    let mut client = Client::start(&env, command(), json!({}));
    let refused = client.refusal("invoke_task", call.clone());
    assert!(
        refused.contains("Run this command on this machine as your user: echo new"),
        "{refused}"
    );
    let ended = client.close();
    assert!(
        ended.stderr.contains("without isolation"),
        "{}",
        ended.stderr
    );
    let command = home.command(&["mcp", "-l", "sandbox", "--allow-invoke", "--simulate"]);
    let mut client = Client::start(&env, command, json!({}));
    client.result("invoke_task", call);
}
