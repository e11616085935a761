//! Signing in and following over ssh, with a real OpenSSH server that behaves like Lagoon's portals.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use lagoon_tasks::internal::{
    Destination, Key, Ssh, SshEndpoint, SshError, SshKey, key_for_ssh, token,
};

use crate::support::env::TestEnv;
use crate::support::home::Home;
use crate::support::process::eventually;
use crate::support::ssh::{Server, keygen, run, script, set_portal, with_bin};
use crate::wait::{advance, start};

const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoibm9uZSJ9.c2lnbmF0dXJl";

fn key_file(path: PathBuf) -> Key {
    Key::File {
        path,
        setting: None,
    }
}

/// Lagoon's token portal: a token on stdout, or words on stderr and exit status 0. What it does is
/// in the file `mode`.
const TOKEN_PORTAL: &str = r#"
echo "$LAGOON_USER $SSH_ORIGINAL_COMMAND" >> asked
case $(cat mode) in
  works) echo "welcome to Lagoon" >&2; echo "$TOKEN" ;;
  refuses) printf '\033[31mno such user\033[0m\r\n' >&2 ;;
  slow) echo $$ > pid; exec sleep 1000 ;;
esac"#;

fn token_portal(mode: &str) -> Option<Server> {
    let home = Home::new();
    home.write("mode", mode);
    Server::start(&home, &TOKEN_PORTAL.replace("$TOKEN", TOKEN))
}

fn ssh(server: &Server) -> Ssh {
    Ssh::program(server.home.path("bin/ssh"))
}

fn ask(server: &Server, ssh: &Ssh) -> Result<String, SshError> {
    ask_within(server, ssh, Duration::from_secs(50))
}

fn ask_within(server: &Server, ssh: &Ssh, limit: Duration) -> Result<String, SshError> {
    let port = server.port.to_string();
    let endpoint = SshEndpoint::parse("127.0.0.1", Some(&port)).unwrap();
    let to = Destination::new("lagoon", endpoint).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let is_token = |text: &str| text.split('.').count() == 3;
    runtime.block_on(token(ssh, &to, limit, is_token))
}

#[test]
fn the_token_is_read_from_stdout() {
    let Some(server) = token_portal("works") else {
        return;
    };
    assert_eq!(ask(&server, &ssh(&server)).unwrap(), TOKEN);
    assert_eq!(server.read("asked"), "lagoon token\n");
    // The host's key was new; now it is known.
    let known = server.read("known_hosts");
    assert!(
        known.contains(&format!("[127.0.0.1]:{}", server.port)),
        "{known}"
    );
}

#[test]
fn a_refusal_with_exit_status_0_is_a_refusal() {
    let Some(server) = token_portal("refuses") else {
        return;
    };
    let error = ask(&server, &ssh(&server)).unwrap_err();
    assert_eq!(error.to_string(), "127.0.0.1 refused: no such user");
}

#[test]
fn an_unresponsive_portal_times_out() {
    let Some(server) = token_portal("slow") else {
        return;
    };
    let error = ask_within(&server, &ssh(&server), Duration::from_secs(2)).unwrap_err();
    assert!(matches!(error, SshError::TimedOut { .. }), "{error}");
}

#[test]
fn an_unknown_key_is_reported() {
    let Some(server) = token_portal("works") else {
        return;
    };
    let other = key_file(server.home.path("other"));
    // Not even the one of the configuration helps: it is another's.
    std::fs::copy(
        server.home.path("other.pub"),
        server.home.path("authorized_keys"),
    )
    .unwrap();
    let error = ask(&server, &ssh(&server)).unwrap_err();
    assert!(
        error.to_string().contains("Permission denied (publickey)"),
        "{error}"
    );
    assert!(error.hints()[0].contains("Lagoon has your public key"));
    // The named key is the one that is used.
    assert_eq!(
        ask(&server, &ssh(&server).with_key(Some(other))).unwrap(),
        TOKEN
    );
}

#[test]
fn a_key_works_as_text_and_as_file() {
    let Some(server) = token_portal("works") else {
        return;
    };
    std::fs::copy(
        server.home.path("other.pub"),
        server.home.path("authorized_keys"),
    )
    .unwrap();
    let text = server.read("other").replace('\n', "\r\n");
    let key = key_for_ssh(&SshKey::parse(text.trim(), Path::new("")));
    assert_eq!(
        ask(&server, &ssh(&server).with_key(Some(key))).unwrap(),
        TOKEN
    );
}

#[test]
fn an_encrypted_key_needs_the_agent_without_a_terminal() {
    let Some(server) = token_portal("works") else {
        return;
    };
    let home = &server.home;
    let locked = home.path("locked");
    keygen(&locked, "open sesame");
    std::fs::copy(home.path("locked.pub"), home.path("authorized_keys")).unwrap();
    let with_key = ssh(&server).with_key(Some(key_file(locked.clone())));
    let error = ask(&server, &with_key).unwrap_err();
    assert!(error.to_string().contains("Permission denied"), "{error}");
    assert!(error.hints()[0].contains("ssh agent"));

    let socket = home.path("agent");
    let mut agent = Command::new("ssh-agent")
        .args(["-D", "-a"])
        .arg(&socket)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    eventually("the agent listens", || socket.exists());
    let answer = script(home, "answer", "echo 'open sesame'");
    run(Command::new("ssh-add")
        .arg(&locked)
        .env("SSH_AUTH_SOCK", &socket)
        .env("SSH_ASKPASS", answer)
        .env("SSH_ASKPASS_REQUIRE", "force"));
    let with_agent = script(
        home,
        "ssh-with-agent",
        &format!(
            "SSH_AUTH_SOCK='{}' exec '{}' \"$@\"",
            socket.display(),
            home.path("bin/ssh").display()
        ),
    );
    let with_agent = Ssh::program(with_agent);
    let asked = [
        ask(&server, &with_agent),
        ask(&server, &with_agent.with_key(Some(key_file(locked)))),
    ];
    drop(agent.kill());
    drop(agent.wait());
    assert_eq!(asked.map(Result::unwrap), [TOKEN, TOKEN]);
}

#[test]
fn a_changed_host_key_is_refused() {
    let Some(server) = token_portal("works") else {
        return;
    };
    let other = server.read("other.pub");
    let line = format!("[127.0.0.1]:{} {other}", server.port);
    server.home.write("known_hosts", &line);
    let error = ask(&server, &ssh(&server)).unwrap_err();
    assert!(matches!(error, SshError::HostKeyChanged { .. }), "{error}");
    assert!(error.to_string().contains("HAS CHANGED"), "{error}");
    let hint = format!("ssh-keygen -R '[127.0.0.1]:{}'", server.port);
    assert!(error.hints()[0].ends_with(&hint));
    // It does not prompt, and the known key is kept.
    assert_eq!(
        (server.read("asked"), server.read("known_hosts")),
        (String::new(), line)
    );
}

/// Lagoon's portal for a cluster: prints the log from the beginning, then new lines; it never
/// ends by itself.
const LOG_PORTAL: &str = r#"
echo "$LAGOON_USER $SSH_ORIGINAL_COMMAND" >> asked
[ -e refuses ] && { echo "couldn't get logs" >&2; exit 253; }
exec tail -n +1 -f log"#;

const LINE: &str = "[pod/lagoon-task-x-1/cli] 2026-01-01T00:00:0";

fn log_portal() -> Option<(TestEnv, Server, String)> {
    let env = TestEnv::new();
    env.home
        .write("log", format!("{LINE}1.5Z one\n{LINE}2Z two\n"));
    let server = Server::start(&env.home, LOG_PORTAL)?;
    set_portal(&env, "127.0.0.1", &server.port.to_string());
    let steps = [
        Step::Status(Status::Running),
        Step::Hold,
        Step::Log("one\ntwo\nthree\nfour\n".to_owned()),
        Step::Status(Status::Complete),
    ];
    let id = start(&env, &steps);
    Some((env, server, id))
}

#[test]
fn a_log_is_followed_live() {
    let Some((env, server, id)) = log_portal() else {
        return;
    };
    let line = ["logs", &id, "-f", "--live", "always"];
    let mut running = with_bin(&env.home, env.command(&line)).start();
    running.until_stdout("two\n");
    // Written on: a file that is shorter for a moment is given from its beginning again.
    let mut log = std::fs::File::options()
        .append(true)
        .open(env.home.path("log"))
        .unwrap();
    writeln!(log, "{LINE}3Z three").unwrap();
    assert_eq!(running.until_stdout("three\n"), "one\ntwo\nthree\n");
    advance(&env, &id);
    let output = running.finish().succeeds();
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str()),
        ("one\ntwo\nthree\nfour\n", "")
    );
    let run = env.tasks(&["status", &id, "-o", "json"]).succeeds().json();
    let name = run["taskName"].as_str().unwrap();
    assert_eq!(
        server.read("asked"),
        format!("lagoon-demo-main lagoonSystem=task name={name} logs=tailLines=1024,follow\n")
    );
}

#[test]
fn following_continues_if_the_portal_refuses_logs() {
    let Some((env, server, id)) = log_portal() else {
        return;
    };
    env.home.write("refuses", "");
    let mut running = with_bin(&env.home, env.command(&["logs", &id, "-f", "-v"])).start();
    while server.read("asked").lines().count() < 3 {
        assert!(!running.has_exited(), "{}", running.finish());
        std::thread::sleep(Duration::from_millis(5));
    }
    advance(&env, &id);
    let output = running.finish().succeeds();
    assert_eq!(output.stdout, "one\ntwo\nthree\nfour\n");
    assert!(
        output
            .stderr
            .contains("127.0.0.1 refused: couldn't get logs"),
        "{output}"
    );
}
