//! Nothing leaks: two Lagoons, two roles, every place where a token could turn up.

use std::os::unix::fs::PermissionsExt;

use lagoon_sandbox::Identity;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use crate::support::env::TestEnv;
use crate::support::process::Invocation;
use crate::support::proxy::{Fault, Proxy};
use crate::support::ssh_stand_in::SshStandIn;

const KEY: &str =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END OPENSSH PRIVATE KEY-----\n";

/// Two Lagoons that one home knows, each behind a server that records requests.
struct Two {
    one: TestEnv,
    other: TestEnv,
    to_one: Proxy,
    to_other: Proxy,
    ssh: SshStandIn,
    /// Kept for `one`, kept for `other`, and the variable's.
    tokens: [String; 3],
}

impl Two {
    fn new() -> Two {
        let (one, other) = (TestEnv::new(), TestEnv::new());
        let token = |env: &TestEnv, identity| {
            let lifetime = std::time::Duration::from_secs(3000);
            env.sandbox().token(identity, lifetime).unwrap()
        };
        let tokens = [
            token(&one, Identity::Maintainer),
            token(&other, Identity::Developer),
            token(&other, Identity::Owner),
        ];
        let two = Two {
            to_one: Proxy::new(one.address(), []),
            to_other: Proxy::new(other.address(), []),
            ssh: SshStandIn::new(&one.home, &tokens[0]),
            one,
            other,
            tokens,
        };
        let (one, other) = (two.to_one.url("/graphql"), two.to_other.url("/graphql"));
        let add = |name: &str, url: &str, more: &[&str]| {
            let add = ["context", "add", name, url, "-p", "lagoon-demo", "-v"];
            two.run(&two.command(&[&add[..], more].concat()), 0);
        };
        add("one", &one, &["--ssh-host", "ssh.example"]);
        add("other", &other, &[]);
        let given = ["login", "-l", "other", "--with-token", "-v"];
        two.run(&two.command(&given).stdin(&two.tokens[1]), 0);
        two
    }

    fn command(&self, args: &[&str]) -> Invocation {
        self.ssh.with(self.one.home.command(args))
    }

    /// Runs it and holds that no secret is shown.
    #[track_caller]
    fn run(&self, command: &Invocation, code: i32) -> String {
        let output = self.one.home.run(command.clone()).ends_with(code);
        for secret in self.secrets() {
            for stream in [&output.stdout, &output.stderr] {
                assert!(!stream.contains(secret), "shows a secret\n{output}");
            }
        }
        output.stdout
    }

    fn secrets(&self) -> Vec<&str> {
        let tokens = self.tokens.iter().map(String::as_str);
        tokens.chain(["c2VjcmV0LWtleQ=="]).collect()
    }
}

/// Which of the tokens came in there.
fn came_to(proxy: &Proxy, tokens: &[String]) -> Vec<usize> {
    let seen = proxy.seen();
    let came = |token: &String| {
        seen.iter()
            .any(|s| s.head.contains(token.as_str()) || s.body.contains(token.as_str()))
    };
    (0..tokens.len()).filter(|i| came(&tokens[*i])).collect()
}

#[test]
fn tokens_are_neither_printed_nor_sent_elsewhere() {
    let two = Two::new();
    let key = |command: Invocation| command.env("TASKS_SSH_KEY", KEY);
    for context in ["one", "other"] {
        for line in [
            &["list", "-e", "main"][..],
            &["whoami"],
            &["runs", "-e", "main"],
            &[
                "invoke",
                "Say hello",
                "-p",
                "lagoon-demo",
                "-e",
                "develop",
                "--wait",
            ],
            &["context", "list"],
            &["context", "show", context],
        ] {
            for format in ["table", "json", "yaml", "csv"] {
                let mut line = line.to_vec();
                line.extend(["-l", context, "-v", "-o", format]);
                two.run(&two.command(&line), 0);
            }
        }
        // Errors describe their cause without secrets, too.
        let gone = [
            "list", "-p", "gone", "-e", "main", "-v", "-o", "json", "-l", context,
        ];
        two.run(&two.command(&gone), 5);
        let late = [
            "list",
            "-e",
            "main",
            "-v",
            "-l",
            context,
            "--request-timeout",
            "1ms",
        ];
        two.run(&two.command(&late), 7);
        let unknown = ["list", "--no-such-flag", "-l", context];
        two.run(&two.command(&unknown), 2);
        two.run(
            &key(two.command(&["login", "-v", "-l", context])),
            if context == "one" { 0 } else { 4 },
        );
    }
    // The variable's token belongs to its address.
    let list = ["list", "-p", "lagoon-demo", "-e", "main", "-v"];
    let variable = two
        .command(&list)
        .env("TASKS_API", two.to_other.url("/graphql"))
        .env("TASKS_TOKEN", &two.tokens[2]);
    two.run(&variable, 0);
    two.run(
        &two.command(&[&list[..], &["-l", "one"]].concat())
            .env("TASKS_TOKEN", &two.tokens[2])
            .env("TASKS_API", two.to_other.url("/graphql")),
        0,
    );

    assert_eq!(came_to(&two.to_one, &two.tokens), [0]);
    assert_eq!(came_to(&two.to_other, &two.tokens), [1, 2]);

    // Not in what other users of the machine see of a process.
    let calls = two.ssh.calls().join("\n");
    let (parents, variables) = (two.ssh.parents(), two.ssh.variables());
    assert!(parents.contains("tasks"), "{parents}");
    for secret in two.secrets() {
        for place in [&calls, &parents, &variables] {
            assert!(!place.contains(secret), "{place}");
        }
    }

    // Files that they can read have none, either.
    let mut kept = 0;
    for file in two.one.home.files() {
        let path = two.one.home.path(file.to_str().unwrap());
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let is_ours = !file.starts_with("ssh") && !file.starts_with("bin");
        if is_ours && two.secrets().iter().any(|secret| text.contains(secret)) {
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
            kept += 1;
        }
    }
    assert!(kept >= 2, "tokens are kept somewhere");
    // The sandbox's own tokens are the test's: nothing else was started with them.
    drop(two.other);
}

#[test]
fn a_changed_context_address_does_not_get_the_old_token() {
    let two = Two::new();
    let config = two.one.home.path(".config/lagoon-tasks/config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let (one, other) = (two.to_one.url("/graphql"), two.to_other.url("/graphql"));
    // A user edits the address by hand.
    std::fs::write(&config, text.replace(&other, &one)).unwrap();
    two.ssh.refuse("no\n", 255);
    two.run(&two.command(&["list", "-e", "main", "-l", "other"]), 4);
    assert_eq!(came_to(&two.to_one, &two.tokens), [0; 0]);
}

/// The server that echoes the token, and the part of the reply. The token's own role sees every command.
fn echoes(token: &str) -> Vec<Fault> {
    let bearer = format!("Authorization: Bearer {token}");
    let json = |value: serde_json::Value| value.to_string();
    let error = json(serde_json::json!({"errors": [{"message": bearer}]}));
    let both = json(serde_json::json!({"data": null, "errors": [{"message": bearer}]}));
    let owned = token.to_owned();
    let everywhere = Fault::rewritten(move |reply| replace_strings(&mut reply["data"], &owned));
    let owned = bearer.clone();
    let beside = Fault::rewritten(move |reply| {
        reply["errors"] = serde_json::json!([{"message": owned.clone()}]);
    });
    let header = format!(
        "HTTP/1.1 400 {bearer}\r\nx-echo: {bearer}\r\ncontent-type: text/html; x={token}\r\n\
         content-length: 2\r\nconnection: close\r\n\r\nno"
    );
    // More than is shown of a page comes before and after the middle of the token.
    let page = format!(
        "<html><h1>Bad gateway</h1><pre>{}{bearer}</pre></html>",
        "x ".repeat(40)
    );
    vec![
        Fault::Answered(header),
        Fault::answered("400 Bad Request", "text/html", &page),
        Fault::answered("400 Bad Request", "text/plain", &bearer),
        Fault::answered("400 Bad Request", "application/json", &error),
        Fault::answered("401 Unauthorized", "application/json", &error),
        Fault::answered("500 Internal Server Error", "application/json", &bearer),
        Fault::answered("200 OK", "application/json", &both),
        everywhere,
        beside,
    ]
}

/// Puts the token into every text of a reply.
fn replace_strings(value: &mut serde_json::Value, token: &str) {
    match value {
        serde_json::Value::String(text) => *text = format!("{text}{token}"),
        serde_json::Value::Array(all) => all.iter_mut().for_each(|v| replace_strings(v, token)),
        serde_json::Value::Object(all) => {
            let named = all.iter_mut().filter(|(key, _)| !key.starts_with("__"));
            named.for_each(|(_, v)| replace_strings(v, token));
        }
        _ => {}
    }
}

/// For any echo in a reply, the output has no part of the token: not where it is cut or wrapped,
/// and in no format.
#[test]
fn an_echoed_token_is_masked_in_every_output() {
    let env = TestEnv::new();
    let lifetime = std::time::Duration::from_secs(3000);
    let token = env.sandbox().token(Identity::Maintainer, lifetime).unwrap();
    let pieces: Vec<&str> = (0..token.len() - 15)
        .map(|at| &token[at..at + 16])
        .collect();
    let place = ["-p", "lagoon-demo", "-e", "develop"];
    let mut masked = 0;
    for fault in echoes(&token) {
        let proxy = Proxy::drawing(env.address(), std::time::Duration::ZERO, {
            let fault = fault.clone();
            move |_| fault.clone()
        });
        for (line, formats) in [
            (
                &["api", "{ me { email } lagoonVersion }"][..],
                &["", "json", "yaml"][..],
            ),
            (&["whoami"], &["table", "json", "csv"]),
            (&["projects"], &["table", "tsv"]),
            (&["environments", "-p", "lagoon-demo"], &["table", "jsonl"]),
            (
                &["list", place[0], place[1], place[2], place[3]],
                &["table", "yaml", "name"],
            ),
            (
                &["runs", place[0], place[1], place[2], place[3]],
                &["table", "json"],
            ),
            (
                &[
                    "invoke",
                    "Say hello",
                    "--yes",
                    place[0],
                    place[1],
                    place[2],
                    place[3],
                ],
                &["table", "json"],
            ),
            (&["export", "-p", "lagoon-demo"], &[""]),
            (&["doctor"], &["table"]),
        ] {
            for format in formats {
                let mut line = [line, &["-v", "--request-timeout", "2s"]].concat();
                if !format.is_empty() {
                    line.extend(["-o", format]);
                }
                let command = env.home.command(&line);
                let command = command
                    .env("TASKS_API", proxy.url("/graphql"))
                    .env("TASKS_TOKEN", &token)
                    .env("COLUMNS", "70");
                let output = env.home.run(command);
                for stream in [&output.stdout, &output.stderr] {
                    let shown = pieces.iter().find(|piece| stream.contains(**piece));
                    assert_eq!(shown, None, "{fault:?} {line:?}\n{output}");
                }
                let both = format!("{}{}", output.stdout, output.stderr);
                masked += usize::from(both.contains("***"));
            }
        }
    }
    // The echo reached the output: otherwise this test would show nothing.
    assert!(masked > 50, "only {masked} outputs had a mask");
}

/// A token is also masked where colours and zero-width characters split it into short pieces, and
/// where JSON writes it with escapes.
#[test]
fn a_token_is_masked_in_every_spelling() {
    let env = TestEnv::new();
    let variables = env.command(&[]).variables;
    let token = variables[std::ffi::OsStr::new("TASKS_TOKEN")]
        .to_str()
        .unwrap();
    let pieces: Vec<&str> = (0..token.len())
        .step_by(9)
        .map(|at| &token[at..token.len().min(at + 9)])
        .collect();
    let place = [
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
        "--yes",
        "--color",
        "always",
    ];
    for separator in ["\u{1b}[31m", "\u{200b}", "\u{1b}[1m\u{ad}\u{1b}[0m"] {
        let log = Step::Log(format!("it is {} here\n", pieces.join(separator)));
        let steps = vec![
            Step::Status(Status::Running),
            log,
            Step::Status(Status::Complete),
        ];
        env.sandbox().scripted().unwrap().script("Say hello", steps);
        let invoke = [&["invoke", "Say hello", "-f"], &place[..]].concat();
        let followed = env.tasks(&invoke).succeeds();
        let logged = env.tasks(&["logs", "--last", "-o", "json"]).succeeds();
        for output in [&followed, &logged] {
            assert!(output.stdout.contains("it is ***"), "{output}");
            assert!(!output.stdout.contains(pieces[1]), "{output}");
        }
    }
    let escaped: String = token.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let body = format!("{{\"data\": {{\"echo\": \"is {escaped}\"}}}}");
    let proxy = Proxy::drawing(env.address(), std::time::Duration::ZERO, move |_| {
        Fault::answered("200 OK", "application/json", &body)
    });
    let command = env.command(&["api", "{ echo }"]);
    let output = env.run(command.env("TASKS_API", proxy.url("/graphql")));
    assert_eq!(output.succeeds().json()["data"]["echo"], "is ***");
}

/// A possible beginning of a token is printed at the end, however the command ends.
#[test]
fn buffered_output_is_printed_at_the_end() {
    let env = TestEnv::new();
    let place = ["-p", "lagoon-demo", "-e", "develop", "--yes", "-f"];
    let variables = env.command(&[]).variables;
    let token = variables[std::ffi::OsStr::new("TASKS_TOKEN")]
        .to_str()
        .unwrap();
    let beginning = &token[..10];
    for (end, code) in [(Status::Complete, 0), (Status::Failed, 3)] {
        let log = Step::Log(beginning.to_owned());
        let steps = [Step::Status(Status::Running), log, Step::Status(end)];
        env.script("Say hello", &steps);
        let invoke = [&["invoke", "Say hello"], &place[..]].concat();
        let output = env.tasks(&invoke).ends_with(code);
        assert!(output.stdout.contains(beginning), "{output}");
    }
}

#[test]
fn commands_that_print_tokens_do_not_mask_them() {
    let two = Two::new();
    let print = two.command(&["login", "-l", "one", "--print"]);
    assert_eq!(
        two.one.home.run(print).succeeds().stdout.trim(),
        two.tokens[0]
    );
    // Also where a token of the same kind is in use.
    let home = &two.one.home;
    let token = |args: &[&str]| {
        let command = home.command(&[&["sandbox", "token"], args].concat());
        home.run(command.env("TASKS_TOKEN", &two.tokens[0]))
            .succeeds()
    };
    assert_eq!(token(&[]).stdout.trim().split('.').count(), 3);
    assert!(!token(&[]).stdout.contains("***"));
    let json = token(&["-o", "json"]).json();
    assert!(!json["token"].as_str().unwrap().contains("***"), "{json}");
}
