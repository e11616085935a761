//! A context from one address: the rest comes from the Lagoon's discovery document, where it has one.

use serde_json::{Value, json};

use crate::support::env::TestEnv;
use crate::support::home::Home;
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy};

const PATH: &str = "/.well-known/appspecific/sh.lagoon.discovery.json";

fn document() -> Value {
    json!({
        "lagoon_version": "v2.33.1",
        "authorization_endpoint": "https://keycloak.acme.example/auth",
        "ssh_token_exchange": {
            "token_endpoint_host": "ssh.acme.example",
            "token_endpoint_port": 32222,
        },
        "webhook_endpoint": "https://hooks.acme.example",
        "ui_url": "https://ui.acme.example",
    })
}

fn answering(status: &str, body: &str) -> Proxy {
    let fault = Fault::answered(status, "application/json; charset=utf-8", body);
    Proxy::new(([127, 0, 0, 1], 9).into(), [fault])
}

/// `context add acme` for a Lagoon with this response; returns the added context.
fn added(home: &Home, lagoon: &Proxy, more: &[&str]) -> (Output, Value) {
    let url = lagoon.url("");
    let mut args = vec!["context", "add", "acme", url.as_str(), "-o", "json"];
    args.extend(more);
    let output = home.tasks(&args).succeeds();
    let shown = output.json();
    (output, shown)
}

#[test]
fn discovery_needs_only_an_address() {
    let lagoon = answering("200 OK", &document().to_string());
    let home = Home::new();
    let (output, shown) = added(&home, &lagoon, &[]);
    assert_eq!(shown["sshHost"], "ssh.acme.example");
    assert_eq!(shown["sshPort"], 32222);
    assert_eq!(shown["uiUrl"], "https://ui.acme.example/");
    assert_eq!(
        shown["authorizationEndpoint"],
        "https://keycloak.acme.example/auth"
    );
    assert!(!output.stderr.contains("warning"), "{output}");

    // No token is sent there, and no query string.
    let seen = lagoon.seen();
    assert_eq!(seen.len(), 1);
    let head = seen[0].head.to_ascii_lowercase();
    assert!(
        head.starts_with(&format!("get {PATH} http/1.1\r\n").to_lowercase()),
        "{head}"
    );
    assert!(!head.contains("authorization"), "{head}");

    // The stored values are used.
    let again = home.tasks(&["context", "show", "-o", "json"]).succeeds();
    assert_eq!(again.json()["sshPort"], 32222);
}

#[test]
fn flags_override_the_discovery_document() {
    let lagoon = answering("200 OK", &document().to_string());
    let home = Home::new();
    let more = [
        "--ssh-host",
        "other.example",
        "--ui-url",
        "https://mine.example",
    ];
    let (_, shown) = added(&home, &lagoon, &more);
    assert_eq!(
        (&shown["sshHost"], &shown["sshPort"]),
        (&json!("other.example"), &json!(22))
    );
    assert_eq!(shown["uiUrl"], "https://mine.example/");
    assert!(shown["authorizationEndpoint"].is_string());
}

#[test]
fn all_settings_can_be_given_by_flags() {
    let lagoon = answering("200 OK", &document().to_string());
    let home = Home::new();
    let key = home.write("work/key", "k");
    let more = [
        "--no-discovery",
        "--ssh-host",
        "ssh.example",
        "--ssh-port",
        "2222",
        "--ssh-key",
        "key",
        "--authorization-endpoint",
        "https://auth.example/auth",
        "--ui-url",
        "https://ui.example",
    ];
    let (_, shown) = added(&home, &lagoon, &more);
    assert_eq!(lagoon.seen().len(), 0);
    assert_eq!(shown["sshPort"], 2222);
    assert_eq!(
        shown["sshKey"],
        key.canonicalize().unwrap().to_str().unwrap()
    );

    for (flag, value, complaint) in [
        ("--ssh-host", "-oProxyCommand=x", "--ssh-host"),
        ("--ssh-key", "gone", "--ssh-key: neither the path"),
        ("--ssh-key", "./gone", "--ssh-key ./gone"),
        ("--ssh-port", "0", "--ssh-port"),
        ("--ui-url", "http://ui.example", "plain http"),
        (
            "--authorization-endpoint",
            "ftp://x",
            "not an https address",
        ),
    ] {
        let flag = format!("{flag}={value}");
        let add = [
            "context",
            "add",
            "b",
            "https://b.example",
            "--no-discovery",
            &flag,
        ];
        let refused = home.tasks(&add).ends_with(2);
        assert!(refused.stderr.contains(complaint), "{refused}");
    }
}

#[test]
fn empty_values_of_the_document_are_ignored() {
    let env = TestEnv::new();
    // The sandbox has no Keycloak, no ssh and no UI.
    let add = ["context", "add", "here", &env.url(), "-o", "json"];
    let shown = env.home.tasks(&add).succeeds().json();
    for field in ["sshHost", "sshPort", "uiUrl", "authorizationEndpoint"] {
        assert_eq!(shown[field], Value::Null, "{field}");
    }
    let asked = env.requests();
    assert_eq!((asked[0].path.as_str(), asked[0].status), (PATH, 200));
}

#[test]
fn insecure_addresses_in_the_document_are_ignored() {
    let mut hostile = document();
    hostile["authorization_endpoint"] = json!("http://keycloak.acme.example/auth");
    hostile["ui_url"] = json!("file:///etc/passwd");
    hostile["ssh_token_exchange"]["token_endpoint_host"] = json!("-oProxyCommand=touch x");
    let lagoon = answering("200 OK", &hostile.to_string());
    let (output, shown) = added(&Home::new(), &lagoon, &[]);
    for field in ["sshHost", "uiUrl", "authorizationEndpoint"] {
        assert_eq!(shown[field], Value::Null, "{field}");
    }
    assert_eq!(
        output.stderr.matches("warning: ignored").count(),
        3,
        "{output}"
    );
}

#[test]
fn a_lagoon_without_the_document_causes_a_hint() {
    let old = r#"{"errors":[{"message":"Unauthorized - Bearer token required"}]}"#;
    let (output, _) = added(&Home::new(), &answering("401 Unauthorized", old), &[]);
    assert!(output.stderr.contains("Lagoon 2.18"), "{output}");
    assert!(output.stderr.contains("--ssh-host HOST"), "{output}");
}

#[test]
fn servers_other_than_lagoon_are_reported() {
    for lagoon in [
        answering("404 Not Found", "<html>"),
        answering("200 OK", "[1]"),
        answering("200 OK", &"x".repeat(100_000)),
        Proxy::new(
            ([127, 0, 0, 1], 9).into(),
            [Fault::redirected("https://elsewhere.example")],
        ),
    ] {
        let (output, shown) = added(&Home::new(), &lagoon, &[]);
        assert!(output.stderr.contains("no discovery document"), "{output}");
        assert_eq!(shown["sshHost"], Value::Null);
    }
}

#[test]
fn an_unreachable_lagoon_can_be_added() {
    let home = Home::new();
    let add = ["context", "add", "acme", "http://127.0.0.1:9"];
    let output = home.tasks(&add).succeeds();
    assert!(output.stderr.contains("cannot reach"), "{output}");
    assert!(output.stderr.contains("--ssh-host HOST"), "{output}");
    let silent = Proxy::new(([127, 0, 0, 1], 9).into(), [Fault::Silence]);
    let (output, _) = added(&Home::new(), &silent, &["--request-timeout", "500ms"]);
    assert!(output.stderr.contains("did not answer"), "{output}");
}
