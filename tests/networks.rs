//! Networks: proxies and certificates hold for the API, push, files, discovery and signing in alike;
//! this machine is never reached through a proxy.

use lagoon_sandbox::RecordedRequest;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use crate::doctor::of;
use crate::support::env::TestEnv;
use crate::support::home::Home;
use crate::support::network::{Forward, NAME, TlsFront};
use crate::support::openid::OpenId;
use crate::support::process::{Invocation, eventually};
use crate::wait::advance;

/// A Lagoon behind TLS that is reached only through a proxy; it has a certificate authority of its own.
struct Far {
    env: TestEnv,
    tls: TlsFront,
}

impl Far {
    fn new() -> Far {
        let env = TestEnv::new();
        let tls = TlsFront::new(env.address());
        env.home.write("ca.pem", tls.authority());
        Far { env, tls }
    }

    fn api(&self) -> String {
        format!("https://{NAME}/graphql")
    }

    /// `tasks` that has a token for that Lagoon in its variables.
    fn command(&self, args: &[&str]) -> Invocation {
        self.env.command(args).env("TASKS_API", self.api())
    }

    fn trusting(&self, invocation: Invocation) -> Invocation {
        invocation.env("SSL_CERT_FILE", self.env.home.path("ca.pem"))
    }
}

const LIST: [&str; 5] = ["list", "-p", "lagoon-demo", "-e", "main"];

#[test]
fn a_certificate_authority_is_trusted_by_file_or_variable() {
    let far = Far::new();
    let proxy = Forward::http(far.tls.address());
    let https = |command: Invocation| command.env("HTTPS_PROXY", proxy.url("http"));

    let strange = far.env.run(https(far.command(&LIST))).ends_with(7);
    assert!(strange.stderr.contains("certificate"), "{strange}");
    far.env
        .run(far.trusting(https(far.command(&LIST))))
        .succeeds();
    assert_eq!(proxy.asked()[0], format!("{NAME}:443"));

    // The context's own file, for discovery already.
    let ca = far.env.home.path("ca.pem").display().to_string();
    let add = ["context", "add", "far", &far.api(), "--ca-file", &ca];
    let added = far.env.run(https(far.env.home.command(&add))).succeeds();
    assert!(!added.stderr.contains("warning"), "{added}");
    let list = far
        .command(&[&LIST[..], &["-l", "far"]].concat())
        .without("TASKS_API");
    far.env.run(https(list)).succeeds();

    // This machine, without a proxy.
    let here = format!("https://{}/graphql", far.tls.address());
    let near = far.env.command(&LIST).env("TASKS_API", here);
    far.env.run(far.trusting(near.clone())).succeeds();
    far.env.run(near).ends_with(7);
    let nothing = far.env.home.write("empty.pem", "");
    let add = [
        "context",
        "add",
        "bad",
        &far.api(),
        "--ca-file",
        nothing.to_str().unwrap(),
    ];
    let refused = far.env.run(far.env.home.command(&add)).ends_with(2);
    assert!(
        refused.stderr.contains("ca_file contains no certificates"),
        "{refused}"
    );
}

#[test]
fn missing_certificate_files_are_refused() {
    let far = Far::new();
    let here = format!("https://{}/graphql", far.tls.address());
    let ca = far.env.home.path("ca.pem").display().to_string();
    let add = [
        "context",
        "add",
        "far",
        &here,
        "--no-discovery",
        "--ca-file",
        &ca,
    ];
    far.env.home.tasks(&add).succeeds();
    // The context's own authority would be enough.
    for (variable, value) in [
        ("SSL_CERT_FILE", "/gone/ca.pem"),
        ("SSL_CERT_DIR", "/gone/certs"),
        ("SSL_CERT_FILE", ""),
    ] {
        let list = far.command(&[&LIST[..], &["-l", "far"]].concat());
        let list = list.without("TASKS_API").env(variable, value);
        let refused = far.env.run(list).ends_with(2);
        let error = format!("error: cannot use the certificates of {variable}: ");
        assert!(refused.stderr.contains(&error), "{refused}");
        assert!(refused.stderr.contains(value), "{refused}");
        let doctor = far.command(&["doctor", "-l", "far", "-o", "json"]);
        let found = far
            .env
            .run(doctor.without("TASKS_API").env(variable, value));
        let (state, message) = of(&found.ends_with(2), "tls").remove(0);
        assert!(
            state == "problem" && message.contains(variable),
            "{message}"
        );
    }
}

#[test]
fn an_authority_used_as_server_certificate_is_explained() {
    let env = TestEnv::new();
    let tls = TlsFront::self_signed(env.address(), true);
    let ca = env.home.write("ca.pem", tls.authority());
    let list = env.command(&LIST).env("SSL_CERT_FILE", ca);
    let here = format!("https://{}/graphql", tls.address());
    let refused = env.run(list.env("TASKS_API", here)).ends_with(7);
    for words in [
        "the server presents the certificate of a certificate authority as its own",
        "give the server a certificate of its own (CA:FALSE)",
    ] {
        assert!(refused.stderr.contains(words), "{refused}");
    }
}

#[test]
fn a_malformed_proxy_is_refused_everywhere() {
    let far = Far::new();
    let with = |args: &[&str]| {
        let command = far.trusting(far.command(args));
        let command = command.env("HTTPS_PROXY", "socks://user:hunter2@127.0.0.1:9");
        // The HTTP library would fall back to this one, or to a direct connection.
        let proxy = Forward::http(far.tls.address());
        let output = far.env.run(command.env("ALL_PROXY", proxy.url("http")));
        assert_eq!(proxy.asked(), [""; 0]);
        assert!(!format!("{output}").contains("hunter2"), "{output}");
        output
    };
    let error = "HTTPS_PROXY is not a valid proxy address: ";
    for args in [&LIST[..], &["whoami"], &["wait", "1"]] {
        let refused = with(args).ends_with(2);
        assert!(refused.stderr.contains(error), "{refused}");
    }
    let auth = ["--authorization-endpoint", "https://keycloak.example"];
    let add = ["context", "add", "far", &far.api(), "--no-discovery"];
    with(&[&add[..], &auth].concat()).succeeds();
    let login = ["login", "-l", "far", "--browser"];
    let refused = with(&login).ends_with(2);
    assert!(
        refused.stderr.contains(error) && refused.stderr.contains("NO_PROXY"),
        "{refused}"
    );
    let found = with(&["doctor", "-o", "json"]).ends_with(2);
    let (state, message) = of(&found, "network").remove(0);
    assert!(state == "problem" && message.contains(error), "{message}");
}

#[test]
fn doctor_names_the_proxy_that_is_used() {
    let far = Far::new();
    let proxy = Forward::http(far.tls.address());
    let url = proxy.url("http");
    let doctor = |variables: &[(&str, &str)]| {
        let command =
            far.trusting(far.command(&["doctor", "-o", "json", "--request-timeout", "2s"]));
        let set = |c: Invocation, (name, value): &(&str, &str)| c.env(name, value);
        let output = far.env.run(variables.iter().fold(command, set));
        of(&output, "network").remove(0).1
    };
    let through = |name: &str| format!("through the proxy {} ({name})", &url["http://".len()..]);
    let both = doctor(&[("ALL_PROXY", "http://127.0.0.1:9"), ("https_proxy", &url)]);
    assert!(both.contains(&through("https_proxy")), "{both}");
    // An empty variable hides the one in lower case from the HTTP library.
    let hidden = doctor(&[("HTTPS_PROXY", ""), ("https_proxy", &url)]);
    assert!(!hidden.contains("proxy"), "{hidden}");
    let all = doctor(&[("HTTPS_PROXY", ""), ("ALL_PROXY", &url)]);
    assert!(all.contains(&through("ALL_PROXY")), "{all}");
}

#[test]
fn every_kind_of_proxy_and_no_proxy_are_supported() {
    let far = Far::new();
    let (http, socks) = (
        Forward::http(far.tls.address()),
        Forward::socks(far.tls.address()),
    );
    let run = |variables: &[(&str, String)]| {
        let command = far.trusting(far.command(&LIST)).env("TASKS_OUTPUT", "name");
        let set = |c: Invocation, (name, value): &(&str, String)| c.env(name, value);
        far.env.run(variables.iter().fold(command, set))
    };
    run(&[("ALL_PROXY", http.url("http"))]).succeeds();
    run(&[("https_proxy", http.url("http"))]).succeeds();
    let before = http.asked().len();
    run(&[("ALL_PROXY", socks.url("socks5h"))]).succeeds();
    assert!(
        socks
            .asked()
            .iter()
            .all(|asked| *asked == format!("{NAME}:443"))
    );
    assert!(!socks.asked().is_empty() && http.asked().len() == before);
    // The variable for https takes precedence over the one for all schemes.
    let both = [
        ("ALL_PROXY", socks.url("socks5h")),
        ("HTTPS_PROXY", http.url("http")),
    ];
    run(&both).succeeds();
    assert!(http.asked().len() > before);

    // The name cannot be resolved without the proxy.
    let (asked, seen) = (http.asked().len(), far.env.requests().len());
    for except in [NAME, ".test", "*"] {
        run(&[
            ("HTTPS_PROXY", http.url("http")),
            ("NO_PROXY", except.to_owned()),
        ])
        .ends_with(7);
    }
    assert_eq!(
        (http.asked().len(), far.env.requests().len()),
        (asked, seen)
    );
}

#[test]
fn this_machine_is_never_reached_through_a_proxy() {
    let env = TestEnv::new();
    let proxy = Forward::http(env.address());
    let with = |command: Invocation| {
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"]
            .iter()
            .fold(command, |command, name| {
                command.env(name, proxy.url("http"))
            })
    };
    env.run(with(env.command(&LIST))).succeeds();
    let by_name = env.url().replace("127.0.0.1", "localhost");
    env.run(with(env.command(&LIST).env("TASKS_API", by_name)))
        .succeeds();
    let add = ["context", "add", "here", &env.url()];
    env.run(with(env.home.command(&add))).succeeds();
    env.run(with(
        env.home.command(&["list", "-e", "main", "-l", "sandbox"]),
    ))
    .succeeds();
    assert_eq!(proxy.asked(), [""; 0]);
}

#[test]
fn allowed_plain_http_uses_the_proxy_and_causes_a_warning() {
    let env = TestEnv::new();
    let proxy = Forward::http(env.address());
    let all = |command: Invocation| command.env("ALL_PROXY", proxy.url("http"));
    let api = format!("http://{NAME}");
    let add = [
        "context",
        "add",
        "far",
        &api,
        "--allow-http",
        "--no-discovery",
    ];
    env.home.tasks(&add).succeeds();
    let list = env
        .command(&[&LIST[..], &["-l", "far"]].concat())
        .without("TASKS_API");
    for _ in 0..2 {
        let output = env.run(all(list.clone())).succeeds();
        assert!(
            output
                .stderr
                .contains("warning: plain http to lagoons.test"),
            "{output}"
        );
    }
    let asked = proxy.asked();
    assert_eq!(asked[0], format!("http://{NAME}/graphql"));
    // Nothing is sent unless the context allows it.
    let refused = env
        .run(all(env.command(&LIST).env("TASKS_API", &api)))
        .ends_with(2);
    assert!(refused.stderr.contains("does not use https"), "{refused}");
    assert_eq!(proxy.asked().len(), asked.len());
}

#[test]
fn push_uses_the_proxy() {
    let far = Far::new();
    let proxy = Forward::http(far.tls.address());
    let steps = [
        Step::Status(Status::Running),
        Step::Hold,
        Step::Status(Status::Complete),
    ];
    far.env.script("Say hello", &steps);
    let invoke = [
        "invoke",
        "Say hello",
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
        "--jq",
        ".id",
    ];
    let id = far.env.tasks(&invoke).succeeds().stdout.trim().to_owned();
    let wait = far
        .trusting(far.command(&["wait", &id]))
        .env("HTTPS_PROXY", proxy.url("http"));
    let waiting = wait.start();
    // One connection for requests, and one that stays open for push messages.
    eventually("both connections are asked for", || {
        proxy.asked().len() >= 2
    });
    advance(&far.env, &id);
    waiting.finish().succeeds();
    let pushed = |r: &RecordedRequest| r.path.starts_with("/graphql/stream");
    assert!(far.env.requests().iter().any(pushed));
}

#[test]
fn file_transfers_use_the_proxy() {
    let far = Far::new();
    let admin = far.env.as_role("legacy-admin");
    let add = "mutation{addTask(input:{id:12,name:\"r\",environment:102,service:\"cli\",command:\"c\"}){id}}";
    admin.graphql(add, serde_json::json!({}));
    let sql = "INSERT INTO file (task, filename, body, created) VALUES (12, 'a.txt', CAST('far' AS BLOB), datetime('now'))";
    far.env.sql(sql);
    let proxy = Forward::http(far.tls.address());
    let get = |command: Invocation| command.env("HTTPS_PROXY", proxy.url("http"));
    let args = ["files", "get", "12", "-O", "-", "-v"];
    let got = far
        .env
        .run(get(far.trusting(far.command(&args))))
        .succeeds();
    assert_eq!(got.stdout, "far");
    assert!(
        got.stderr.contains(&format!("file store https://{NAME}")),
        "{got}"
    );
}

#[test]
fn browser_sign_in_uses_the_proxy() {
    let far = Far::new();
    let openid = OpenId::new(&[]);
    let address = openid
        .url()
        .strip_prefix("http://")
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let tls = TlsFront::new(address.parse().unwrap());
    let ca = far.env.home.write("openid.pem", tls.authority());
    let proxy = Forward::http(tls.address());
    let add = [
        "context",
        "add",
        "far",
        &far.api(),
        "--no-discovery",
        "--ca-file",
    ];
    let auth = ["--authorization-endpoint", "https://lagoons.test/auth"];
    let add = [&add[..], &[ca.to_str().unwrap()], &auth].concat();
    far.env.home.tasks(&add).succeeds();
    let login = far
        .env
        .home
        .command(&["login", "--browser", "--timeout", "1s"]);
    // The provider's own configuration names plain http, which is refused; the provider was still asked for it.
    let refused = far
        .env
        .run(login.clone().env("HTTPS_PROXY", proxy.url("http")))
        .ends_with(4);
    assert!(
        refused
            .stderr
            .contains("its sign-in address uses plain http"),
        "{refused}"
    );
    assert_eq!(proxy.asked(), [format!("{NAME}:443")]);
    far.env.run(login).ends_with(7);
}

#[test]
fn every_network_error_names_the_proxy_and_suggests_doctor() {
    let home = Home::new();
    let list = [
        "list",
        "-p",
        "shop",
        "-e",
        "main",
        "--request-timeout",
        "2s",
    ];
    let with = |api: &str| {
        let command = home.command(&list).env("TASKS_API", api);
        command.env("TASKS_TOKEN", "a.b.c")
    };
    let proxied =
        with("https://api.lagoon.example").env("HTTPS_PROXY", "http://me:hunter2@127.0.0.1:9");
    let output = home.run(proxied).ends_with(7);
    let hints = "hint: the connection uses the proxy 127.0.0.1:9 (HTTPS_PROXY)\n\
                 hint: to find the cause: tasks doctor\n";
    assert!(output.stderr.ends_with(hints), "{output}");
    assert!(!output.stderr.contains("hunter2"), "{output}");
    // This machine is never reached through a proxy.
    let local = with("http://127.0.0.1:9").env("HTTP_PROXY", "http://127.0.0.1:10");
    let output = home.run(local.env("TASKS_OUTPUT", "json")).ends_with(7);
    let hints = output.json_error()["hints"].clone();
    let hints: Vec<&str> = hints
        .as_array()
        .unwrap()
        .iter()
        .map(|h| h.as_str().unwrap())
        .collect();
    assert_eq!(
        hints.last(),
        Some(&"to find the cause: tasks doctor"),
        "{hints:?}"
    );
    assert!(!hints.concat().contains("proxy"), "{hints:?}");
}
