//! `tasks doctor`: findings, fixes and exit codes.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::env::TestEnv;
use crate::support::home::Home;
use crate::support::network::TlsFront;
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy, ReceivedRequest};
use crate::support::schemas;
use crate::support::ssh::set_portal;

const HERE: [&str; 5] = ["doctor", "-p", "lagoon-demo", "-e", "main"];

/// The findings of a check: states and messages.
pub(crate) fn of(output: &Output, check: &str) -> Vec<(String, String)> {
    let found = output.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    found
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["check"] == check)
        .map(|finding| (text(&finding["state"]), text(&finding["message"])))
        .collect()
}

fn states(output: &Output) -> Vec<(String, String)> {
    let found = output.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let each = found.as_array().unwrap().iter();
    each.map(|f| (text(&f["check"]), text(&f["state"])))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    expected.iter().map(own).collect()
}

#[test]
fn a_working_setup_has_no_problems() {
    let env = TestEnv::new();
    let output = env.tasks(&[&HERE[..], &["-o", "json"]].concat()).succeeds();
    assert_eq!(
        states(&output),
        pairs(&[
            ("configuration", "note"),
            ("tokens", "note"),
            ("context", "good"),
            ("network", "good"),
            ("tls", "good"),
            ("clock", "good"),
            ("sign-in", "good"),
            ("server", "good"),
            ("capabilities", "good"),
            ("capabilities", "good"),
            ("capabilities", "good"),
            ("capabilities", "good"),
            ("environment", "good"),
            ("ssh", "note"),
            ("push", "good"),
            ("sandbox", "note"),
        ])
    );
    let first = &output.json()[0];
    let fields: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["check", "state", "message", "fix"]);
    assert_eq!(of(&output, "server")[0].1, "Lagoon v2.33.1");
    assert!(
        of(&output, "sign-in")[0]
            .1
            .contains("TASKS_TOKEN, which expires in 59 min")
    );
    assert!(of(&output, "push")[0].1.contains("server-sent events"));
}

#[test]
fn without_configuration_doctor_says_how_to_begin() {
    let home = Home::new();
    let output = home.tasks(&["doctor", "-o", "table"]).ends_with(4);
    insta::assert_snapshot!(output.snapshot(), @"
    exit code: 4
    ---- stdout
    configuration  · HOME/.config/lagoon-tasks/config.toml does not exist yet
                   → create it: tasks context add NAME https://api.example.com
    tokens         · no tokens stored yet
    context        ✗ no Lagoon is configured yet
                   → sign in: tasks login https://api.example.com; or try the built-in Lagoon: --context sandbox
    sandbox        · not used yet
                   → try it: tasks --context sandbox list
    ---- stderr
    error: 1 problem found
    ");
    let without_home = home.command(&["doctor", "-o", "json"]).without("HOME");
    let without_home = ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"]
        .iter()
        .fold(without_home, |command, name| command.without(name));
    let output = home.run(without_home).ends_with(4);
    assert_eq!(output.json_error()["kind"], "not-allowed");
    assert_eq!(of(&output, "configuration")[0].0, "problem");
}

#[test]
fn every_problem_and_warning_has_a_fix() {
    let env = TestEnv::new();
    for output in [
        env.home.tasks(&["doctor", "-o", "json"]),
        env.tasks(&["doctor", "-e", "main", "-o", "json"]),
        env.as_role("outsider")
            .tasks(&[&HERE[..], &["-o", "json"]].concat()),
        env.run(
            env.command(&["doctor", "-o", "json"])
                .env("TASKS_API", "http://127.0.0.1:9"),
        ),
    ] {
        for finding in output.json().as_array().unwrap() {
            let needs = matches!(finding["state"].as_str(), Some("problem" | "warning"));
            assert!(!needs || finding["fix"].is_string(), "{finding}");
        }
    }
}

#[test]
fn an_unreachable_lagoon_is_the_first_problem() {
    let env = TestEnv::new();
    let asked = |api: &str| {
        let args = ["doctor", "-o", "json", "--request-timeout", "1s"];
        let output = env
            .run(env.command(&args).env("TASKS_API", api))
            .ends_with(7);
        assert_eq!(of(&output, "network")[0].0, "problem");
        assert_eq!(of(&output, "sign-in")[0].0, "skipped");
        output
    };
    asked("http://127.0.0.1:9/graphql");
    for fault in [
        Fault::answered("200 OK", "text/html", "<html>"),
        Fault::answered("503 Service Unavailable", "text/plain", "later"),
        Fault::redirected("http://127.0.0.1:9/"),
        Fault::Silence,
    ] {
        let is_up = matches!(&fault, Fault::Answered(text) if text.contains(" 200 "));
        if !is_up {
            asked(&Proxy::new(env.address(), [fault]).url("/graphql"));
        }
    }
    // Nothing of it is about the token: a broken file decides no more.
    env.home.write(".config/lagoon-tasks/config.toml", "[[");
    asked("http://127.0.0.1:9/graphql");
}

#[test]
fn a_broken_configuration_is_reported_with_the_position() {
    let home = Home::new();
    home.write(".config/lagoon-tasks/config.toml", "current = 7\n");
    let output = home.tasks(&["doctor", "-o", "json"]).ends_with(2);
    assert!(
        of(&output, "configuration")[0]
            .1
            .contains("config.toml:1:11"),
        "{output}"
    );
    assert!(of(&output, "network").is_empty());
}

#[test]
fn files_accessible_to_other_users_are_reported() {
    let home = Home::new();
    let config = home.write(
        ".config/lagoon-tasks/config.toml",
        "[contexts.acme]\napi = \"http://127.0.0.1:9\"\n",
    );
    let token = home.write(".local/state/lagoon-tasks/tokens/acme", "a.b.c");
    let set = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&config, 0o666);
    set(&token, 0o644);
    set(token.parent().unwrap(), 0o755);
    let output = home.tasks(&["doctor", "-o", "json"]);
    assert_eq!(of(&output, "configuration")[0].0, "warning");
    let tokens: Vec<String> = of(&output, "tokens").into_iter().map(|f| f.0).collect();
    assert_eq!(tokens, ["warning", "problem"]);
    for fix in output
        .json()
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["check"] == "tokens")
    {
        assert!(fix["fix"].as_str().unwrap().starts_with("chmod "), "{fix}");
    }
    set(&config, 0o600);
    set(&token, 0o600);
    set(token.parent().unwrap(), 0o700);
    let output = home.tasks(&["doctor", "-o", "json"]).ends_with(7);
    assert_eq!(of(&output, "configuration")[0].0, "good");
    assert_eq!(of(&output, "tokens")[0].0, "good");
}

#[test]
fn a_refused_token_exits_with_4() {
    let env = TestEnv::new();
    let command = env
        .command(&["doctor", "-o", "json"])
        .env("TASKS_TOKEN", "a.b.c");
    let output = env.run(command).ends_with(4);
    assert_eq!(of(&output, "network")[0].0, "good");
    assert_eq!(of(&output, "sign-in")[0].0, "problem");
    assert!(!output.stdout.contains("a.b.c"));
}

#[test]
fn a_given_environment_is_checked() {
    let env = TestEnv::new();
    let place = |args: &[&str]| {
        let output = env.tasks(&[&["doctor", "-o", "json"], args].concat());
        (output.code, of(&output, "environment"))
    };
    let (code, found) = place(&["-p", "lagoon-demo", "-e", "main"]);
    assert_eq!((code, found[0].0.as_str()), (0, "good"));
    assert!(
        found[0]
            .1
            .starts_with("lagoon-demo/main (production): you can invoke ")
    );
    assert_eq!(place(&["-p", "lagoon-demo", "-e", "mian"]).0, 5);
    assert_eq!(place(&["-p", "nowhere", "-e", "main"]).0, 5);
    assert_eq!(place(&["-e", "main"]).0, 2);
    assert!(place(&["-p", "lagoon-demo"]).1.is_empty());
    let outsider = env.as_role("outsider").tasks(&HERE);
    assert_eq!(outsider.code, 4, "{outsider}");
}

#[test]
fn a_skewed_clock_is_reported() {
    let env = TestEnv::new();
    let early = "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 2\r\n\
                 connection: close\r\n\r\nok";
    let proxy = Proxy::new(env.address(), [Fault::Answered(early.to_owned())]);
    let command = env
        .command(&["doctor", "-o", "json"])
        .env("TASKS_API", proxy.url("/graphql"));
    let output = env.run(command).succeeds();
    let clock = &of(&output, "clock")[0];
    assert_eq!(clock.0, "warning");
    assert!(clock.1.contains(" s ahead of Lagoon's"), "{}", clock.1);
}

/// The response of a server with this schema to the probe.
fn probe(schema: &apollo_compiler::Schema) -> Value {
    use apollo_compiler::schema::ExtendedType;
    let names = |name: &str| -> Vec<Value> {
        match schema.types.get(name) {
            Some(ExtendedType::Object(object)) => object
                .fields
                .keys()
                .map(|name| json!({"name": name.as_str()}))
                .collect(),
            Some(ExtendedType::InputObject(input)) => input
                .fields
                .keys()
                .map(|name| json!({"name": name.as_str()}))
                .collect(),
            _ => panic!("the schema has no {name}"),
        }
    };
    json!({"data": {
        "task": {"fields": names("Task")},
        "query": {"fields": names("Query")},
        "user": {"fields": names("User")},
        "definitionInput": {"inputFields": names("AdvancedTaskDefinitionInput")},
    }})
}

#[test]
fn missing_features_of_each_release_are_explained() {
    let env = TestEnv::new();
    let mut said = String::new();
    for release in schemas::releases() {
        let probe = probe(&release.schema);
        let is_push = |request: &ReceivedRequest| {
            request.head.contains("/graphql/stream") || request.head.contains("websocket")
        };
        let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
            if request.body.contains("__type(") {
                Fault::replaced(probe.clone())
            } else if is_push(request) {
                Fault::answered("404 Not Found", "text/plain", "")
            } else {
                Fault::None
            }
        });
        let command = env
            .command(&["doctor", "-o", "json"])
            .env("TASKS_API", proxy.url("/graphql"));
        let output = env.run(command).succeeds();
        assert_eq!(of(&output, "push")[0].0, "warning", "{}", release.version);
        said.push_str(&format!("{}\n", release.version));
        for (state, message) in of(&output, "capabilities") {
            said.push_str(&format!("  {state}: {message}\n"));
        }
    }
    if !said.is_empty() {
        insta::assert_snapshot!("releases", said);
    }
}

#[test]
fn the_platform_role_is_shown() {
    let env = TestEnv::new();
    let role = |env: &TestEnv| {
        let output = env.tasks(&["doctor", "-o", "json"]).succeeds();
        of(&output, "capabilities").pop().unwrap()
    };
    let pair = |state: &str, message: &str| (state.to_owned(), message.to_owned());
    assert_eq!(role(&env), pair("good", "you have no platform role"));
    let owner = env.as_role("platform-owner");
    assert_eq!(role(&owner), pair("good", "your platform role is owner"));
    let service = "the token belongs to a service, which has no platform roles";
    assert_eq!(role(&env.as_role("legacy-admin")), pair("note", service));
    env.sandbox().refuse_next("userByEmail", "no luck today");
    let refused = "could not read your platform roles: Lagoon refused: no luck today";
    assert_eq!(role(&env), pair("warning", refused));
}

#[test]
fn a_hidden_schema_does_not_affect_other_checks() {
    let env = TestEnv::new();
    let refused = Fault::answered(
        "400 Bad Request",
        "application/json",
        "{\"errors\":[{\"message\":\"GraphQL introspection is not allowed\"}]}",
    );
    let proxy = Proxy::new(
        env.address(),
        [Fault::None, Fault::None, refused.clone(), refused],
    );
    let command = env
        .command(&["doctor", "-o", "json"])
        .env("TASKS_API", proxy.url("/graphql"));
    let output = env.run(command).succeeds();
    assert_eq!(of(&output, "capabilities")[0].0, "warning");
}

#[test]
fn a_proxy_is_named_without_its_password() {
    let env = TestEnv::new();
    let command = env
        .command(&["doctor", "-o", "json", "--request-timeout", "1s"])
        .env("TASKS_API", "https://api.example")
        .env("HTTPS_PROXY", "http://user:hunter2@127.0.0.1:9");
    let output = env.run(command).ends_with(7);
    let network = &of(&output, "network")[0];
    assert!(
        network
            .1
            .contains("through the proxy 127.0.0.1:9 (HTTPS_PROXY)"),
        "{}",
        network.1
    );
    assert!(!format!("{output}").contains("hunter2"));
}

#[test]
fn an_untrusted_certificate_is_reported_with_a_fix() {
    let env = TestEnv::new();
    let doctor = |tls: &TlsFront| {
        let url = format!("https://{}/graphql", tls.address());
        let command = env.command(&["doctor", "-o", "json"]);
        command.env("TASKS_API", url)
    };
    let fix = |output: &Output| {
        let found = output.json();
        let tls = found.as_array().unwrap().iter();
        let tls = tls.clone().find(|finding| finding["check"] == "tls");
        tls.unwrap()["fix"].as_str().unwrap().to_owned()
    };
    let tls = TlsFront::self_signed(env.address(), false);
    let strange = env.run(doctor(&tls)).ends_with(7);
    assert_eq!(of(&strange, "tls")[0].0, "problem");
    assert_eq!(of(&strange, "sign-in")[0].0, "skipped");
    let words = fix(&strange);
    assert!(
        words.contains("--ca-file FILE") && words.contains("SSL_CERT_FILE"),
        "{words}"
    );
    // What it says helps: by variable, and by the context's file.
    let file = env.home.write("own.pem", tls.authority());
    let trusting = doctor(&tls).env("SSL_CERT_FILE", &file);
    let trusting = env.run(trusting).succeeds();
    assert_eq!(of(&trusting, "tls")[0].1, "the certificate is trusted");
    let url = format!("https://{}/graphql", tls.address());
    let add = ["context", "add", "own", &url, "--ca-file"];
    let add = [&add[..], &[file.to_str().unwrap()]].concat();
    env.home.tasks(&add).succeeds();
    let line = ["doctor", "-l", "own", "-o", "json"];
    let by_file = env.run(env.command(&line).without("TASKS_API")).succeeds();
    assert!(of(&by_file, "tls")[0].1.ends_with("own.pem)"), "{by_file}");

    // The certificate of an authority is refused as that of a server, trusted or not.
    let tls = TlsFront::self_signed(env.address(), true);
    let file = env.home.write("ca.pem", tls.authority());
    let trusting = doctor(&tls).env("SSL_CERT_FILE", &file);
    let strange = env.run(trusting).ends_with(7);
    assert!(fix(&strange).contains("CA:FALSE"), "{strange}");
}

#[test]
fn at_a_terminal_findings_are_a_list_with_marks() {
    let env = TestEnv::new();
    let mut terminal = env.terminal(&HERE);
    assert_eq!(terminal.finish(), 0);
    let screen = terminal.screen();
    assert!(
        screen.contains("✓ lagoon-demo/main (production)"),
        "{screen}"
    );
    assert!(
        screen.contains("→ create it: tasks context add"),
        "{screen}"
    );
}

#[test]
fn the_sandbox_has_no_problems() {
    let home = Home::new();
    let output = home
        .tasks(&["-l", "sandbox", "doctor", "-e", "main", "-o", "json"])
        .succeeds();
    assert_eq!(of(&output, "sandbox")[0].0, "good");
    assert_eq!(
        of(&output, "sign-in")[0].1,
        "the sandbox issues its own tokens"
    );
}

#[test]
fn the_ssh_portal_of_a_cluster_is_checked() {
    let env = TestEnv::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let state = || {
        let output = env.tasks(&[&HERE[..], &["-o", "json"]].concat()).succeeds();
        of(&output, "ssh")[0].0.clone()
    };
    set_portal(&env, "127.0.0.1", &port);
    assert_eq!(state(), "good");
    drop(listener);
    assert_eq!(state(), "warning");
}
