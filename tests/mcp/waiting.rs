//! Waiting for runs: progress, cancellation and time limits.

use insta::assert_snapshot;
use lagoon_sandbox::store::Status;
use serde_json::json;

use super::client::{Client, text};
use crate::support::env::TestEnv;
use crate::wait::{advance, start_held};

#[test]
fn a_wait_reports_progress_and_the_outcome() {
    let env = TestEnv::new();
    let run = start_held(&env, Status::Failed);
    let mut client = Client::new(&env, &[]);
    let id = client.begin_call("wait_for_run", json!({"run": 1}));
    client.until_progress("run 1 is running");
    advance(&env, &run);
    let reply = client.reply(id);
    let result = &reply["result"];
    assert_eq!(result["isError"], false);
    assert_eq!(result["structuredContent"]["outcome"], "failed");
    assert_snapshot!(text(result), @"run 1 of `Say hello` on `lagoon-demo/main` (production) failed; run_log shows why");
    let steps: Vec<f64> = client
        .progress
        .iter()
        .map(|p| p["progress"].as_f64().unwrap())
        .collect();
    assert!(steps.is_sorted_by(|a, b| a < b), "{steps:?}");
    assert!(client.progress.iter().all(|p| p["progressToken"] == id));
}

#[test]
fn without_a_token_there_is_no_progress() {
    let env = TestEnv::new();
    let run = start_held(&env, Status::Complete);
    let mut client = Client::new(&env, &[]);
    let params = json!({"name": "wait_for_run", "arguments": {"run": 1}});
    let id = client.begin("tools/call", params);
    advance(&env, &run);
    client.reply(id);
    assert!(client.progress.is_empty());
}

#[test]
fn cancelling_a_wait_leaves_the_run_in_progress() {
    let env = TestEnv::new();
    let run = start_held(&env, Status::Complete);
    let mut client = Client::new(&env, &[]);
    let id = client.begin_call("wait_for_run", json!({"run": 1}));
    client.until_progress("running");
    client.cancel(id);
    let status = client.result("run_status", json!({"run": 1}));
    assert_eq!(
        (&status["status"], env.sent(&["cancelTask"])),
        (&json!("running"), 0)
    );
    // Another wait sees the end; the cancelled one is never answered.
    let other = client.begin_call("wait_for_run", json!({"run": 1}));
    advance(&env, &run);
    assert_eq!(
        client.reply(other)["result"]["structuredContent"]["outcome"],
        "completed"
    );
    let ended = client.close();
    assert!(ended.code == 0 && ended.left.is_empty(), "{:?}", ended.left);
}

#[test]
fn a_wait_ends_at_its_time_limit() {
    let env = TestEnv::new();
    start_held(&env, Status::Complete);
    let mut client = Client::new(&env, &[]);
    let waited = client.call("wait_for_run", json!({"run": 1, "timeoutSeconds": 1}));
    let run = &waited["structuredContent"];
    assert_eq!(
        (&run["timedOut"], &run["finished"]),
        (&json!(true), &json!(false))
    );
    assert_snapshot!(text(&waited), @"run 1 of `Say hello` on `lagoon-demo/main` (production) is running; call wait_for_run again to keep waiting");
}

#[test]
fn several_calls_are_carried_out_at_once() {
    let env = TestEnv::new();
    let run = start_held(&env, Status::Complete);
    let mut client = Client::new(&env, &[]);
    let waits = [(); 3].map(|()| client.begin_call("wait_for_run", json!({"run": 1})));
    assert_eq!(
        client.result("list_projects", json!({}))["projects"][0]["id"],
        42
    );
    advance(&env, &run);
    for id in waits {
        assert_eq!(
            client.reply(id)["result"]["structuredContent"]["finished"],
            true
        );
    }
}

#[test]
fn the_end_of_the_input_and_a_signal_end_a_wait() {
    let env = TestEnv::new();
    start_held(&env, Status::Complete);
    let waiting = || {
        let mut client = Client::new(&env, &[]);
        client.begin_call("wait_for_run", json!({"run": 1}));
        client.until_progress("running");
        client
    };
    assert_eq!(waiting().close().code, 0);
    let client = waiting();
    client.signal("TERM");
    assert_eq!(client.ended().code, 0);
    assert_eq!(env.sent(&["cancelTask"]), 0);
}
