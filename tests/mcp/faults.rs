//! A Lagoon that fails: each failure is an error of the tool, and nothing is started twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::{Value, json};

use super::client::{Answer, Client};
use super::develop;
use crate::support::env::TestEnv;
use crate::support::process::eventually;
use crate::support::proxy::{Fault, Proxy};
use crate::wait::{advance, start_held};

/// A server whose mutations have these faults, with the number of mutations.
fn with_mutations<const N: usize>(
    env: &TestEnv,
    faults: [Fault; N],
) -> (Client, Proxy, Arc<AtomicUsize>) {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        if !request.body.contains("\"mutation ") {
            return Fault::None;
        }
        let at = count.fetch_add(1, Ordering::SeqCst);
        faults.get(at).cloned().unwrap_or(Fault::None)
    });
    let flags = ["mcp", "--allow-invoke", "--request-timeout", "3s"];
    let command = env.command(&flags).env("TASKS_API", proxy.url("/graphql"));
    let client = Client::start(env, command, json!({"elicitation": {}}));
    (client, proxy, sent)
}

/// Every port in a text.
fn masked(text: &str) -> String {
    let port = regex::Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    port.replace_all(text, "127.0.0.1:PORT").into_owned()
}

fn runs(env: &TestEnv) -> usize {
    let (_, answer) = env.graphql("{environmentById(id:102){tasks{id}}}", json!({}));
    answer["data"]["environmentById"]["tasks"]
        .as_array()
        .unwrap()
        .len()
}

fn hello() -> Value {
    develop(json!({"task": "Say hello"}))
}

#[test]
fn a_lost_reply_to_a_start_is_recovered_and_never_sent_again() {
    for fault in [Fault::ResponseLost, Fault::ResetAfter(10), Fault::Silence] {
        let env = TestEnv::new();
        let is_silent = matches!(fault, Fault::Silence);
        let (mut client, _proxy, sent) = with_mutations(&env, [fault]);
        let result = client.call("invoke_task", hello());
        assert_eq!(sent.load(Ordering::SeqCst), 1, "{result}");
        if is_silent {
            // Lagoon never received it.
            let text = super::text(&result);
            assert!(
                text.contains("unknown") && text.starts_with("error (unreachable)"),
                "{text}"
            );
            assert_eq!(runs(&env), 0);
        } else {
            assert_eq!(result["structuredContent"]["wasStarted"], true, "{result}");
            assert_eq!(runs(&env), 1);
        }
    }
}

#[test]
fn two_starts_at_once_whose_replies_are_lost_are_two_runs() {
    let env = TestEnv::new();
    let faults = [Fault::ResponseLost, Fault::ResponseLost];
    let (mut client, _proxy, sent) = with_mutations(&env, faults);
    let calls = [(); 2].map(|()| client.begin_call("invoke_task", hello()));
    let mut ids = calls.map(|id| {
        let reply = client.reply(id);
        reply["result"]["structuredContent"]["id"]
            .as_i64()
            .unwrap_or_else(|| panic!("{reply}"))
    });
    ids.sort_unstable();
    assert_eq!((ids, sent.load(Ordering::SeqCst)), ([1, 2], 2));
}

#[test]
fn a_start_that_the_client_cancelled_is_reported() {
    let env = TestEnv::new();
    let (mut client, _proxy, sent) =
        with_mutations(&env, [Fault::Late(Duration::from_millis(500))]);
    let id = client.begin_call("invoke_task", hello());
    eventually("the start is sent", || sent.load(Ordering::SeqCst) == 1);
    client.cancel(id);
    eventually("the run exists", || runs(&env) == 1);
    client.result("list_runs", develop(json!({})));
    let ended = client.close();
    assert_eq!((ended.code, sent.load(Ordering::SeqCst)), (0, 1));
    assert_snapshot!(ended.stderr, @"started run 1 of `Say hello`, after the client cancelled the call or disconnected");
}

#[test]
fn a_start_is_finished_after_the_client_has_left() {
    let env = TestEnv::new();
    let (mut client, _proxy, sent) =
        with_mutations(&env, [Fault::Late(Duration::from_millis(500))]);
    client.begin_call("invoke_task", hello());
    eventually("the start is sent", || sent.load(Ordering::SeqCst) == 1);
    let ended = client.close();
    assert_eq!((ended.code, runs(&env)), (0, 1));
    assert!(
        ended.stderr.contains("started run 1 of `Say hello`"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_lost_reply_to_a_cancellation_is_not_repeated() {
    let env = TestEnv::new();
    let (client, _proxy, sent) = with_mutations(&env, [Fault::None, Fault::ResponseLost]);
    let mut client = client.answering([Answer::Yes]);
    env.script("Say hello", &[Step::Status(Status::Running), Step::Hold]);
    client.result("invoke_task", hello());
    let run = client.result("cancel_run", json!({"run": 1, "timeoutSeconds": 20}));
    assert_eq!(
        (&run["cancelled"], &run["acknowledged"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(sent.load(Ordering::SeqCst), 2);
}

#[test]
fn a_server_that_is_down_is_an_error_of_the_tool() {
    let env = TestEnv::new();
    let command = env.command(&["mcp", "--request-timeout", "1s"]);
    let command = command.env("TASKS_API", "http://127.0.0.1:1/graphql");
    let mut client = Client::start(&env, command, json!({}));
    assert_snapshot!(masked(&client.refusal("list_projects", json!({}))), @"
    error (unreachable): cannot reach http://127.0.0.1:PORT: Connection refused (os error 111)
    hint for the user: check the address and the network: curl -sS http://127.0.0.1:PORT/status
    hint for the user: to find the cause: tasks doctor
    ");
    for (tool, arguments) in [
        ("list_environments", json!({"project": "lagoon-demo"})),
        ("list_tasks", develop(json!({}))),
        ("show_task", develop(json!({"task": "x"}))),
        ("list_runs", develop(json!({}))),
        ("run_status", json!({"run": 1})),
        ("run_log", json!({"run": 1})),
        ("wait_for_run", json!({"run": 1})),
    ] {
        let refused = client.refusal(tool, arguments);
        assert!(
            refused.starts_with("error (unreachable)"),
            "{tool}: {refused}"
        );
    }
    assert_eq!(client.close().code, 0);
}

#[test]
fn a_silent_server_is_an_error_after_the_time_limit() {
    let env = TestEnv::new();
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, |_| Fault::Silence);
    let command = env.command(&["mcp", "--request-timeout", "500ms"]);
    let command = command.env("TASKS_API", proxy.url("/graphql"));
    let mut client = Client::start(&env, command, json!({}));
    assert_snapshot!(masked(&client.refusal("list_projects", json!({}))), @"
    error (unreachable): http://127.0.0.1:PORT did not answer within 0.5 s
    hint for the user: to find the cause: tasks doctor
    ");
}

#[test]
fn replies_that_are_no_lagoons_are_errors_of_the_tool() {
    let env = TestEnv::new();
    let html = Fault::answered("502 Bad Gateway", "text/html", "<html>bad gateway</html>");
    let expired =
        r#"{"errors":[{"message":"Unauthorized - Keycloak token invalid: jwt expired"}]}"#;
    let expired = Fault::answered("401 Unauthorized", "application/json", expired);
    for (fault, kind) in [
        (html, "unreachable"),
        (expired, "not-allowed"),
        (Fault::replaced(json!({"data": null})), "failed"),
        (Fault::Damaged, "unreachable"),
    ] {
        let name = format!("{fault:?}");
        let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |_| fault.clone());
        let command = env.command(&["mcp", "--request-timeout", "1s"]);
        let command = command.env("TASKS_API", proxy.url("/graphql"));
        let mut client = Client::start(&env, command, json!({}));
        let refused = client.refusal("run_status", json!({"run": 1}));
        let is_error = refused.starts_with("error (");
        assert!(is_error && refused.contains(kind), "{name}: {refused}");
        assert_eq!(client.close().code, 0);
    }
}

#[test]
fn a_wait_survives_a_server_that_is_away() {
    let env = TestEnv::new();
    let run = start_held(&env, Status::Complete);
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        let is_read = request.body.contains("taskById");
        match is_read.then(|| count.fetch_add(1, Ordering::SeqCst)) {
            Some(1..=4) => Fault::answered("503 Service Unavailable", "text/html", "<html>"),
            _ => Fault::None,
        }
    });
    let command = env.command(&["mcp", "--request-timeout", "1s"]);
    let command = command.env("TASKS_API", proxy.url("/graphql"));
    let mut client = Client::start(&env, command, json!({}));
    let id = client.begin_call("wait_for_run", json!({"run": 1}));
    client.until_progress("still trying to read the run");
    advance(&env, &run);
    assert_eq!(
        client.reply(id)["result"]["structuredContent"]["outcome"],
        "completed"
    );
}

#[test]
fn a_refusal_names_the_required_role() {
    let env = TestEnv::new();
    let guest = env.as_role("guest");
    start_held(&env, Status::Complete);
    let flags = ["--allow-invoke", "--allow-production"];
    let mut client = Client::asking(&guest, &flags, [Answer::Yes]);
    assert_snapshot!(client.refusal("cancel_run", json!({"run": 1})), @r#"
    error (not-allowed): not allowed: Unauthorized: You don't have permission to "cancel:production" on "task"
    run 1: `Say hello` is running
    hint: this requires the role maintainer; your roles: lagoon-demo-group (guest)
    "#);
}

#[test]
fn a_cancelled_call_reads_no_further() {
    let env = TestEnv::new();
    start_held(&env, Status::Complete);
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        count.fetch_add(1, Ordering::SeqCst);
        match request.body.contains("taskById") {
            true => Fault::Late(Duration::from_millis(300)),
            false => Fault::Late(Duration::from_millis(600)),
        }
    });
    let command = env.command(&["mcp"]);
    let command = command.env("TASKS_API", proxy.url("/graphql"));
    let mut client = Client::start(&env, command, json!({}));
    let id = client.begin_call("run_log", json!({"run": 1}));
    eventually("the run is read", || asked.load(Ordering::SeqCst) == 1);
    client.cancel(id);
    // Its reply comes after that to the first request of the cancelled call.
    client.result("list_projects", json!({}));
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    let ended = client.close();
    assert!(ended.code == 0 && ended.left.is_empty(), "{:?}", ended.left);
}

#[test]
fn every_tool_can_be_cancelled_while_lagoon_is_silent() {
    let env = TestEnv::new();
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, |_| Fault::Silence);
    let command = env.command(&["mcp", "--allow-invoke"]);
    let command = command.env("TASKS_API", proxy.url("/graphql"));
    let mut client = Client::start(&env, command, json!({"elicitation": {}}));
    let calls = [
        ("list_projects", json!({})),
        ("list_environments", json!({"project": "lagoon-demo"})),
        ("list_tasks", develop(json!({}))),
        ("show_task", develop(json!({"task": "x"}))),
        ("list_runs", develop(json!({}))),
        ("run_status", json!({"run": 1})),
        ("run_log", json!({"run": 1})),
        ("wait_for_run", json!({"run": 1})),
        ("invoke_task", hello()),
        ("cancel_run", json!({"run": 1})),
    ];
    for (tool, arguments) in calls {
        let id = client.begin_call(tool, arguments);
        client.cancel(id);
        assert_eq!(client.request("ping", json!({}))["result"], json!({}));
    }
    let ended = client.close();
    assert!(ended.code == 0 && ended.left.is_empty(), "{:?}", ended.left);
    assert_eq!(env.requests().len(), 0);
}
