//! `invoke` over networks that lose or change replies: the mutation is sent once.

use insta::assert_snapshot;
use lagoon_sandbox::Fault;
use serde_json::json;

use super::{invoke, started};
use crate::support::env::{MAIN, TestEnv};
use crate::support::process::eventually;
use crate::support::proxy::{self, Proxy};

#[test]
fn a_lost_reply_is_looked_up_and_the_start_not_repeated() {
    for fault in [Fault::LoseResponse, Fault::HangAfter] {
        let env = TestEnv::new();
        env.sandbox()
            .fail_next("invokeRegisteredTask", fault.clone());
        let output = invoke(&env, &["Run yarn audit", "--request-timeout", "2s"]);
        if fault == Fault::LoseResponse {
            assert_snapshot!(output.snapshot(), @"
            exit code: 0
            ---- stdout
            1	lagoon-task-xxxx	Run yarn audit	complete	completed	lagoon-demo	main	node	TIME	TIME	TIME	maintainer@example.com
            ---- stderr
            127.0.0.1 · lagoon-demo/main (production)
            warning: the reply was lost; run 1 was found and is assumed to be the one that was started
            run 1
            ");
        }
        assert_eq!((output.code, started(&env)), (0, 1), "{fault:?}\n{output}");
        assert!(output.stdout.starts_with("1\t"), "{output}");
    }
}

#[test]
fn looking_up_a_run_tolerates_unreadable_replies() {
    let page = || proxy::Fault::answered("200 OK", "text/html", "<html>maintenance</html>");
    // Each look reads such an answer twice.
    for (unread, code) in [(4, 0), (6, 7)] {
        let env = TestEnv::new();
        let mut faults = vec![proxy::Fault::None, proxy::Fault::ResponseLost];
        faults.extend((0..unread).map(|_| page()));
        let proxy = Proxy::new(env.address(), faults);
        let line = [&["invoke", "Run yarn audit", "-o", "id"], &MAIN[..]].concat();
        let output = env.run(env.command(&line).env("TASKS_API", proxy.url("/graphql")));
        assert_eq!(
            (output.code, started(&env)),
            (code, 1),
            "{unread}\n{output}"
        );
        assert_eq!(
            output.stdout,
            if code == 0 { "1\n" } else { "" },
            "{output}"
        );
    }
}

#[test]
fn a_lost_reply_without_a_run_stays_unknown() {
    let env = TestEnv::new();
    env.sandbox().fail_next("invokeRegisteredTask", Fault::Hang);
    let output = invoke(&env, &["Run yarn audit", "--request-timeout", "1s"]);
    assert_snapshot!(output.error(7), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: it is unknown whether `Run yarn audit` was started on lagoon-demo/main (production): http://127.0.0.1:PORT did not answer within 1 s
    hint: no run was found yet; check the newest runs there before you start it again
    hint: to find the cause: tasks doctor
    ");
    assert_eq!(started(&env), 1);
}

#[test]
fn an_older_run_is_no_candidate() {
    let env = TestEnv::new();
    let proxy = Proxy::new(
        env.address(),
        [proxy::Fault::None, proxy::Fault::ResponseLost],
    );
    let before = invoke(&env, &["Run yarn audit", "-o", "id"]).succeeds();
    assert_eq!(before.stdout, "1\n");
    let line = [&["invoke", "Run yarn audit"], &MAIN[..]].concat();
    let output = env.run(env.command(&line).env("TASKS_API", proxy.url("/graphql")));
    assert!(output.succeeds().stdout.starts_with("2\t"));
}

#[test]
fn several_candidates_make_the_outcome_unknown() {
    let env = TestEnv::new();
    env.sandbox()
        .fail_next("invokeRegisteredTask", Fault::HangAfter);
    let line = [
        &["invoke", "Run yarn audit", "--request-timeout", "3s"],
        &MAIN[..],
    ]
    .concat();
    let running = env.command(&line).start();
    let runs = "{environmentById(id:101){tasks{id}}}";
    let count = || {
        let (_, answer) = env.graphql(runs, json!({}));
        answer["data"]["environmentById"]["tasks"]
            .as_array()
            .unwrap()
            .len()
    };
    eventually("there is a run", || count() > 0);
    // The same user starts the same while the answer hangs.
    let again = "mutation{invokeRegisteredTask(advancedTaskDefinition:1,environment:101){id}}";
    env.graphql(again, json!({}));
    let output = running.finish();
    assert_snapshot!(output.error(7), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: it is unknown whether `Run yarn audit` was started on lagoon-demo/main (production): http://127.0.0.1:PORT did not answer within 3 s
    hint: it may be run 2 (lagoon-task-xxxx, complete)
    hint: it may be run 1 (lagoon-task-xxxx, complete)
    hint: check them before you start it again
    hint: to find the cause: tasks doctor
    ");
}

#[test]
fn gateway_errors_and_refusals_have_distinct_exit_codes() {
    let env = TestEnv::new();
    let refused = |message| {
        env.sandbox().refuse_next("invokeRegisteredTask", message);
        invoke(&env, &["Run yarn audit"])
    };
    let output = refused("Tasks have been disabled for this project");
    assert_snapshot!(output.error(1), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: Lagoon refused: Tasks have been disabled for this project
    hint: the project's owner or a platform owner can enable tasks again
    ");
    let output = refused("Task registration '1' could not be found.");
    assert_snapshot!(output.error(1), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: Lagoon refused: Task registration '1' could not be found.
    hint: `Run yarn audit` was changed or deleted in the meantime, or your role may not invoke it
    ");
    let output = refused("Unauthorized: You don't have permission to \"invoke\" on \"task\"");
    assert_snapshot!(output.error(4), @r#"
    127.0.0.1 · lagoon-demo/main (production)
    error: not allowed: Unauthorized: You don't have permission to "invoke" on "task"
    hint: you are a maintainer on lagoon-demo
    "#);
    env.sandbox().fail_next(
        "invokeRegisteredTask",
        Fault::Status(502, "<html>".to_owned()),
    );
    let output = invoke(&env, &["Run yarn audit"]);
    assert_eq!((output.code, started(&env)), (7, 4), "{output}");
}

#[test]
fn failed_queries_are_retried() {
    let env = TestEnv::new();
    for status in [502, 503, 429] {
        let busy = Fault::Status(status, "<html>busy</html>".to_owned());
        env.sandbox()
            .fail_next("environmentByKubernetesNamespaceName", busy);
        invoke(&env, &["Run yarn audit"]).succeeds();
    }
    env.sandbox()
        .fail_next("environmentByKubernetesNamespaceName", Fault::LoseResponse);
    invoke(&env, &["Run yarn audit"]).succeeds();
}

/// The reply to a mutation whose nested fields fail, although the run exists.
#[test]
fn a_run_in_a_partial_reply_is_reported() {
    let env = TestEnv::new();
    let body = json!({
        "errors": [{"message": "boom", "path": ["invokeRegisteredTask", "environment", "project"]}],
        "data": {"invokeRegisteredTask": {"id": 500, "name": "Run yarn audit",
            "taskName": "lagoon-task-abcdef", "status": "new", "service": "node", "created": null,
            "started": null, "completed": null, "environment": null}},
    });
    let proxy = Proxy::new(
        env.address(),
        [proxy::Fault::None, proxy::Fault::replaced(body)],
    );
    let line = [&["invoke", "Run yarn audit", "-o", "id"], &MAIN[..]].concat();
    let output = env.run(env.command(&line).env("TASKS_API", proxy.url("/graphql")));
    assert_eq!(output.succeeds().stdout, "500\n");
}

#[test]
fn a_refusal_that_left_a_run_behind_names_it() {
    let env = TestEnv::new();
    // Carried out, but answered with a refusal: Lagoon makes the row before it passes it on.
    let body = json!({"errors": [{"message": "connect ECONNREFUSED", "path": ["invokeRegisteredTask"]}],
        "data": {"invokeRegisteredTask": null}});
    let proxy = Proxy::new(
        env.address(),
        [proxy::Fault::None, proxy::Fault::replaced(body)],
    );
    let line = [&["invoke", "Run yarn audit", "-o", "json"], &MAIN[..]].concat();
    let before = env.command(&line).env("TASKS_API", proxy.url("/graphql"));
    let output = env.run(before).ends_with(1);
    assert_eq!(output.json_error()["runs"][0]["id"], 1, "{output}");
    assert_eq!(started(&env), 1);
}

#[test]
fn an_overflowing_retry_after_does_not_panic() {
    let env = TestEnv::new();
    let head = "503 Service Unavailable\r\nRetry-After: 18446744073709551615";
    let busy = proxy::Fault::answered(head, "text/html", "busy");
    let proxy = Proxy::new(env.address(), [busy]);
    let line = [
        &["invoke", "Run yarn audit", "--request-timeout", "1s"],
        &MAIN[..],
    ]
    .concat();
    env.run(env.command(&line).env("TASKS_API", proxy.url("/graphql")))
        .ends_with(7);
}

#[test]
fn a_token_does_not_follow_a_redirect() {
    let (env, elsewhere) = (TestEnv::new(), TestEnv::new());
    let proxy = Proxy::new(
        env.address(),
        vec![proxy::Fault::redirected(&elsewhere.url()); 2],
    );
    let line = [&["list"], &MAIN[..]].concat();
    env.run(env.command(&line).env("TASKS_API", proxy.url("/graphql")))
        .ends_with(7);
    assert_eq!(elsewhere.requests().len(), 0);
}

#[test]
fn loopback_is_never_reached_through_a_proxy() {
    let env = TestEnv::new();
    let line = [&["list", "-o", "id"], &MAIN[..]].concat();
    let mut command = env.command(&line);
    for name in [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ] {
        command = command.env(name, "http://127.0.0.1:9");
    }
    env.run(command).succeeds();
}

#[test]
fn requests_too_long_for_lagoon_are_refused_locally() {
    let env = TestEnv::new();
    let file = env.home.write("work/quotes", "\"".repeat(30_000));
    let text = format!("TEXT={}", file.display());
    let output = invoke(
        &env,
        &["Try arguments", "--arg-file", &text, "-a", "FROM=main"],
    );
    assert_snapshot!(output.error(2), @"
    127.0.0.1 · lagoon-demo/main (production)
    error: the request has 120688 bytes; Lagoon accepts at most 102400
    hint: shorten the command, or move it to a file in the container's image; escaped characters count more than once
    ");
    assert_eq!(started(&env), 0);
}
