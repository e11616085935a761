//! Tests with a shell script in place of `ssh`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const LIMIT: Duration = Duration::from_secs(20);

/// An executable script of these lines, in a temporary folder.
fn stand_in(lines: &str) -> (TempDir, Ssh) {
    let folder = tempfile::tempdir().unwrap();
    let (text, path) = (folder.path().join("text"), folder.path().join("ssh"));
    let text_of_it = format!("#!/bin/sh\ncd {}\n{lines}\n", folder.path().display());
    std::fs::write(&text, text_of_it).unwrap();
    std::fs::set_permissions(&text, PermissionsExt::from_mode(0o755)).unwrap();
    // `cp` writes the file, because a process that another test starts meanwhile would inherit an
    // open descriptor, and a file that is open for writing cannot be executed.
    let copied = std::process::Command::new("cp")
        .arg(text)
        .arg(&path)
        .status();
    assert!(copied.unwrap().success());
    (folder, Ssh::program(path))
}

fn to(user: &str, host: &str, port: &str) -> Result<Destination, SshError> {
    Destination::new(user, SshEndpoint::parse(host, Some(port))?)
}

fn portal() -> Destination {
    to("lagoon", "ssh.example.com", "32222").unwrap()
}

fn three_parts(text: &str) -> bool {
    text.split('.').count() == 3 && !text.contains(char::is_whitespace)
}

async fn ask(ssh: &Ssh) -> Result<String, SshError> {
    token(ssh, &portal(), LIMIT, three_parts).await
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

#[tokio::test]
async fn ssh_gets_the_expected_arguments() {
    let (folder, ssh) = stand_in("printf '%s\\n' \"$@\" > line; echo a.b.c");
    assert_eq!(ask(&ssh).await.unwrap(), "a.b.c");
    let line = read(&folder, "line");
    let options = "-T\n-a\n-x\n-k\n-o\nClearAllForwardings=yes\n-o\nPermitLocalCommand=no\n-o\n\
        RemoteCommand=none\n-o\nControlMaster=no\n-o\nStrictHostKeyChecking=accept-new\n-o\n\
        ConnectTimeout=15\n-o\nServerAliveInterval=15\n-o\nServerAliveCountMax=3\n-o\n\
        LogLevel=ERROR\n";
    let end = "-p\n32222\n--\nlagoon@ssh.example.com\ntoken\n";
    assert_eq!(line, format!("{options}-o\nBatchMode=yes\n{end}"));

    // With a prompt, the user's configuration decides.
    ask(&ssh.asking(true)).await.unwrap();
    assert_eq!(read(&folder, "line"), format!("{options}{end}"));
}

#[tokio::test]
async fn a_key_given_as_text_is_a_temporary_private_file() {
    let (folder, ssh) = stand_in(
        "while [ \"$1\" != -i ]; do shift; done; echo \"$2 $3 $4\" > key
         cp \"$2\" copy; stat -c %a \"$2\" > mode; echo a.b.c",
    );
    let text = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n";
    let key = Key::Text(text.to_owned());
    assert!(!format!("{key:?}").contains("abc"));
    ask(&ssh.with_key(Some(key))).await.unwrap();
    assert_eq!(read(&folder, "copy"), text);
    assert_eq!(read(&folder, "mode"), "600\n");
    let said = read(&folder, "key");
    let (path, rest) = said.trim().split_once(' ').unwrap();
    assert_eq!(rest, "-o IdentitiesOnly=yes");
    assert!(!Path::new(path).exists(), "{path} is still there");
}

#[tokio::test]
async fn a_missing_key_is_reported_before_ssh_starts() {
    let (folder, ssh) = stand_in("touch started; echo a.b.c");
    let key = Key::File {
        path: "/no/such/key".into(),
        setting: Some("TASKS_SSH_KEY".to_owned()),
    };
    let error = ask(&ssh.clone().with_key(Some(key))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read the ssh key /no/such/key, set by TASKS_SSH_KEY"
    );
    let key = Key::Unusable("too short".to_owned());
    let error = ask(&ssh.clone().with_key(Some(key))).await.unwrap_err();
    assert_eq!(error.to_string(), "the ssh key is too short");
    assert!(!folder.path().join("started").exists());
    // `ssh` must not expand `%` in the path.
    let path = folder.path().join("100%d");
    std::fs::write(&path, "").unwrap();
    let file = Key::File {
        path,
        setting: None,
    }
    .to_file()
    .unwrap();
    assert!(file.argument().to_str().unwrap().ends_with("/100%%d"));
}

#[tokio::test]
async fn a_refusal_is_shown_without_a_token() {
    let (_folder, ssh) = stand_in("printf 'no \\033[31mway\\033[0m\\a\\n\\nask\\n' >&2");
    let error = ask(&ssh).await.unwrap_err();
    assert_eq!(error.to_string(), "ssh.example.com refused: no way\nask");

    // Neither is other text on stdout, nor a token with a failing exit status.
    let (_folder, ssh) = stand_in("echo welcome; echo a.b.c");
    let error = ask(&ssh).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "ssh.example.com refused: no message (exit status: 0)"
    );
    let (_folder, ssh) = stand_in("echo a.b.c; exit 3");
    assert!(matches!(ask(&ssh).await, Err(SshError::Refused { .. })));
    // A warning beside the token is accepted.
    let (_folder, ssh) = stand_in("echo a.b.c; echo 'be nice' >&2");
    assert_eq!(ask(&ssh).await.unwrap(), "a.b.c");
}

#[tokio::test]
async fn ssh_messages_are_kept() {
    let (_folder, ssh) = stand_in("echo 'lagoon@x: Permission denied (publickey).' >&2; exit 255");
    let error = ask(&ssh).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "ssh to ssh.example.com failed: lagoon@x: Permission denied (publickey)."
    );
    assert!(error.hints()[0].contains("Lagoon has your public key"));

    let (_folder, ssh) = stand_in(
        "printf '@@@@@\\n@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @\\n@@@@@\\n' >&2
         echo 'Offending key in known_hosts:3' >&2; exit 255",
    );
    let error = ask(&ssh).await.unwrap_err();
    assert!(error.to_string().ends_with(
        "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\nOffending key in known_hosts:3"
    ));
    assert!(error.hints()[0].ends_with("ssh-keygen -R '[ssh.example.com]:32222'"));
    assert!(!error.is_transient());
}

#[tokio::test]
async fn without_ssh_the_error_says_what_to_install() {
    let error = ask(&Ssh::program("/no/such/ssh")).await.unwrap_err();
    assert!(matches!(error, SshError::NoProgram));
    assert!(error.hints()[0].contains("openssh-client"));
}

#[tokio::test]
async fn an_unresponsive_ssh_is_terminated() {
    // The script creates a file on SIGTERM and does not end by itself.
    let (folder, ssh) = stand_in(
        "trap 'touch asked; exit 1' TERM; echo thinking >&2; echo $$ > pid
         while :; do sleep 0.05; done",
    );
    let limit = Duration::from_secs(1);
    let error = token(&ssh, &portal(), limit, three_parts)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "ssh to ssh.example.com did not answer within 1 s: thinking"
    );
    assert!(folder.path().join("asked").exists());
    assert!(error.is_transient());
}

#[tokio::test]
async fn an_ssh_that_ignores_sigterm_is_killed() {
    let (folder, ssh) = stand_in("trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done");
    let limit = Duration::from_secs(1);
    token(&ssh, &portal(), limit, three_parts)
        .await
        .unwrap_err();
    let process = Path::new("/proc").join(read(&folder, "pid").trim());
    let begun = Instant::now();
    while process.exists() && begun.elapsed() < LIMIT {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!process.exists());
}

#[tokio::test]
async fn endless_output_is_no_token() {
    let (_folder, ssh) = stand_in("head -c 10000000 /dev/zero | tr '\\0' a; echo .b.c");
    assert!(matches!(ask(&ssh).await, Err(SshError::Refused { .. })));
}

#[tokio::test]
async fn a_log_is_a_stream_of_lines() {
    let (folder, ssh) = stand_in(
        "printf '%s\\n' \"$@\" > line
         echo '[pod/a/cli] 2026-01-01T00:00:00Z one'; echo something else
         echo '[pod/a/cli] 2026-01-01T00:00:01Z two'; exec sleep 1000",
    );
    let mut log = follow_log(&ssh, &portal(), "lagoon-task-abc", 5000).unwrap();
    assert_eq!(log.next().await.unwrap().text, "one");
    assert_eq!(log.next().await.unwrap().text, "two");
    let line = read(&folder, "line");
    assert!(line.ends_with(
        "lagoon@ssh.example.com\nlagoonSystem=task\nname=lagoon-task-abc\n\
         logs=tailLines=1024,follow\n"
    ));
}

#[tokio::test]
async fn a_failed_log_stream_reports_the_reason() {
    let (_folder, ssh) = stand_in("echo 'no such task' >&2; exit 253");
    let mut log = follow_log(&ssh, &portal(), "lagoon-task-abc", 1).unwrap();
    let error = log.next().await.unwrap_err();
    assert_eq!(error.to_string(), "ssh.example.com refused: no such task");
    assert!(!error.is_transient());

    let (_folder, ssh) = stand_in("exit 0");
    let mut log = follow_log(&ssh, &portal(), "lagoon-task-abc", 1).unwrap();
    assert!(log.next().await.unwrap_err().is_transient());
}

#[test]
fn no_name_is_passed_as_an_option() {
    for name in [
        "",
        "-oProxyCommand=x",
        "a b",
        "a\nb",
        "a@b",
        "$(x)",
        "a;b",
        "ä",
        "[::1]",
    ] {
        assert!(to(name, "h", "22").is_err(), "{name}");
        assert!(to("u", name, "22").is_err(), "{name}");
        assert!(
            follow_log(&Ssh::new(), &portal(), name, 1).is_err(),
            "{name}"
        );
    }
    assert!(to("u", "h", "0").is_err());
    for host in ["2001:db8::1", "::1", "ssh.example.com"] {
        assert!(to("my-env", host, "22").is_ok());
    }
}

proptest! {
    #[test]
    fn a_valid_name_is_one_word(name in any::<String>()) {
        if to(&name, "h", "22").is_ok() {
            prop_assert!(!name.starts_with('-') && !name.contains(['@', ' ', '/', '\n']));
        }
    }
}
