//! A log that is followed over ssh, with a script in the place of `ssh`.

use insta::assert_snapshot;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::{Status, StoreError};

use crate::support::env::TestEnv;
use crate::support::process::{Invocation, Running};
use crate::support::ssh::{script, set_portal, with_bin};
use crate::wait::{advance, start};

/// The variables of the script: its folder, and `line` to write a line of the log.
const BEGIN: &str =
    "cd \"${0%/bin/ssh}\" || exit 1; printf '%s\\n' \"$@\" >> asked; echo $$ >> pids
    line() { echo \"[pod/lagoon-task-x-1/cli] 2026-01-01T00:00:$1Z $2\"; }
    stay() { exec sleep 1000; }";

/// A Lagoon whose cluster has a portal, and this in the place of `ssh`.
fn with_portal(lines: &str) -> TestEnv {
    let env = TestEnv::new();
    set_portal(&env, "portal.example.com", "2020");
    script(&env.home, "ssh", &format!("{BEGIN}\n{lines}"));
    env
}

/// A run that has this log in the end.
fn held(env: &TestEnv, log: &str) -> String {
    let steps = [
        Step::Status(Status::Running),
        Step::Hold,
        Step::Log(log.to_owned()),
        Step::Status(Status::Complete),
    ];
    start(env, &steps)
}

fn follow(env: &TestEnv, id: &str, more: &[&str]) -> Invocation {
    let line = [&["logs", id, "-f"], more].concat();
    with_bin(&env.home, env.command(&line))
}

fn read(env: &TestEnv, name: &str) -> String {
    std::fs::read_to_string(env.home.path(name)).unwrap_or_default()
}

/// Number of starts of `ssh`.
fn times(env: &TestEnv) -> usize {
    read(env, "pids").lines().count()
}

/// Waits until `ssh` was started so often.
fn until_started(env: &TestEnv, running: &mut Running, count: usize) {
    while times(env) < count {
        assert!(!running.has_exited(), "it ended");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

#[test]
fn live_lines_are_printed_immediately_and_once() {
    let env = with_portal("line 01 one; line 02 ''; line 03 '  two'; stay");
    let id = held(&env, "one\n\n  two\nthree\n");
    let mut running = follow(&env, &id, &[]).start();
    assert_eq!(running.until_stdout("two\n"), "one\n\n  two\n");
    advance(&env, &id);
    let output = running.finish().succeeds();
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str()),
        ("one\n\n  two\nthree\n", "")
    );
    let run = env.tasks(&["status", &id, "-o", "json"]).succeeds().json();
    let name = run["taskName"].as_str().unwrap();
    let asked = read(&env, "asked");
    assert!(
        asked.ends_with(&format!(
            "-o\nBatchMode=yes\n-p\n2020\n--\nlagoon-demo-main@portal.example.com\n\
             lagoonSystem=task\nname={name}\nlogs=tailLines=1024,follow\n"
        )),
        "{asked}"
    );
    // It would stay for ever, and is gone.
    assert!(is_gone(read(&env, "pids").trim()));
}

fn is_gone(process: &str) -> bool {
    let shell = std::process::Command::new("sh")
        .args(["-c", &format!("kill -0 {process}")])
        .output()
        .unwrap();
    !shell.status.success()
}

#[test]
fn the_exit_code_at_the_end_of_a_live_log_is_hidden() {
    let marker = "tasks-exit-status:0123456789abcdef:3";
    for (last, shown) in [("", ""), ("two", "two\n")] {
        let env = with_portal(&format!(
            "line 01 one; line 02 {last}{marker}; line 03 end; stay"
        ));
        let id = held(&env, &format!("one\n{last}{marker}\nend\n"));
        let mut running = follow(&env, &id, &[]).start();
        running.until_stdout("end\n");
        advance(&env, &id);
        let output = running.finish().succeeds();
        // Only the end of the log is known to be no output of the command.
        assert!(
            output.stdout.starts_with(&format!("one\n{shown}end\n")),
            "{output}"
        );
        let env = with_portal(&format!("line 01 one; line 02 {last}{marker}; stay"));
        let id = held(&env, &format!("one\n{last}{marker}\n"));
        let mut running = follow(&env, &id, &[]).start();
        running.until_stdout(if last.is_empty() { "one\n" } else { "two\n" });
        advance(&env, &id);
        let output = running.finish().succeeds();
        assert_eq!(output.stdout, format!("one\n{shown}"), "{output}");
        assert_eq!(output.stderr, "");
    }
}

#[test]
fn invoke_follows_live_logs_too() {
    let env = with_portal("line 01 one; stay");
    let steps = [
        Step::Status(Status::Running),
        Step::Hold,
        Step::Log("one\ntwo\n".to_owned()),
        Step::Status(Status::Failed),
    ];
    env.script("Say hello", &steps);
    let line = [
        "invoke",
        "Say hello",
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "-f",
    ];
    let key = env.home.write("key", "");
    let command = with_bin(&env.home, env.command(&line)).env("TASKS_SSH_KEY", &key);
    let mut running = command.start();
    running.until_stdout("one\n");
    advance(&env, "1");
    let output = running.finish().ends_with(3);
    assert_eq!(output.stdout, "one\ntwo\n", "{output}");
    let with_key = format!("-i\n{}\n-o\nIdentitiesOnly=yes\n", key.display());
    assert!(read(&env, "asked").contains(&with_key));
}

#[test]
fn the_variable_overrides_the_context_key() {
    let env = with_portal("line 01 one; stay");
    let config = format!(
        "[contexts.acme]\napi = \"{}\"\nssh_key = \"keys/acme\"\n",
        env.url()
    );
    env.home.write(".config/lagoon-tasks/config.toml", config);
    let own = env.home.write(".config/lagoon-tasks/keys/acme", "");
    let other = env.home.write("other", "");
    for (variable, key) in [(None, &own), (Some(&other), &other)] {
        let id = held(&env, "one\n");
        let mut command = follow(&env, &id, &["-l", "acme"]).without("TASKS_API");
        if let Some(key) = variable {
            command = command.env("TASKS_SSH_KEY", key);
        }
        let mut running = command.start();
        running.until_stdout("one\n");
        advance(&env, &id);
        running.finish().succeeds();
        let asked = read(&env, "asked");
        let (_, taken) = asked.rsplit_once("-i\n").unwrap();
        assert!(
            taken.starts_with(&format!("{}\n", key.display())),
            "{asked}"
        );
    }
}

#[test]
fn a_lost_connection_reconnects_without_repeated_lines() {
    let env = with_portal(
        "line 01 one; line 02 same; line 03 same
         [ $(wc -l < pids) = 1 ] && { echo 'Connection reset by peer' >&2; exit 255; }
         line 03 other; line 04 four; stay",
    );
    let id = held(&env, "one\nsame\nsame\nother\nfour\nfive\n");
    let mut running = follow(&env, &id, &["-v"]).start();
    let seen = running.until_stdout("four\n");
    assert_eq!(seen, "one\nsame\nsame\nother\nfour\n");
    advance(&env, &id);
    let output = running.finish().succeeds();
    assert_eq!(output.stdout, "one\nsame\nsame\nother\nfour\nfive\n");
    let said = "ssh to portal.example.com failed: Connection reset by peer; retrying";
    assert!(output.stderr.contains(said), "{output}");
    assert_eq!(times(&env), 2);
}

#[test]
fn an_interrupt_also_ends_ssh() {
    let env = with_portal("line 01 one; stay");
    let id = held(&env, "one\n");
    let mut running = follow(&env, &id, &[]).start();
    running.until_stdout("one\n");
    running.signal("INT");
    let output = running.finish().ends_with(130);
    assert_eq!(output.stdout, "one\n");
    assert!(is_gone(read(&env, "pids").trim()));
}

#[test]
fn a_closed_output_ends_following_quietly() {
    let env = with_portal("line 01 one; while sleep 0.05; do line 02 more; done");
    let id = held(&env, "one\n");
    let script = format!("(tasks logs {id} -f; echo $? >&2) | head -n 1");
    let path = env.shell("").variables[std::ffi::OsStr::new("PATH")].clone();
    let path = format!(
        "{}:{}",
        env.home.path("bin").display(),
        path.to_str().unwrap()
    );
    let output = env.run(env.shell(&script).env("PATH", path));
    assert_eq!(
        (output.stdout.as_str(), output.stderr.trim()),
        ("one\n", "0")
    );
}

#[test]
fn missed_lines_are_printed_at_the_end_with_a_note() {
    let env = with_portal("line 03 three; line 05 five; stay");
    let id = held(&env, "one\ntwo\nthree\nfour\nfive\nsix\n");
    let mut running = follow(&env, &id, &[]).start();
    running.until_stdout("five\n");
    advance(&env, &id);
    let output = running.finish().succeeds();
    assert_snapshot!(output.snapshot(), @"
    exit code: 0
    ---- stdout
    three
    five
    one
    two
    four
    six
    ---- stderr
    log lines that were not shown yet:
    ");
}

#[test]
fn following_continues_after_a_refusal_by_the_portal() {
    let env = with_portal("echo 'logs are not for you' >&2; exit 253");
    let id = held(&env, "one\ntwo\n");
    let mut running = follow(&env, &id, &["-v"]).start();
    until_started(&env, &mut running, 3);
    advance(&env, &id);
    let output = running.finish().succeeds();
    assert_eq!(output.stdout, "one\ntwo\n", "{output}");
    let said = "portal.example.com refused: logs are not for you";
    assert!(output.stderr.contains(said), "{output}");
    assert_eq!(times(&env), 3);
    // Without -v nothing is reported, and `never` uses no ssh.
    let id = held(&env, "one\n");
    let mut running = follow(&env, &id, &[]).start();
    until_started(&env, &mut running, 6);
    advance(&env, &id);
    assert_eq!(running.finish().succeeds().stderr, "");
    let id = held(&env, "one\n");
    advance(&env, &id);
    follow(&env, &id, &["--live", "never"]).run().succeeds();
    assert_eq!(times(&env), 6);
}

#[test]
fn live_always_fails_if_live_logs_are_unavailable() {
    let refused = |env: &TestEnv| {
        let id = held(env, "one\n");
        let command = follow(env, &id, &["--live", "always"]);
        env.home.run(command).error(1)
    };
    let env = with_portal("echo 'logs are not for you' >&2; exit 253");
    assert_snapshot!(refused(&env), @"
    error: no live log for run 1: portal.example.com refused: logs are not for you
    hint: omit --live always to read the log from the API
    ");
    let env = with_portal(
        "echo 'ssh: Could not resolve hostname portal.example.com: Name or service not known' >&2
         exit 255",
    );
    assert_snapshot!(refused(&env), @"
    error: no live log for run 1: ssh to portal.example.com failed: Could not resolve hostname portal.example.com: Name or service not known
    hint: omit --live always to read the log from the API
    ");
    let env = with_portal(
        "echo '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @' >&2
         echo 'Host key verification failed.' >&2; exit 255",
    );
    assert_snapshot!(refused(&env), @"
    error: no live log for run 1: the host key of portal.example.com has changed: WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!
      Host key verification failed.
    hint: if its operator confirms the new key, remove the old one: ssh-keygen -R '[portal.example.com]:2020'
    hint: omit --live always to read the log from the API
    ");
    assert_snapshot!(refused(&TestEnv::new()), @"
    error: no live log for run 1: the cluster of lagoon-demo/main (production) has no ssh portal
    hint: omit --live always to read the log from the API
    ");
}

#[test]
fn a_changed_host_key_is_always_reported() {
    let env = with_portal("echo 'REMOTE HOST IDENTIFICATION HAS CHANGED' >&2; exit 255");
    let id = held(&env, "one\n");
    let mut running = follow(&env, &id, &[]).start();
    running.until_stderr("no live log: the host key of");
    advance(&env, &id);
    assert_eq!(running.finish().succeeds().stdout, "one\n");
    assert_eq!(times(&env), 1);
}

#[test]
fn following_continues_if_the_portal_is_unreachable() {
    let env = with_portal("echo 'connect to host: Connection refused' >&2; exit 255");
    let id = held(&env, "one\n");
    let mut running = follow(&env, &id, &[]).start();
    until_started(&env, &mut running, 2);
    advance(&env, &id);
    let output = running.finish().succeeds();
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str()),
        ("one\n", "")
    );
    assert_eq!(times(&env), 2);
}

#[test]
fn no_name_is_passed_to_ssh_as_an_option() {
    let hostile = "-oProxyCommand=touch pwned";
    let update = |env: &TestEnv, sql: &str| {
        let store = env.sandbox().store();
        let write = store.write(|tx| Ok::<_, StoreError>(tx.execute(sql, [hostile])?));
        assert!(write.unwrap() > 0);
    };
    for (host, port, more) in [
        (hostile, "22", None),
        ("host", hostile, None),
        ("host", "70000", None),
        ("a b", "22", None),
        ("host", "22", Some("UPDATE environment SET namespace = ?1")),
        ("host", "22", Some("UPDATE task SET task_name = ?1")),
    ] {
        let env = with_portal("stay");
        set_portal(&env, host, port);
        let id = held(&env, "one\n");
        if let Some(sql) = more {
            update(&env, sql);
        }
        let output = env.home.run(follow(&env, &id, &["--live", "always"]));
        assert_eq!(output.code, 1, "{output}");
        assert!(output.stderr.contains("is not a valid"), "{output}");
        // Otherwise it is followed without ssh.
        let running = follow(&env, &id, &[]).start();
        advance(&env, &id);
        assert_eq!(running.finish().succeeds().stdout, "one\n");
        assert_eq!(times(&env), 0);
        assert!(!env.home.files().iter().any(|file| file.ends_with("pwned")));
    }
}

#[test]
fn without_ssh_the_error_says_what_to_install() {
    let env = TestEnv::new();
    set_portal(&env, "portal.example.com", "2020");
    let id = held(&env, "one\n");
    let nothing = env.home.path("work");
    let line = ["logs", &id, "-f", "--live", "always"];
    let output = env.run(env.command(&line).env("PATH", &nothing));
    assert_snapshot!(output.error(1), @"
    error: no live log for run 1: `ssh` was not found on the PATH
    hint: install the OpenSSH client (package `openssh-client`)
    hint: omit --live always to read the log from the API
    ");
    let output = env.run(
        env.command(&line)
            .env("TASKS_SSH_KEY", "/no/such/key")
            .env("PATH", nothing),
    );
    assert!(
        output.stderr.contains("cannot read the ssh key"),
        "{output}"
    );
}

#[test]
fn live_requires_follow() {
    let env = TestEnv::new();
    for line in [
        &["logs", "1", "--live", "always"][..],
        &["logs", "1", "-f", "--raw", "--live", "auto"],
        &["logs", "1", "-f", "--live", "sometimes"],
        &["invoke", "x", "--wait", "--live", "never"],
    ] {
        let output = env.tasks(line);
        assert_eq!((output.code, output.stdout.as_str()), (2, ""), "{output}");
    }
    assert_eq!(env.requests().len(), 0);
}
