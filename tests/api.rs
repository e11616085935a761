//! `tasks api`: a document of one's own, whatever comes of it.

use std::time::Duration;

use lagoon_sandbox::Fault as ServerFault;
use serde_json::json;

use crate::support::env::TestEnv;
use crate::support::proxy::{Fault, Proxy};

const PROJECT: &str = "query Project($name: String!) { projectByName(name: $name) { id } }";

#[test]
fn the_response_is_printed_unchanged() {
    let env = TestEnv::new();
    let output = env.tasks(&["api", "{ me { email } }"]).succeeds();
    assert_eq!(
        output.stdout,
        "{\"data\":{\"me\":{\"email\":\"maintainer@example.com\"}}}\n"
    );
    assert_eq!(output.stderr, "");
}

#[test]
fn the_document_comes_from_argument_file_or_stdin() {
    let env = TestEnv::new();
    env.home
        .write("work/me.graphql", "query Me { me { email } }");
    for args in [
        &["api", "--file", "me.graphql"][..],
        &["api", "-"],
        &["api", "--file", "-"],
    ] {
        let command = env.command(args).stdin("{ me { email } }");
        let output = env.run(command).succeeds();
        assert_eq!(
            output.json()["data"]["me"]["email"],
            "maintainer@example.com"
        );
    }
}

#[test]
fn the_response_is_printed_in_the_requested_format() {
    let env = TestEnv::new();
    let printed = |flags: &[&str]| {
        let args = [&["api", "{ me { email } }"], flags].concat();
        env.tasks(&args).succeeds().stdout
    };
    assert_eq!(
        printed(&["--jq", ".data.me.email"]),
        "maintainer@example.com\n"
    );
    assert_eq!(
        printed(&["-o", "yaml"]),
        "data:\n  me:\n    email: maintainer@example.com\n"
    );
    assert!(printed(&["-o", "json"]).starts_with("{\n  \"data\""));
    let refused = env
        .tasks(&["api", "{ me { email } }", "-o", "tsv"])
        .ends_with(2);
    insta::assert_snapshot!(refused.error(2), @"
    error: --output: `tasks api` cannot print tsv
    hint: use json, jsonl or yaml; --jq selects parts of the result
    ");
    // It speaks for all commands.
    let variable = env
        .command(&["api", "{ me { email } }"])
        .env("TASKS_OUTPUT", "table");
    assert!(env.run(variable).succeeds().stdout.starts_with("{\"data\""));
}

#[test]
fn the_response_is_indented_at_a_terminal() {
    let env = TestEnv::new();
    let mut terminal = env.terminal(&["api", "{ me { email } }"]);
    terminal.wait_for("    \"email\": \"maintainer@example.com\"");
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn variables_are_typed() {
    let env = TestEnv::new();
    env.home.write("work/name", "lagoon-demo");
    env.home
        .write("work/all.json", json!({"name": "lagoon-demo"}).to_string());
    for flags in [
        &["-f", "name=lagoon-demo"][..],
        &["-F", "name=@name"],
        &["--variables", "all.json"],
        &["--variables", "{\"name\": \"lagoon-demo\"}"],
        &[
            "--variables",
            "{\"name\": \"nobody\"}",
            "-F",
            "name=lagoon-demo",
        ],
    ] {
        let args = [&["api", PROJECT], flags].concat();
        let output = env.tasks(&args).succeeds();
        assert_eq!(
            output.json()["data"]["projectByName"]["id"],
            42,
            "{flags:?}"
        );
    }
    let piped = env
        .command(&["api", PROJECT, "-F", "name=@-"])
        .stdin("lagoon-demo");
    env.run(piped).succeeds();
    let by_id = "query ($id: Int!, $runs: Boolean!) { environmentById(id: $id) { name \
                 tasks(limit: 1) @include(if: $runs) { id } } }";
    let output = env
        .tasks(&["api", by_id, "-F", "id=101", "-F", "runs=false"])
        .succeeds();
    assert_eq!(
        output.json()["data"],
        json!({"environmentById": {"name": "main"}})
    );
    // As a text it is none of Lagoon's numbers.
    env.tasks(&["api", by_id, "-f", "id=101", "-F", "runs=false"])
        .ends_with(1);
}

#[test]
fn nested_fields_build_objects() {
    let env = TestEnv::bare();
    let add = "mutation Add($input: AdvancedTaskDefinitionInput!) { \
               addAdvancedTaskDefinition(input: $input) { \
               ... on AdvancedTaskDefinitionCommand { name service } } }";
    let output = env
        .tasks(&[
            "api",
            add,
            "-f",
            "input[name]=007",
            "-f",
            "input[description]=",
            "-F",
            "input[environment]=101",
            "-f",
            "input[command]=true",
            "-f",
            "input[service]=cli",
            "-f",
            "input[type]=COMMAND",
            "-f",
            "input[permission]=DEVELOPER",
        ])
        .succeeds();
    assert_eq!(
        output.json()["data"]["addAdvancedTaskDefinition"],
        json!({"name": "007", "service": "cli"})
    );
}

#[test]
fn operation_selects_one_of_several() {
    let env = TestEnv::new();
    let both = "query Me { me { email } } query Version { lagoonVersion }";
    let args = ["api", both, "--operation", "Version"];
    let output = env.tasks(&args).succeeds();
    assert_eq!(
        output.stdout,
        "{\"data\":{\"lagoonVersion\":\"v2.33.1\"}}\n"
    );
    env.tasks(&["api", both]).ends_with(1);
    env.tasks(&["api", both, "--operation", "Nobody"])
        .ends_with(1);
}

#[test]
fn errors_set_the_exit_code_and_the_response_is_printed() {
    let env = TestEnv::new();
    let partly = "{ me { email } projectByName(name: \"lagoon-demo\") { id } }";
    let denied = env.as_role("outsider").tasks(&["api", partly]).ends_with(4);
    assert_eq!(denied.json()["data"]["me"]["email"], "outsider@example.com");
    insta::assert_snapshot!(denied.snapshot(), @r#"
    exit code: 4
    ---- stdout
    {"errors":[{"message":"Unauthorized: You don't have permission to \"view\" on \"project\"","locations":[{"line":1,"column":16}],"path":["projectByName"]}],"data":{"me":{"email":"outsider@example.com"},"projectByName":null}}
    ---- stderr
    error: not allowed: Unauthorized: You don't have permission to "view" on "project"
    "#);

    let wrong = env.tasks(&["api", "{ nope }"]).ends_with(1);
    assert!(wrong.json()["errors"][0]["message"].is_string());
    insta::assert_snapshot!(wrong.snapshot(), @r#"
    exit code: 1
    ---- stdout
    {"errors":[{"message":"Unknown field \"nope\" on type \"Query\".","locations":[{"line":1,"column":3}]}]}
    ---- stderr
    Lagoon answered with HTTP status 400
    error: Lagoon refused: Unknown field "nope" on type "Query".
    "#);

    let syntax = env.tasks(&["api", "{ me {", "-o", "json"]).ends_with(1);
    assert_eq!(syntax.json_error()["kind"], "failed");
    assert!(syntax.stderr.contains("status 500"), "{syntax}");
    assert!(syntax.stderr.contains("Syntax Error: expected"), "{syntax}");

    let expired = env
        .command(&["api", "{ me { email } }"])
        .env("TASKS_TOKEN", "a.b.c");
    let expired = env.run(expired).ends_with(4);
    assert!(expired.stderr.contains("status 401"), "{expired}");
    assert!(expired.json()["errors"].is_array());
}

#[test]
fn a_failing_filter_does_not_hide_the_error_of_lagoon() {
    let env = TestEnv::new();
    let output = env
        .tasks(&["api", "{ nope }", "--jq", ".data.a[]"])
        .ends_with(1);
    assert!(
        output.json_error()["message"]
            .as_str()
            .unwrap()
            .contains("nope")
    );
}

#[test]
fn unreachable_hosts_and_other_servers_are_reported() {
    let env = TestEnv::new();
    let asked = |api: &str| {
        let command = env.command(&["api", "{ me { email } }", "--request-timeout", "1s"]);
        let output = env.run(command.env("TASKS_API", api)).ends_with(7);
        assert_eq!(output.stdout, "");
        output
    };
    asked("http://127.0.0.1:9/graphql");
    for fault in [
        Fault::answered("200 OK", "text/html", "<html>"),
        Fault::answered("200 OK", "application/json", "[]"),
        Fault::answered("404 Not Found", "application/json", "{}"),
        Fault::redirected("http://127.0.0.1:9/"),
        Fault::Silence,
    ] {
        let faults: Vec<Fault> = vec![fault.clone(); 8];
        let proxy = Proxy::new(env.address(), faults);
        let command = env.command(&["api", "{ me { email } }", "--request-timeout", "1s"]);
        let output = env.run(command.env("TASKS_API", proxy.url("/graphql")));
        let code = if matches!(&fault, Fault::Answered(text) if text.ends_with("[]")) {
            1
        } else {
            7
        };
        assert_eq!(output.ends_with(code).stdout, "", "{fault:?}");
    }
}

#[test]
fn queries_are_retried_and_mutations_are_not() {
    let env = TestEnv::new();
    let lost = || Proxy::new(env.address(), [Fault::ResponseLost]);
    let through = |proxy: &Proxy, document: &str| {
        env.run(
            env.command(&["api", document])
                .env("TASKS_API", proxy.url("/graphql")),
        )
    };
    let proxy = lost();
    through(&proxy, "{ me { email } }").succeeds();
    assert_eq!(proxy.seen().len(), 2);

    for mutation in [
        "mutation { cancelTask(input: {task: {id: 1}}) }",
        // The outcome is unknown.
        "query A { lagoonVersion } mutation B { cancelTask(input: {task: {id: 1}}) }",
        "mutation {",
    ] {
        let proxy = lost();
        through(&proxy, mutation).ends_with(7);
        assert_eq!(proxy.seen().len(), 1, "{mutation}");
    }
}

#[test]
fn transient_failures_of_a_query_are_retried() {
    let env = TestEnv::new();
    let busy = ServerFault::Status(503, "busy".to_owned());
    env.sandbox().fail_next("me", busy);
    env.tasks(&["api", "{ me { email } }"]).succeeds();
    env.sandbox()
        .fail_next("me", ServerFault::Delay(Duration::from_millis(1)));
    env.tasks(&["api", "{ me { email } }", "-v"]).succeeds();
}

#[test]
fn usage_errors_are_reported_before_any_request() {
    let env = TestEnv::new();
    env.home.write("work/list.json", "[1]");
    env.home.write("work/blank", " \n");
    for args in [
        &[][..],
        &["{ a }", "--file", "x"],
        &["--file", "gone.graphql"],
        &["--file", "blank"],
        &[""],
        &["-", "--variables", "-"],
        &["-", "-F", "a=@-"],
        &["{ a }", "-F", "a"],
        &["{ a }", "-F", "a=1", "-f", "a=2"],
        &["{ a }", "-F", "a=@gone"],
        &["{ a }", "--variables", "list.json"],
        &["{ a }", "--variables", "{\"a\": }"],
        &["{ a }", "--variables", "gone.json"],
        &["{ a }", "--jq", ".["],
        &["subscription { taskChanged(environment: 1) { id } }"],
    ] {
        let args = [&["api"], args].concat();
        let (output, requests) = env.tasks_and_requests(&args);
        assert_eq!(output.ends_with(2).stdout, "", "{args:?}");
        assert!(requests.is_empty(), "{args:?}");
    }
}

/// `-F` takes `@FILE`, `--variables` the path alone.
#[test]
fn an_at_sign_before_the_file_of_variables_is_explained() {
    let env = TestEnv::new();
    let line = ["api", "{ a }", "--variables", "@my vars.json"];
    let refused = env.tasks(&line).ends_with(2);
    let hint = "name the file without `@`: --variables 'my vars.json'";
    assert!(refused.stderr.contains(hint), "{refused}");
}

#[test]
fn api_works_on_the_sandbox() {
    let env = TestEnv::new();
    let output = env
        .home
        .tasks(&["--context", "sandbox", "api", "{ lagoonVersion }"])
        .succeeds();
    assert_eq!(output.json()["data"]["lagoonVersion"], "v2.33.1");
}

#[test]
fn an_object_given_as_a_field_suggests_a_command() {
    let env = TestEnv::new();
    let api = |more: &[&str]| {
        let document = "query ($i: Int!) { environmentById(id: $i) { name } }";
        env.tasks(&[&["api", document][..], more].concat())
    };
    let refused = api(&["-F", "i={\"a\": 1}"]).ends_with(2);
    for words in [
        "--field `i`: -F takes single values, not objects or lists",
        "--variables '{\"i\": {\"a\": 1}}'",
        "-f 'i={\"a\": 1}'",
    ] {
        assert!(refused.stderr.contains(words), "{refused}");
    }
    api(&["-F", "i=[1]"]).ends_with(2);
    api(&["--variables", "{\"i\": 102}"]).succeeds();
    let twice = api(&["--variables", "{\"i\": 1,\n\"i\": 2}"]).ends_with(2);
    let words = "line 2: duplicate key `i`";
    assert!(twice.stderr.contains(words), "{twice}");
    let broken = api(&["--variables", "{\"i\":\n102"]).ends_with(2);
    let words = "the value is not a JSON object: line 2: invalid JSON: unexpected end";
    assert!(broken.stderr.contains(words), "{broken}");
}
