//! Signing in: over ssh, by itself and on demand; kept for its owner, shared by processes, renewed.

mod login;
mod token;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lagoon_sandbox::Identity;

use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::support::process::Invocation;
use crate::support::proxy::{Fault, Proxy};
use crate::support::ssh::{Server, with_bin};
use crate::support::ssh_stand_in::SshStandIn;

const STORE: &str = ".local/state/lagoon-tasks/tokens";

/// A Lagoon, the context `here` that knows where it gives out tokens, and an `ssh` that does.
struct Here {
    env: TestEnv,
    ssh: SshStandIn,
}

impl Here {
    fn new() -> Here {
        let env = TestEnv::new();
        let here = Here {
            ssh: SshStandIn::new(&env.home, env.token()),
            env,
        };
        here.add("here", &here.env.url());
        here
    }

    fn add(&self, name: &str, url: &str) {
        let add = ["context", "add", name, url, "--no-discovery"];
        let ssh = [
            "--ssh-host",
            "ssh.example",
            "--ssh-port",
            "2222",
            "-p",
            "lagoon-demo",
        ];
        self.env.home.tasks(&[&add[..], &ssh].concat()).succeeds();
    }

    /// `tasks` without a token in its variables.
    fn command(&self, args: &[&str]) -> Invocation {
        self.ssh.with(self.env.home.command(args))
    }

    #[track_caller]
    fn tasks(&self, args: &[&str]) -> Output {
        self.run(self.command(args))
    }

    #[track_caller]
    fn run(&self, invocation: Invocation) -> Output {
        self.env.run(invocation)
    }

    fn token(&self, identity: Identity, seconds: u64) -> String {
        let lifetime = Duration::from_secs(seconds);
        self.env.sandbox().token(identity, lifetime).unwrap()
    }
}

#[test]
fn a_command_signs_in_automatically_and_once() {
    let here = Here::new();
    let first = here.tasks(&["list", "-e", "main"]).succeeds();
    assert!(
        first
            .stderr
            .contains("signing in over ssh: lagoon@ssh.example:2222"),
        "{first}"
    );
    here.tasks(&["list", "-e", "main"]).succeeds();
    let calls = here.ssh.calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    // There is no terminal to prompt on here; host and port cannot become options.
    for part in ["BatchMode=yes", "-p 2222 -- lagoon@ssh.example token"] {
        assert!(calls[0].contains(part), "{calls:?}");
    }
    here.tasks(&["logout"]).succeeds();
    here.tasks(&["list", "-e", "main"]).succeeds();
    assert_eq!(here.ssh.calls().len(), 2);
}

#[test]
fn an_expiring_token_is_renewed_before_use() {
    let here = Here::new();
    let short = here.token(Identity::Guest, 300);
    here.ssh.set_token(&short);
    here.tasks(&["login"]).succeeds();
    here.env.home.ages_token("here", 280);
    here.ssh.set_token(here.env.token());
    let who = || here.tasks(&["whoami", "--jq", ".email"]).succeeds().stdout;
    assert_eq!(who(), "maintainer@example.com\n");
    let calls = here.ssh.calls().len();
    assert_eq!(who(), "maintainer@example.com\n");
    assert_eq!(here.ssh.calls().len(), calls);
}

#[test]
fn a_refused_token_is_replaced() {
    let here = Here::new();
    // Of another Lagoon, or of a session that has ended: it looks good and is refused.
    let (head, claims) = (r#"{"alg":"HS256"}"#, r#"{"typ":"Bearer","exp":4900000000}"#);
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let refused = format!("{}.{}.c2ln", part(head), part(claims));
    let add = ["context", "add", "here", &here.env.url(), "--with-token"];
    here.run(here.command(&add).stdin(&refused)).succeeds();
    assert_eq!(here.ssh.calls().len(), 0);

    here.tasks(&["list", "-e", "main"]).succeeds();
    here.tasks(&["list", "-e", "main"]).succeeds();
    assert_eq!(here.ssh.calls().len(), 1);
}

#[test]
fn fifty_processes_share_one_store() {
    let here = Here::new();
    let all: Vec<_> = (0..50)
        .map(|_| here.command(&["login", "--print"]).start())
        .collect();
    for process in all {
        let output = process.finish().succeeds();
        assert_eq!(output.stdout.trim(), here.env.token());
    }
    let calls = here.ssh.calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
}

#[test]
fn a_refusal_with_exit_status_0_is_shown() {
    let here = Here::new();
    here.ssh.refuse("Your key is unknown to this Lagoon\n", 0);
    let refused = here
        .tasks(&["list", "-e", "main", "-o", "json"])
        .ends_with(4);
    let message = refused.json_error()["message"].to_string();
    assert!(
        message.contains("Your key is unknown to this Lagoon"),
        "{message}"
    );

    here.ssh.refuse(
        "ssh: connect to host ssh.example port 2222: Connection refused\n",
        255,
    );
    here.tasks(&["list", "-e", "main"]).ends_with(7);
    here.ssh
        .refuse("lagoon@ssh.example: Permission denied (publickey).\n", 255);
    here.tasks(&["login"]).ends_with(4);
}

#[test]
fn variables_alone_suffice_to_sign_in() {
    let env = TestEnv::new();
    let ssh = SshStandIn::new(&env.home, env.token());
    let key =
        "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0IGtleQ==\n-----END OPENSSH PRIVATE KEY-----";
    let clean = |args: &[&str]| {
        ssh.with(env.home.command(args))
            .env("TASKS_API", env.url())
            .env("TASKS_SSH_KEY", key)
            .env("TASKS_PROJECT", "lagoon-demo")
    };
    let list = ["list", "-e", "main"];
    let by_hand = clean(&list)
        .env("TASKS_SSH_HOST", "ssh.example")
        .env("TASKS_SSH_PORT", "2222");
    env.run(by_hand.clone()).succeeds();
    let calls = ssh.calls();
    assert!(
        calls[0].contains("IdentitiesOnly=yes -p 2222 -- lagoon@ssh.example"),
        "{calls:?}"
    );
    assert!(!calls[0].contains("c2VjcmV0"), "{calls:?}");
    assert!(!ssh.variables().contains("c2VjcmV0"));
    // A token is kept there, too.
    env.run(clean(&list)).succeeds();
    assert_eq!(ssh.calls().len(), 1);
    // Without any folder, it still works.
    let homeless = [
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
    ];
    let homeless = homeless
        .iter()
        .fold(by_hand, |command, name| command.without(name));
    env.run(homeless).succeeds();
    assert_eq!(ssh.calls().len(), 2);
}

#[test]
fn the_lagoon_of_tasks_api_is_asked_for_its_token_server() {
    let env = TestEnv::new();
    let ssh = SshStandIn::new(&env.home, env.token());
    let key = env.home.write("key", "k");
    let document = r#"{"ssh_token_exchange":{"token_endpoint_host":"ssh.far.example","token_endpoint_port":32222}}"#;
    let found = Fault::answered("200 OK", "application/json", document);
    let proxy = Proxy::new(env.address(), [found]);
    let command = |url: String| {
        ssh.with(
            env.home
                .command(&["list", "-p", "lagoon-demo", "-e", "main"]),
        )
        .env("TASKS_API", url)
        .env("TASKS_SSH_KEY", &key)
    };
    env.run(command(proxy.url(""))).succeeds();
    assert!(ssh.calls()[0].contains("-p 32222 -- lagoon@ssh.far.example token"));
    let asked = proxy.seen().len();
    env.run(command(proxy.url(""))).succeeds();
    assert_eq!((ssh.calls().len(), proxy.seen().len()), (1, 2 * asked - 1));

    // The sandbox has no ssh server.
    let refused = env.run(command(env.url())).ends_with(2);
    assert!(refused.stderr.contains("TASKS_SSH_HOST"), "{refused}");
    // Without a key, ssh is not started.
    let bare = env
        .home
        .command(&["list", "-p", "lagoon-demo", "-e", "main"]);
    let refused = env.run(bare.env("TASKS_API", env.url())).ends_with(4);
    assert!(refused.stderr.contains("TASKS_TOKEN"), "{refused}");
}

#[test]
fn each_key_is_a_separate_identity() {
    let here = Here::new();
    here.ssh.set_guest_token(&here.token(Identity::Guest, 3000));
    let guest = here.env.home.write("guest-key", "k");
    let who = |key: bool| {
        let command = here.command(&["whoami", "--jq", ".email"]);
        let command = if key {
            command.env("TASKS_SSH_KEY", &guest)
        } else {
            command
        };
        here.run(command).succeeds().stdout
    };
    assert_eq!(who(false), "maintainer@example.com\n");
    assert_eq!(who(true), "guest@example.com\n");
    assert_eq!(who(false), "maintainer@example.com\n");
    assert_eq!(who(true), "guest@example.com\n");
    assert_eq!(here.ssh.calls().len(), 2);
    let out = here.tasks(&["logout", "-o", "json"]).succeeds().json();
    assert_eq!(out["removed"], 2);
}

#[test]
fn a_lagoon_pod_needs_no_configuration() {
    let env = TestEnv::new();
    let ssh = SshStandIn::new(&env.home, env.token());
    let pod = |args: &[&str]| {
        ssh.with(env.home.command(args))
            .env("LAGOON_CONFIG_API_HOST", env.url().replace("/graphql", ""))
            .env("LAGOON_CONFIG_TOKEN_HOST", "ssh.example")
            .env("LAGOON_CONFIG_TOKEN_PORT", "2020")
    };
    env.run(pod(&["list", "-p", "lagoon-demo", "-e", "main"]))
        .succeeds();
    assert!(ssh.calls()[0].contains("-p 2020 -- lagoon@ssh.example token"));
    let shown = env
        .run(pod(&["context", "show", "-o", "json"]))
        .succeeds()
        .json();
    assert_eq!(shown["name"], "lagoon-pod");
    assert_eq!(shown["source"], "LAGOON_CONFIG_API_HOST");
    // A change needs no more to be said than elsewhere.
    let invoke = [
        "invoke",
        "Say hello",
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
        "--yes",
    ];
    env.run(pod(&invoke)).succeeds();
    let remove = env
        .run(pod(&["context", "remove", "lagoon-pod", "--yes"]))
        .ends_with(2);
    assert!(remove.stderr.contains("LAGOON_CONFIG_API_HOST"), "{remove}");
    let broken = pod(&["list"]).env("LAGOON_CONFIG_API_HOST", "ftp://x");
    let refused = env.run(broken).ends_with(2);
    assert!(
        refused.stderr.contains("LAGOON_CONFIG_API_HOST"),
        "{refused}"
    );
}

#[test]
fn a_real_ssh_server_provides_the_token() {
    let env = TestEnv::new();
    let Some(server) = Server::start(&env.home, "cat given") else {
        return;
    };
    env.home.write("given", env.token());
    let port = server.port.to_string();
    let add = [
        "context",
        "add",
        "here",
        &env.url(),
        "--no-discovery",
        "-p",
        "lagoon-demo",
    ];
    let ssh = ["--ssh-host", "127.0.0.1", "--ssh-port", &port];
    env.home.tasks(&[&add[..], &ssh].concat()).succeeds();
    let list = ["list", "-e", "main"];
    let listed = env
        .run(with_bin(&env.home, env.home.command(&list)))
        .succeeds();
    assert!(listed.stderr.contains("signing in over ssh"), "{listed}");

    // In a pipeline: the key's text in a variable, and nothing else.
    let key = std::fs::read_to_string(env.home.path("user")).unwrap();
    let clean = env
        .home
        .command(&["whoami", "--jq", ".email"])
        .env("TASKS_API", env.url())
        .env("TASKS_SSH_KEY", key.trim())
        .env("TASKS_SSH_HOST", "127.0.0.1")
        .env("TASKS_SSH_PORT", &port);
    let who = env.run(with_bin(&env.home, clean)).succeeds();
    assert_eq!(who.stdout, "maintainer@example.com\n");
}
