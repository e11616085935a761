//! Tokens: expiry, and those of files.

use std::time::Duration;

use insta::assert_snapshot;
use lagoon_sandbox::Identity;
use serde_json::Value;

use super::{Here, STORE};
use crate::support::env::TestEnv;
use crate::support::proxy::{Fault, Proxy};
use crate::support::ssh_stand_in::SshStandIn;

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
    let hint = "tasks whoami -p PROJECT";
    assert!(shown.stderr.contains(hint), "{shown}");
    let line = ["whoami", "-p", "lagoon-demo", "-o", "table"];
    let shown = env.tasks(&line).succeeds();
    assert!(!shown.stderr.contains(hint), "{shown}");
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
