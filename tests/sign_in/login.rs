//! `login`: the context and the token that it stores.

use lagoon_sandbox::Identity;

use super::{Here, STORE};
use crate::support::env::TestEnv;
use crate::support::proxy::{Fault, Proxy};
use crate::support::ssh_stand_in::SshStandIn;

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
