//! A private key is read in every form in which people write it, and no part of it is shown.

use std::os::unix::fs::PermissionsExt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lagoon_sandbox::Identity;

use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::support::process::Invocation;
use crate::support::ssh_stand_in::SshStandIn;

/// The length of the pieces of a secret that must not be shown.
const PIECE: usize = 16;

/// A key with a body that looks like one.
fn key() -> String {
    let mut state: u64 = 0x5eed;
    let bytes: Vec<u8> = (0..300)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state.to_be_bytes()[0]
        })
        .collect();
    let body = STANDARD.encode([b"openssh-key-v1\0".as_slice(), &bytes].concat());
    let lines: Vec<&str> = (0..body.len())
        .step_by(70)
        .map(|at| &body[at..body.len().min(at + 70)])
        .collect();
    format!(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
        lines.join("\n")
    )
}

fn body(key: &str) -> String {
    key.lines().filter(|line| !line.starts_with('-')).collect()
}

/// The forms of valid keys, and fragments of keys.
fn forms(key: &str) -> (Vec<String>, Vec<String>) {
    let base64 = STANDARD.encode(key);
    let whole = vec![
        key.to_owned(),
        key.trim_end().to_owned(),
        key.replace('\n', "\r\n"),
        key.replace('\n', "\\n"),
        key.replace('\n', " "),
        format!("\"{}\"", key.trim_end()),
        format!("'{}'", key.replace('\n', "\\n")),
        base64.clone(),
        format!("\"{base64}\""),
    ];
    let body = body(key);
    let broken = vec![
        body.clone(),
        body[..100].to_owned(),
        body[100..200].to_owned(),
        key[..200].to_owned(),
        key[100..].to_owned(),
        key[..200].replace('\n', "\\n"),
        base64[..200].to_owned(),
        format!("keys/{}", &body[..100]),
    ];
    (whole, broken)
}

/// A home that signs in to its Lagoon over ssh.
struct Here {
    env: TestEnv,
    ssh: SshStandIn,
    key: String,
}

impl Here {
    fn new() -> Here {
        let env = TestEnv::new();
        let lifetime = std::time::Duration::from_secs(3000);
        let token = env.sandbox().token(Identity::Maintainer, lifetime).unwrap();
        let ssh = SshStandIn::new(&env.home, &token);
        Here {
            ssh,
            env,
            key: key(),
        }
    }

    fn command(&self, args: &[&str]) -> Invocation {
        self.ssh.with(self.env.home.command(args))
    }

    /// Runs a command that must not show any part of the key.
    #[track_caller]
    fn run(&self, command: Invocation) -> Output {
        let output = self.env.home.run(command);
        for (stream, text) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            self.holds_nothing(text, stream, &output);
        }
        output
    }

    #[track_caller]
    fn holds_nothing(&self, text: &str, place: &str, output: &dyn std::fmt::Display) {
        let body = body(&self.key);
        let base64 = STANDARD.encode(&self.key);
        for secret in [body.as_bytes(), base64.as_bytes()] {
            for piece in secret.windows(PIECE) {
                let piece = std::str::from_utf8(piece).unwrap();
                assert!(!text.contains(piece), "{place} has `{piece}`\n{output}");
            }
        }
    }

    /// No file that this program made has any part of the key.
    #[track_caller]
    fn left_nothing(&self) {
        for file in self.env.home.files() {
            let ours = file.starts_with(".local") || file.starts_with("tmp");
            if ours {
                let bytes = std::fs::read(self.env.home.path(file.to_str().unwrap())).unwrap();
                let text = String::from_utf8_lossy(&bytes);
                self.holds_nothing(&text, &file.display().to_string(), &"");
            }
        }
    }

    /// A context of this name with the flags of the command line.
    fn add(&self, name: &str) {
        let add = [
            "context",
            "add",
            name,
            &self.env.url(),
            "--no-discovery",
            "--ssh-host",
            "h.example",
        ];
        self.run(self.command(&add)).succeeds();
    }
}

#[test]
fn tasks_ssh_key_is_a_path_or_a_key_in_every_form() {
    let here = Here::new();
    here.add("acme");
    let (whole, broken) = forms(&here.key);
    let login = ["login", "-l", "acme", "-v"];
    for form in &whole {
        here.run(here.command(&login).env("TASKS_SSH_KEY", form))
            .succeeds();
    }
    for form in &broken {
        for format in ["table", "json"] {
            for line in [
                &login[..],
                &["doctor", "-l", "acme"],
                &["whoami", "-l", "acme"],
            ] {
                let line = [line, &["-o", format]].concat();
                let output = here.run(here.command(&line).env("TASKS_SSH_KEY", form));
                let said = format!("{}{}", output.stdout, output.stderr);
                assert_ne!(output.code, 0, "{output}");
                assert!(
                    said.contains("TASKS_SSH_KEY") && said.contains("bytes"),
                    "{output}"
                );
            }
        }
    }
    here.left_nothing();
}

#[test]
fn tasks_ssh_key_of_one_short_line_that_begins_like_a_path_is_a_path() {
    let here = Here::new();
    here.add("acme");
    let login = |key: &str| {
        here.run(
            here.command(&["login", "-l", "acme"])
                .env("TASKS_SSH_KEY", key),
        )
    };
    let long = format!("/{}", "k".repeat(255));
    for path in ["/gone/key", "./gone", "../gone", &long] {
        let output = login(path).ends_with(2);
        let said = format!("{path}, set by TASKS_SSH_KEY");
        assert!(output.stderr.contains(&said), "{output}");
    }
    let output = login("~/gone").ends_with(2);
    let gone = here.env.home.path("gone").display().to_string();
    assert!(output.stderr.contains(&gone), "{output}");
    here.env.home.write("there", "k");
    login("~/there").succeeds();
    for other in [format!("{long}k"), "/gone\nkey".to_owned()] {
        let output = login(&other).ends_with(2);
        assert!(
            output.stderr.contains(" bytes") && !output.stderr.contains(&other[..5]),
            "{output}"
        );
    }
    let output = login("gone").ends_with(2);
    assert!(
        output.stderr.contains("4 bytes") && !output.stderr.contains("gone"),
        "{output}"
    );
    here.env.home.write("work/id_ci", "k");
    login("id_ci").succeeds();
}

#[test]
fn a_missing_key_file_is_named_with_the_setting_that_names_it() {
    let here = Here::new();
    here.add("acme");
    let config = ".config/lagoon-tasks/config.toml";
    let text = std::fs::read_to_string(here.env.home.path(config)).unwrap();
    here.env
        .home
        .write(config, format!("{text}ssh_key = \"~/.ssh/gone\"\n"));
    let output = here.run(here.command(&["login", "-l", "acme"]));
    let home = here.env.home.path("").display().to_string();
    insta::assert_snapshot!(output.error(2).replace(&home, "HOME/"), @"
    signing in over ssh: lagoon@h.example:22
    error: cannot sign in: cannot read the ssh key HOME/.ssh/gone, set by `ssh_key` of the context `acme` in HOME/.config/lagoon-tasks/config.toml: No such file or directory (os error 2)
    hint: name an existing file with the private key
    ");
    let add = [
        "context",
        "add",
        "acme",
        &here.env.url(),
        "--ssh-key=~/gone",
    ];
    let output = here.run(here.command(&add)).ends_with(2);
    assert!(output.stderr.contains("--ssh-key ~/gone"), "{output}");
}

#[test]
fn a_key_given_by_flag_is_saved_in_a_private_file() {
    let here = Here::new();
    let (whole, broken) = forms(&here.key);
    let url = here.env.url();
    for form in &whole {
        let add = [
            "context",
            "add",
            "acme",
            &url,
            "--no-discovery",
            "--ssh-host",
            "h.example",
            "--ssh-key",
            form,
            "-v",
        ];
        let output = here.run(here.command(&add)).succeeds();
        assert!(output.stderr.contains("TASKS_SSH_KEY"), "{output}");
        for line in [
            &["context", "show", "acme", "-o", "json"][..],
            &["login", "-l", "acme"],
            &["doctor", "-l", "acme", "-v"],
        ] {
            here.run(here.command(line));
        }
        here.run(here.command(&["login", "-l", "acme", "--ssh-key", form]))
            .succeeds();
    }
    let config = here.env.home.path(".config/lagoon-tasks/config.toml");
    let mode = std::fs::metadata(&config).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o644)).unwrap();
    let doctor = here.run(here.command(&["doctor", "-l", "acme", "-o", "json"]));
    assert!(
        doctor.stdout.contains("can read the private key"),
        "{doctor}"
    );
    for form in &broken {
        for line in [
            &[
                "context",
                "add",
                "acme",
                &url,
                "--no-discovery",
                "--ssh-key",
                form,
            ][..],
            &["login", "-l", "acme", "--ssh-key", form, "-o", "json"],
            // Where no key belongs.
            &["login", "-l", "acme", "--ssh-kye", form],
        ] {
            here.run(here.command(line)).ends_with(2);
        }
    }
    here.left_nothing();
}

#[test]
fn configuration_files_accept_keys_and_errors_hide_them() {
    let here = Here::new();
    let (whole, broken) = forms(&here.key);
    let api = here.env.url();
    let quoted = |form: &str| serde_json::Value::from(form).to_string();
    let both = whole.iter().map(|form| (form, true));
    for (form, is_key) in both.chain(broken.iter().map(|form| (form, false))) {
        let key = quoted(form);
        here.env.home.write(
            ".config/lagoon-tasks/config.toml",
            format!("[contexts.own]\napi = \"{api}\"\nssh_host = \"h.example\"\nssh_key = {key}\n"),
        );
        here.env.home.write(
            ".lagoon.yml",
            format!(
                "lagoons: {{cli: {{graphql: \"{api}\", hostname: h.example, sshkey: {key}}}}}\n"
            ),
        );
        for context in ["own", "cli"] {
            for line in [
                &["context", "show", context, "-o", "yaml"][..],
                &["context", "list", "-o", "json"],
                &["doctor", "-l", context, "-o", "json"],
            ] {
                here.run(here.command(line));
            }
            let login = here.run(here.command(&["login", "-l", context, "-v"]));
            login.ends_with(if is_key { 0 } else { 2 });
        }
    }
    here.left_nothing();
}

#[test]
fn a_misplaced_key_is_not_printed() {
    let here = Here::new();
    here.env.home.write("work/id", &here.key);
    here.env.home.write("work/id.yml", &here.key);
    let key = here.key.as_str();
    let (body, base64) = (body(key), STANDARD.encode(key));
    let target = ["-p", "lagoon-demo", "-e", "develop", "--yes"];
    for line in [
        &["invoke", "Say hello", "--arg-file", "NOPE=id"][..],
        &["invoke", "Say hello", "--args-file", "id"],
        &["invoke", "Say hello", "-a", key],
        &["invoke", key],
        &["invoke", &body],
        &["exec", "-s", key, "--", "true"],
    ] {
        here.run(here.env.command(&[line, &target].concat()));
    }
    for line in [
        &["diff", "-f", "id"][..],
        &["lint", "-f", "id.yml", "-o", "json"],
        &["lint", "--var", key],
        &["apply", "--plan", "id"],
        &["invoke", "Say hello", "--targets", "id"],
        &["api", "--variables", "id", "{ me { email } }"],
        &[
            "api",
            "-F",
            "x=@id",
            "query ($x: Int) { taskById(id: $x) { id } }",
        ],
        &["list", "-l", &body],
        &["list", "-e", &base64, "-p", "lagoon-demo"],
        &["wait", key],
        &["context", "add", &body, "https://x.example"],
        &["context", "add", "x", key],
        &[key],
        &["list", "--color", key],
    ] {
        for format in ["table", "json"] {
            here.run(here.env.command(&[line, &["-o", format]].concat()));
        }
    }
    for variable in [
        "TASKS_CONTEXT",
        "TASKS_PROJECT",
        "TASKS_ENVIRONMENT",
        "TASKS_API",
        "TASKS_OUTPUT",
        "TASKS_SSH_HOST",
        "TASKS_SSH_PORT",
    ] {
        for form in [key, &body, &base64] {
            here.run(here.env.command(&["list", "-v"]).env(variable, form));
        }
    }
    let stdin = here.env.command(&["wait", "-", "-v"]).stdin(key);
    here.run(stdin).ends_with(2);
    here.env.home.write(
        "work/.lagoon/tasks.yml",
        "version: 1\nproject: lagoon-demo\ntasks: [{name: a, command_file: id, service: cli}]\n",
    );
    here.env.home.write("work/.lagoon/id", key);
    here.run(here.env.command(&["diff"])).ends_with(9);
    here.env.home.write(".config/lagoon-tasks/config.toml", key);
    here.env.home.write(".lagoon.yml", key);
    for line in [&["context", "list"][..], &["doctor", "-o", "json"]] {
        here.run(here.command(line));
    }
}

#[test]
fn an_address_is_shown_without_its_secrets() {
    let here = Here::new();
    for address in [
        "https://api.example.com/?token=hunter2",
        "https://me:hunter2@api.example.com",
        "https://me:hunter2@api.example.com/?token=hunter2#hunter2",
        "api.example.com?token=hunter2",
        "hunter2:hunter2@api.example.com:x",
    ] {
        for line in [
            &["list"][..],
            &["login", address],
            &["context", "add", "x", address],
            &[
                "context",
                "add",
                "x",
                "https://x.example",
                "--ui-url",
                address,
            ],
            &[
                "context",
                "add",
                "x",
                "https://x.example",
                "--authorization-endpoint",
                address,
            ],
            &["list", address],
        ] {
            for format in ["table", "json"] {
                let line = [line, &["-o", format]].concat();
                let output = here
                    .env
                    .home
                    .run(here.command(&line).env("TASKS_API", address));
                let said = format!("{}{}", output.stdout, output.stderr);
                assert!(!said.contains("hunter2"), "{line:?}\n{output}");
            }
        }
    }
}
