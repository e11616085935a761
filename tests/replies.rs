//! Replies that belong to another request: duplicated and late ones on a connection that stays open,
//! and refusals that could belong to any request, are not believed. Replies without an end are not
//! read to the end.

use std::time::Duration;

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use lagoon_tasks::internal::Document;
use serde_json::{Map, json};

use crate::bulk::started;
use crate::support::env::{MAIN, TestEnv};
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy};
use crate::wait::start;

fn through(env: &TestEnv, proxy: &Proxy, line: &[&str]) -> Output {
    env.run(env.command(line).env("TASKS_API", proxy.url("/graphql")))
}

/// Runs a command once for each request that it sends, with a fault in the place of that request's
/// reply. Push is not available, so every request is one of the command's own.
pub(crate) fn at_each_request(
    env: &TestEnv,
    line: impl Fn() -> Vec<String>,
    fault: &Fault,
    judge: impl Fn(usize, Output),
) {
    for at in 0.. {
        let (proxy, own) = failing_at(env, at, fault.clone());
        let line = line();
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let output = through(env, &proxy, &line);
        if own.load(std::sync::atomic::Ordering::SeqCst) <= at {
            assert!(at > 0, "no request was sent\n{output}");
            break;
        }
        judge(at, output);
    }
}

/// A proxy with a fault for one request, and how many requests there were beside push.
pub(crate) fn failing_at(
    env: &TestEnv,
    at: usize,
    fault: Fault,
) -> (Proxy, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    let own = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&own);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        if request.head.contains("/graphql/stream") || request.body.is_empty() {
            return Fault::Refused;
        }
        match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            n if n == at => fault.clone(),
            _ => Fault::None,
        }
    });
    (proxy, own)
}

fn owned(line: &[&str]) -> Vec<String> {
    line.iter().map(|word| (*word).to_owned()).collect()
}

const MIXED_UP: [Fault; 2] = [Fault::Stale, Fault::Twice];

/// A run that has ended, with a log of its own.
fn ended(env: &TestEnv, log: &str, end: Status) -> String {
    let steps = [
        Step::Status(Status::Running),
        Step::Log(log.to_owned()),
        Step::Status(end),
    ];
    start(env, &steps)
}

#[test]
fn a_failed_run_is_never_reported_as_the_completed_one_before_it() {
    let env = TestEnv::new();
    let good = ended(&env, "good\n", Status::Complete);
    let bad = ended(&env, "bad\n", Status::Failed);
    let line = || owned(&["wait", &good, &bad, "-o", "tsv"]);
    let line_words = line();
    let words: Vec<&str> = line_words.iter().map(String::as_str).collect();
    let expected = env.tasks(&words).ends_with(3).stdout;
    for fault in MIXED_UP {
        at_each_request(&env, line, &fault, |at, output| {
            assert_eq!(output.code, 3, "{fault:?} at {at}\n{output}");
            assert_eq!(output.stdout, expected, "{fault:?} at {at}\n{output}");
        });
    }
}

#[test]
fn a_log_is_never_that_of_another_run() {
    let env = TestEnv::new();
    let one = ended(&env, "the first run\n", Status::Complete);
    let two = ended(&env, "the second run\n", Status::Complete);
    let line = || owned(&["logs", &one, &two]);
    let expected = env.tasks(&["logs", &one, &two]).succeeds().stdout;
    assert!(expected.contains("the first run") && expected.contains("the second run"));
    for fault in MIXED_UP {
        at_each_request(&env, line, &fault, |at, output| {
            let shown = (output.code, output.stdout.as_str());
            assert_eq!(shown, (0, expected.as_str()), "{fault:?} at {at}\n{output}");
        });
    }
}

#[test]
fn a_bulk_start_reports_the_run_of_each_environment() {
    for fault in MIXED_UP {
        let env = TestEnv::new();
        let line = [
            "invoke",
            "Say hello",
            "-p",
            "lagoon-demo",
            "--all-environments",
        ];
        let more = ["--yes", "-o", "json", "--concurrency", "1"];
        let line = [&line[..], &more].concat();
        at_each_request(
            &env,
            || owned(&line),
            &fault,
            |at, output| {
                let context = format!("{fault:?} at {at}\n{output}");
                assert_eq!(output.code, 0, "{context}");
                let reported = output.json();
                let reported = reported.as_array().unwrap();
                assert_eq!(reported.len(), 3, "{context}");
                for run in reported {
                    let query = "query($i:Int!){taskById(id:$i){environment{name}}}";
                    let (_, answer) = env.graphql(query, json!({"i": run["id"]}));
                    let place = &answer["data"]["taskById"]["environment"]["name"];
                    assert_eq!(&run["environment"]["name"], place, "{context}");
                }
            },
        );
        // Nothing was sent twice.
        let runs = env.graphql(
            "{a:environmentById(id:101){tasks{id}} b:environmentById(id:102){tasks{id}}
              c:environmentById(id:103){tasks{id}}}",
            json!({}),
        );
        let runs = runs.1.to_string().matches("\"id\"").count();
        assert_eq!(runs, started(&env));
        assert_eq!(runs % 3, 0);
    }
}

/// Two targets whose mutations Lagoon answers with one run.
#[test]
fn one_run_for_two_targets_is_an_error_that_names_both() {
    let env = TestEnv::new();
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, |request| {
        if request.body.contains("mutation InvokeTask") {
            return Fault::rewritten(|answer| {
                answer["data"]["invokeRegisteredTask"]["id"] = json!(77);
            });
        }
        Fault::None
    });
    let line = [
        "invoke",
        "Say hello",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "-e",
        "develop",
    ];
    let line = [&line[..], &["--yes", "-o", "json", "--concurrency", "1"]].concat();
    let output = through(&env, &proxy, &line).ends_with(7);
    for name in ["run 77", "lagoon-demo/main", "lagoon-demo/develop"] {
        assert!(
            output.stdout.contains(name) || output.stderr.contains(name),
            "{output}"
        );
    }
}

#[test]
fn a_mutation_with_a_stale_reply_is_verified_and_not_repeated() {
    let env = TestEnv::new();
    let line = [&["invoke", "Run yarn audit", "-o", "id"], &MAIN[..]].concat();
    let proxy = Proxy::new(env.address(), [Fault::None, Fault::Stale]);
    let output = through(&env, &proxy, &line).succeeds();
    assert_eq!(
        (output.stdout.as_str(), started(&env)),
        ("1\n", 1),
        "{output}"
    );
    // The look-up has a new connection.
    assert_eq!(proxy.connections(), 2);
}

#[test]
fn a_refused_query_is_confirmed_by_a_second_request() {
    let env = TestEnv::new();
    let unauthorized = r#"{"errors":[{"message":"Unauthorized - Legacy token invalid"}]}"#;
    let invalid = r#"{"errors":[{"message":"Cannot query field \"x\" on type \"Query\"."}]}"#;
    for (status, kind, body, code) in [
        ("401 Unauthorized", "application/json", unauthorized, 4),
        ("400 Bad Request", "application/json", invalid, 1),
        (
            "200 OK",
            "application/json",
            r#"{"errors":[{"message":"x"}],"data":null}"#,
            1,
        ),
        ("200 OK", "text/html", "<html>", 7),
    ] {
        let fault = Fault::answered(status, kind, body);
        let line = ["projects", "-o", "name"];
        let once = Proxy::new(env.address(), [fault.clone()]);
        through(&env, &once, &line).succeeds();
        assert_eq!(once.seen().len(), 2, "{status}");
        let twice = Proxy::new(env.address(), [fault.clone(), fault]);
        through(&env, &twice, &line).ends_with(code);
        assert_eq!(twice.seen().len(), 2, "{status}");
    }
}

/// A user's own document has no alias that its reply could repeat.
#[test]
fn each_user_document_has_its_own_connection() {
    let env = TestEnv::new();
    let proxy = Proxy::new(env.address(), []);
    let lagoon = crate::waiting::lagoon_at(&proxy.url("/graphql"), &[env.token()]);
    let ask = |query: &str| Document {
        query: query.to_owned(),
        operation: None,
        variables: Map::new(),
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        for query in [
            "{ a: __typename }",
            "{ b: __typename }",
            "{ c: __typename }",
        ] {
            let answer = lagoon.ask(&ask(query)).await.unwrap();
            assert_eq!(answer.value["data"].as_object().unwrap().len(), 1);
        }
    });
    assert_eq!(proxy.connections(), 3);
}

const TOO_LARGE: [Fault; 2] = [Fault::Endless, Fault::Packed];

#[test]
fn an_overlong_reply_to_a_mutation_counts_as_lost() {
    for fault in TOO_LARGE {
        let env = TestEnv::new();
        let line = [&["invoke", "Run yarn audit", "-o", "id", "-v"], &MAIN[..]].concat();
        let proxy = Proxy::new(env.address(), [Fault::None, fault.clone()]);
        let output = through(&env, &proxy, &line).succeeds();
        assert_eq!(
            (output.stdout.as_str(), started(&env)),
            ("1\n", 1),
            "{fault:?}\n{output}"
        );
        assert!(
            output
                .stderr
                .contains("1 MB, the limit for replies to changes"),
            "{output}"
        );
    }
}

#[test]
fn replies_to_queries_are_read_up_to_tasks_max_response() {
    let env = TestEnv::new();
    let asked = |args: &[&str], variable: &str, fault: &Fault| {
        let proxy = Proxy::new(env.address(), [fault.clone()]);
        let line = [&["list", "-o", "json"], &MAIN[..], args].concat();
        let command = env.command(&line).env("TASKS_API", proxy.url("/graphql"));
        env.run(command.env("TASKS_MAX_RESPONSE", variable))
    };
    for fault in TOO_LARGE {
        for (args, variable, limit) in [
            (&[][..], "1M", "1 MiB"),
            (&["--max-response", "3000000"], "1M", "3 MB"),
            (
                &["--max-response", "64KiB"],
                "what is overridden is not read",
                "64 KiB",
            ),
        ] {
            let output = asked(args, variable, &fault).ends_with(1);
            let error = output.json_error();
            let message = error["message"].as_str().unwrap();
            assert!(
                message.ends_with(&format!("sent more than {limit}, the limit for responses")),
                "{output}"
            );
            assert!(
                error["hints"][0]
                    .as_str()
                    .unwrap()
                    .contains("--max-response"),
                "{output}"
            );
        }
    }
    for (args, variable, named) in [
        (&[][..], "", "TASKS_MAX_RESPONSE"),
        (&[], "lots", "TASKS_MAX_RESPONSE"),
        (&[], "0", "TASKS_MAX_RESPONSE"),
        (&["--max-response", "0"], "1M", "--max-response"),
        (&["--max-response", "1T"], "1M", "--max-response"),
    ] {
        let output = asked(args, variable, &Fault::None).ends_with(2);
        assert!(output.stderr.contains(named), "{output}");
    }
}

/// Packed replies that are not too long are read.
#[test]
fn the_limit_applies_to_decompressed_bytes() {
    let env = TestEnv::new();
    let line = ["api", "{ me { email } }", "--max-response"];
    let proxy = Proxy::new(env.address(), [Fault::Packed, Fault::Packed]);
    let output = through(&env, &proxy, &[&line[..], &["15MiB"]].concat()).ends_with(1);
    assert!(output.stderr.contains("sent more than 15 MiB"), "{output}");
    let output = through(&env, &proxy, &[&line[..], &["17MiB"]].concat());
    assert!(!output.stderr.contains("sent more than"), "{output}");
}

#[test]
fn an_overlong_reply_to_a_user_mutation_is_an_unknown_outcome() {
    let env = TestEnv::new();
    let proxy = Proxy::new(env.address(), [Fault::Endless]);
    let document = "mutation { deleteAdvancedTaskDefinition(advancedTaskDefinition: 1) }";
    let output = through(&env, &proxy, &["api", document, "--max-response", "2M"]).ends_with(7);
    assert!(output.stderr.contains("sent more than 2 MiB"), "{output}");
    assert_eq!(proxy.seen().len(), 1);
}

#[test]
fn an_endless_discovery_document_is_refused() {
    let env = TestEnv::new();
    for fault in TOO_LARGE {
        let proxy = Proxy::new(env.address(), [fault]);
        let url = proxy.url("");
        let line = ["context", "add", "acme", url.as_str()];
        let output = env.home.run(env.home.command(&line));
        assert!(output.stderr.contains("sent more than 256 KiB"), "{output}");
        env.home
            .run(env.home.command(&["context", "remove", "acme", "--yes"]));
    }
}

#[test]
fn a_token_that_was_refused_for_a_mutation_can_be_renewed_by_the_caller() {
    let env = TestEnv::new();
    let run: i64 = ended(&env, "x\n", Status::Complete).parse().unwrap();
    let unauthorized = r#"{"errors":[{"message":"Unauthorized - Legacy token invalid"}]}"#;
    let refused = || Fault::answered("401 Unauthorized", "application/json", unauthorized);
    let proxy = Proxy::new(env.address(), [refused(), Fault::None]);
    let lagoon = crate::waiting::lagoon_at(&proxy.url("/graphql"), &["old", env.token()]);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        assert!(
            !lagoon.renew_token().await.unwrap(),
            "nothing was refused yet"
        );
        let error = lagoon.cancel_run(run).await.unwrap_err();
        assert!(error.is_doubtful_refusal(), "{error}");
        assert!(lagoon.renew_token().await.unwrap());
        // The renewed token is the one that is used from now on.
        lagoon.cancel_run(run).await.unwrap();
    });
    let heads: Vec<String> = proxy.seen().into_iter().map(|seen| seen.head).collect();
    assert_eq!(heads.len(), 2);
    assert!(heads[0].contains("Bearer old") && heads[1].contains(env.token()));
}

/// A small body that would take a multiple of its size in memory.
#[test]
fn empty_objects_count_for_more_than_their_bytes() {
    let env = TestEnv::new();
    let many = vec![json!({}); 60_000];
    let proxy = Proxy::new(
        env.address(),
        [Fault::replaced(json!({"data": {"allProjects": many}}))],
    );
    let line = ["projects", "--max-response", "1MiB"];
    let output = through(&env, &proxy, &line).ends_with(1);
    assert!(
        output
            .stderr
            .contains("sent more than 32768 values, the limit for responses"),
        "{output}"
    );
}
