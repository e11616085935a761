//! Signing in: over ssh, by itself and on demand; kept for its owner, shared by processes, renewed.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insta::assert_snapshot;
use lagoon_sandbox::Identity;
use serde_json::Value;

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
fn login_with_an_address_creates_the_context() {
    let env = TestEnv::new();
    let ssh = SshStandIn::new(&env.home, env.token());
    let document = r#"{"ssh_token_exchange":{"token_endpoint_host":"ssh.example","token_endpoint_port":"2222"}}"#;
    let found = Fault::answered("200 OK", "application/json", document);
    let proxy = Proxy::new(env.address(), [found]);
    let login = ssh.with(env.home.command(&["login", &proxy.url(""), "-o", "json"]));
    let shown = env.run(login).succeeds().json();
    let fields: Vec<&str> = shown
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        fields,
        [
            "context",
            "api",
            "kind",
            "id",
            "email",
            "firstName",
            "lastName",
            "groupRoles",
            "projectRoles",
            "project",
            "platformRoles",
            "tokenSource",
            "tokenExpires",
            "renewableUntil",
        ]
    );
    assert_eq!(shown["context"], "127.0.0.1");
    assert_eq!(shown["email"], "maintainer@example.com");
    assert_eq!(shown["tokenSource"], "ssh");
    let show = env
        .home
        .tasks(&["context", "show", "-o", "json"])
        .succeeds()
        .json();
    assert_eq!(
        (&show["sshPort"], &show["token"]),
        (&2222.into(), &"valid".into())
    );

    // The same address is the same context, under the name it has.
    let again = ssh.with(env.home.command(&["login", &proxy.url("/graphql")]));
    env.run(again).succeeds();
    let names = env
        .home
        .tasks(&["context", "list", "-o", "name"])
        .succeeds();
    assert_eq!(names.stdout, "127.0.0.1\nsandbox\n");

    // Where no ssh server is known there is something to do.
    let nowhere = ssh.with(env.home.command(&["login", &env.url(), "-l", "other"]));
    let refused = env.run(nowhere).ends_with(4);
    assert!(refused.stderr.contains("--ssh-host HOST"), "{refused}");
    let sandbox = env.home.tasks(&["login", "-l", "sandbox"]).ends_with(2);
    assert!(sandbox.stderr.contains("requires no sign-in"), "{sandbox}");
}

#[test]
fn an_unreachable_lagoon_is_not_saved() {
    let env = TestEnv::new();
    let ssh = SshStandIn::new(&env.home, env.token());
    let login = |args: &[&str]| env.run(ssh.with(env.home.command(args)));
    let away = ["login", "http://127.0.0.1:9", "--request-timeout", "1s"];
    let refused = login(&away).ends_with(7);
    insta::assert_snapshot!(refused.error(7), @"
    error: cannot reach http://127.0.0.1:PORT: Connection refused (os error 111)
    hint: check the address and the network: curl -sS http://127.0.0.1:PORT/status
    hint: nothing was saved; to save the context without signing in: tasks context add 127.0.0.1 http://127.0.0.1:PORT/graphql
    hint: to find the cause: tasks doctor
    ");
    let browser = [&away[..], &["--browser", "-l", "acme"]].concat();
    let refused = login(&browser).ends_with(7);
    let add = "tasks context add acme http://127.0.0.1:9/graphql";
    assert!(refused.stderr.contains(add), "{refused}");
    assert!(!refused.stderr.contains("tasks login"), "{refused}");
    let no_lagoon = Fault::answered("404 Not Found", "text/html", "<html>");
    let proxy = Proxy::new(env.address(), [no_lagoon]);
    login(&["login", &proxy.url("")]).ends_with(7);
    let names = env.home.tasks(&["context", "list", "-o", "name"]);
    assert_eq!(names.succeeds().stdout, "sandbox\n");
    assert_eq!(ssh.calls().len(), 0);

    // Where the command line says how to sign in, the Lagoon need not be asked.
    ssh.refuse("lagoon@ssh.example: Permission denied (publickey).\n", 255);
    let named = [&away[..], &["--ssh-host", "ssh.example", "-l", "acme"]].concat();
    let refused = login(&named).ends_with(4);
    let hint = "nothing was saved; to save the context without signing in: \
                tasks context add acme http://127.0.0.1:9/graphql";
    assert!(refused.stderr.contains(hint), "{refused}");
    let names = env.home.tasks(&["context", "list", "-o", "name"]);
    assert_eq!(names.succeeds().stdout, "sandbox\n");
}

/// A first login as far as the token: only Lagoon itself does not answer.
#[test]
fn a_failed_login_leaves_the_contexts_as_they_were() {
    let env = TestEnv::new();
    let ssh = SshStandIn::new(&env.home, env.token());
    let away = [
        "login",
        "http://127.0.0.1:9",
        "--ssh-host",
        "ssh.example",
        "-l",
        "acme",
    ];
    let line = [&away[..], &["--request-timeout", "1s"]].concat();
    let refused = env.run(ssh.with(env.home.command(&line))).ends_with(7);
    assert!(
        refused.stderr.contains("hint: nothing was saved"),
        "{refused}"
    );
    assert_eq!(ssh.calls().len(), 1);
    let names = env.home.tasks(&["context", "list", "-o", "name"]);
    assert_eq!(names.succeeds().stdout, "sandbox\n");
    assert!(!env.home.path(&format!("{STORE}/acme")).exists());

    let refused = env
        .home
        .tasks(&["login", &env.url(), "-l", "acme"])
        .ends_with(4);
    insta::assert_snapshot!(refused.error(4), @"
    error: this Lagoon does not announce its ssh server; add --ssh-host and --ssh-port
    hint: name the ssh server: tasks login http://127.0.0.1:PORT/graphql -l acme --ssh-host HOST --ssh-port PORT
    hint: or pass a token: tasks login http://127.0.0.1:PORT/graphql -l acme --with-token < FILE
    hint: nothing was saved; to save the context without signing in: tasks context add acme http://127.0.0.1:PORT/graphql
    ");
    let names = env.home.tasks(&["context", "list", "-o", "name"]);
    assert_eq!(names.succeeds().stdout, "sandbox\n");
}

#[test]
fn a_failed_sign_in_changes_nothing() {
    let here = Here::new();
    let config = here.env.home.path(".config/lagoon-tasks/config.toml");
    let state = || {
        let token = here.env.home.path(&format!("{STORE}/here"));
        (
            std::fs::read_to_string(&config).unwrap(),
            std::fs::read_to_string(token).unwrap(),
        )
    };
    here.tasks(&["login"]).succeeds();
    let before = state();

    here.ssh.refuse(
        "lagoon@other.example: Permission denied (publickey).\n",
        255,
    );
    let other = ["login", "--ssh-host", "other.example", "--ssh-port", "22"];
    let refused = here.tasks(&other).ends_with(4);
    assert!(
        refused.stderr.contains("the context was not changed"),
        "{refused}"
    );
    assert!(!refused.stderr.contains("tasks login"), "{refused}");
    assert_eq!(state(), before);

    // A token that Lagoon refuses.
    let foreign = "e30.eyJleHAiOjQ5MDAwMDAwMDB9.c2ln";
    let given = here.command(&["login", "--with-token"]).stdin(foreign);
    here.run(given).ends_with(4);
    assert_eq!(state(), before);

    here.ssh.set_token(&here.token(Identity::Developer, 3000));
    here.env.home.write("ssh/status", "0");
    here.tasks(&other).succeeds();
    let after = state();
    assert!(after.0.contains("other.example") && after.1 != before.1);
}

#[test]
fn a_sign_in_without_a_server_does_not_suggest_itself() {
    let env = TestEnv::new();
    let add = ["context", "add", "here", &env.url(), "--no-discovery"];
    env.home.tasks(&add).succeeds();
    let refused = env.home.tasks(&["login", "-l", "here"]).ends_with(4);
    insta::assert_snapshot!(refused.error(4), @"
    error: this Lagoon does not announce its ssh server; add --ssh-host and --ssh-port
    hint: name the ssh server: tasks login -l here --ssh-host HOST --ssh-port PORT
    hint: or pass a token: tasks login -l here --with-token < FILE
    ");
    let refused = env
        .home
        .tasks(&["login", "-l", "here", "--browser"])
        .ends_with(2);
    assert!(!refused.stderr.contains("tasks login"), "{refused}");
}

#[test]
fn a_given_key_is_saved() {
    let here = Here::new();
    here.ssh.set_guest_token(&here.token(Identity::Guest, 300));
    here.env.home.write("work/guest-key", "k");
    here.tasks(&["login", "--ssh-key", "guest-key"]).succeeds();
    here.env.home.ages_token("here", 280);
    let who = here.tasks(&["whoami", "--jq", ".email"]).succeeds();
    assert_eq!(who.stdout, "guest@example.com\n");
    for call in here.ssh.calls() {
        assert!(call.contains("guest-key -o IdentitiesOnly=yes"), "{call}");
    }
}

#[test]
fn a_token_can_be_given_on_stdin() {
    let here = Here::new();
    let token = here.token(Identity::Developer, 3000);
    let given = here
        .command(&["login", "--with-token", "-o", "json"])
        .stdin(format!("{token}\n"));
    let shown = here.run(given).succeeds().json();
    assert_eq!(shown["email"], "developer@example.com");
    assert_eq!(shown["tokenSource"], "given by hand");
    assert_eq!(here.ssh.calls().len(), 0);
    let bad = here
        .command(&["login", "--with-token"])
        .stdin("Permission denied\n");
    here.run(bad).ends_with(2);
}

#[test]
fn print_outputs_only_the_token() {
    let here = Here::new();
    let token = here.token(Identity::Developer, 3000);
    here.ssh.set_token(&token);
    let printed = here.tasks(&["login", "--print"]).succeeds();
    assert_eq!(printed.stdout, format!("{token}\n"));
    // A valid token is not fetched again.
    here.tasks(&["login", "--print"]).succeeds();
    assert_eq!(here.ssh.calls().len(), 1);
}

#[test]
fn whoami_shows_the_roles_on_projects_and_what_they_allow() {
    let env = TestEnv::new();
    let developer = env.as_role("developer");
    let line = ["whoami", "-p", "lagoon-demo"];
    let shown = developer
        .tasks(&[&line[..], &["-o", "table"]].concat())
        .succeeds()
        .stdout;
    let (_, roles) = shown.split_once("Roles\n").unwrap();
    assert_snapshot!(roles, @"
    GROUP              ROLE
    lagoon-demo-group  developer

    Projects
    PROJECT      ROLE
    lagoon-demo  developer

    Allowed on lagoon-demo as developer
    ACTION                           DEVELOPMENT  PRODUCTION
    invoke tasks for guests          yes          yes
    invoke tasks for developers      yes          yes
    invoke tasks for maintainers     no           no
    run commands (exec)              yes          no
    cancel runs                      yes          no
    define, update and delete tasks  no           no
    ");
    let json = |env: &TestEnv, args: &[&str]| {
        env.tasks(&[args, &["-o", "json"]].concat())
            .succeeds()
            .json()
    };
    let shown = json(&developer, &line);
    assert_eq!(
        shown["projectRoles"],
        serde_json::json!([{"name": "lagoon-demo", "role": "DEVELOPER"}])
    );
    assert_eq!(shown["project"]["role"], "DEVELOPER");
    assert_eq!(
        shown["project"]["allowed"][3],
        serde_json::json!({"action": "run commands (exec)", "development": true, "production": false})
    );
    assert_eq!(json(&developer, &["whoami"])["project"], Value::Null);
    // A platform owner needs no role.
    let shown = json(&env.as_role("platform-owner"), &line);
    assert_eq!(shown["project"]["role"], Value::Null);
    let allowed = shown["project"]["allowed"].as_array().unwrap();
    assert!(
        allowed.iter().all(|action| action["production"] == true),
        "{shown}"
    );
    let unknown = developer.tasks(&["whoami", "-p", "lagoon-dem"]).error(5);
    assert!(unknown.contains("did you mean `lagoon-demo`?"), "{unknown}");
}

#[test]
fn whoami_shows_the_signed_in_user() {
    let env = TestEnv::new();
    let shown = env.tasks(&["whoami", "-o", "json"]).succeeds().json();
    assert_eq!(shown["kind"], "user");
    assert_eq!(
        shown["groupRoles"],
        serde_json::json!([{"name": "lagoon-demo-group", "role": "MAINTAINER"}])
    );
    assert_eq!(shown["tokenSource"], "TASKS_TOKEN");
    assert!(shown["tokenExpires"].is_string());
    let service = env.as_role("legacy-admin");
    let shown = service.tasks(&["whoami", "-o", "json"]).succeeds().json();
    assert_eq!(
        (&shown["kind"], &shown["email"]),
        (&"service".into(), &Value::Null)
    );
    let platform = |role: &str| {
        let who = env.as_role(role).tasks(&["whoami", "-o", "json"]);
        who.succeeds().json()["platformRoles"].clone()
    };
    assert_eq!(platform("maintainer"), serde_json::json!([]));
    assert_eq!(platform("platform-viewer"), serde_json::json!(["VIEWER"]));
    let owner = env.as_role("platform-owner");
    let shown = owner.tasks(&["whoami", "-o", "table"]).succeeds();
    assert!(shown.stdout.contains("Platform role"), "{shown}");
    // Where Lagoon does not tell, or does not let one look, the rest is there.
    let refused = r#"{"errors":[{"message":"GraphQL introspection is not allowed"}]}"#;
    let no_look = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        if request.body.contains("__type(") {
            Fault::answered("400 Bad Request", "application/json", refused)
        } else {
            Fault::None
        }
    });
    let command = env.command(&["whoami", "-o", "json"]);
    let without_schema = env.run(command.env("TASKS_API", no_look.url("/graphql")));
    env.sandbox().refuse_next("userByEmail", "no luck today");
    let refused = env.tasks(&["whoami", "-o", "json"]);
    for output in [without_schema, refused] {
        let output = output.succeeds();
        let shown = output.json();
        assert_eq!(
            (&shown["email"], &shown["platformRoles"]),
            (&"maintainer@example.com".into(), &Value::Null)
        );
        let warning = "warning: could not read your platform roles: Lagoon refused: ";
        assert!(output.stderr.contains(warning), "{output}");
    }
    let outsider = env
        .as_role("outsider")
        .tasks(&["whoami", "-o", "table"])
        .succeeds();
    assert!(outsider.stdout.contains("none"), "{outsider}");
    let sandbox = env
        .home
        .tasks(&["whoami", "-l", "sandbox", "--as", "guest", "--jq", ".email"]);
    assert_eq!(sandbox.succeeds().stdout, "guest@example.com\n");
    let expired = env.command(&["whoami"]).env("TASKS_TOKEN", here_and_gone());
    env.run(expired).ends_with(4);
}

#[test]
fn only_lagoon_decides_if_a_token_has_expired() {
    let env = TestEnv::new();
    let api = |url: &str| {
        env.command(&["api", "{ me { id } }"])
            .env("TASKS_API", url)
            .env("TASKS_TOKEN", here_and_gone())
    };
    // As with a clock that is a day ahead.
    let accepting = Fault::answered(
        "200 OK",
        "application/json",
        r#"{"data":{"me":{"id":"7"}}}"#,
    );
    let proxy = Proxy::new(env.address(), [accepting]);
    let accepted = env.run(api(&proxy.url("/graphql"))).succeeds();
    assert!(accepted.stdout.contains("\"7\""), "{accepted}");

    // A token given by hand: `login` asks by using it, `context add` by the server's time.
    let given = |args: &[&str]| env.run(env.home.command(args).stdin(here_and_gone()));
    let add = ["context", "add", "here", &env.url(), "--no-discovery"];
    env.home.tasks(&add).succeeds();
    let before = env.requests().len();
    given(&["login", "-l", "here", "--with-token"]).ends_with(4);
    assert!(env.requests().len() > before);
    let early = "HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-length: 2\r\n\
                 connection: close\r\n\r\nok";
    for (answer, code) in [(Fault::Answered(early.to_owned()), 0), (Fault::None, 2)] {
        let proxy = Proxy::new(env.address(), [answer]);
        let url = proxy.url("/graphql");
        let name = format!("given-{code}");
        let add = [
            "context",
            "add",
            &name,
            &url,
            "--no-discovery",
            "--with-token",
        ];
        given(&add).ends_with(code);
    }

    let refused = env.run(api(&env.url())).ends_with(4);
    let words = "the token in TASKS_TOKEN has expired (1970-01-01T00:00:01Z)";
    assert!(refused.stderr.contains(words), "{refused}");
}

/// A token that ended in 1970.
fn here_and_gone() -> &'static str {
    "e30.eyJleHAiOjF9.c2ln"
}

#[test]
fn the_lagoon_cli_token_is_used_and_its_file_unchanged() {
    let env = TestEnv::new();
    let ssh = SshStandIn::new(&env.home, env.token());
    let file = |token: &str| {
        format!(
            "default: acme\nlagoons:\n  acme:\n    graphql: {}\n    hostname: ssh.example\n    port: 2222\n    token: {token}\n",
            env.url()
        )
    };
    let cached = env
        .sandbox()
        .token(Identity::Developer, Duration::from_secs(3000))
        .unwrap();
    env.home.write(".lagoon.yml", file(&cached));
    let who = || {
        let command = ssh.with(env.home.command(&["whoami", "-o", "json"]));
        env.run(command).succeeds().json()
    };
    let shown = who();
    assert_eq!(shown["email"], "developer@example.com");
    assert!(
        shown["tokenSource"]
            .as_str()
            .unwrap()
            .ends_with(".lagoon.yml")
    );
    assert_eq!(ssh.calls().len(), 0);

    // When it is over, ssh gives another one, which is kept by us.
    let over = file(here_and_gone());
    env.home.write(".lagoon.yml", &over);
    assert_eq!(who()["email"], "maintainer@example.com");
    assert_eq!(who()["tokenSource"], "ssh");
    assert_eq!(ssh.calls().len(), 1);
    assert_eq!(
        std::fs::read_to_string(env.home.path(".lagoon.yml")).unwrap(),
        over
    );
}

#[test]
fn a_token_that_expires_before_the_timeout_causes_a_warning() {
    let env = TestEnv::new();
    let soon = env
        .sandbox()
        .token(Identity::Maintainer, Duration::from_secs(600))
        .unwrap();
    let invoke = [
        "invoke",
        "Say hello",
        "-p",
        "lagoon-demo",
        "-e",
        "develop",
        "--wait",
        "--yes",
    ];
    let with = |limit: &str| {
        let command = env.command(&[&invoke[..], &["--timeout", limit]].concat());
        env.run(command.env("TASKS_TOKEN", &soon)).succeeds().stderr
    };
    assert!(with("1h").contains("warning: the token in TASKS_TOKEN expires at "));
    assert!(!with("5m").contains("TASKS_TOKEN"));
}

#[test]
fn token_files_readable_by_others_are_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let here = Here::new();
    here.tasks(&["login"]).succeeds();
    let file = here.env.home.path(&format!("{STORE}/here"));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = here.tasks(&["list", "-e", "main"]).ends_with(2);
    assert!(refused.stderr.contains("chmod 600"), "{refused}");
    here.tasks(&["logout", "--all"]).succeeds();
    here.tasks(&["list", "-e", "main"]).succeeds();
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
