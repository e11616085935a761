//! Signals while ssh signs in: its process ends, and no private key stays behind.

use std::path::{Path, PathBuf};

use crate::support::env::TestEnv;
use crate::support::process::{Invocation, eventually};
use crate::support::ssh::{script, with_bin};

const KEY: &str =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END OPENSSH PRIVATE KEY-----\n";

/// A `tasks` whose `ssh` notes its process id and waits for the file `go`.
struct SigningIn {
    env: TestEnv,
    keys: PathBuf,
}

impl SigningIn {
    fn new() -> SigningIn {
        let env = TestEnv::new();
        let keys = env.home.path("keys");
        std::fs::create_dir_all(&keys).unwrap();
        let folder = env.home.path("").display().to_string();
        env.home.write("token", env.token());
        let lines = format!(
            "echo $$ > '{folder}/pid.new'; mv '{folder}/pid.new' '{folder}/pid'\n\
             until [ -e '{folder}/go' ]; do sleep 0.02; done\ncat '{folder}/token'"
        );
        script(&env.home, "ssh", &lines);
        SigningIn { env, keys }
    }

    fn command(&self) -> Invocation {
        let command = self.env.home.command(&["whoami"]);
        with_bin(&self.env.home, command)
            .env("TMPDIR", &self.keys)
            .env("TASKS_API", self.env.url())
            .env("TASKS_SSH_HOST", "ssh.example")
            .env("TASKS_SSH_KEY", KEY)
    }

    fn pid(&self) -> Option<String> {
        let pid = std::fs::read_to_string(self.env.home.path("pid")).ok()?;
        Some(pid.trim().to_owned())
    }

    fn number_of_keys(&self) -> usize {
        std::fs::read_dir(&self.keys).unwrap().count()
    }
}

#[test]
fn every_terminating_signal_ends_ssh_and_removes_the_key() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 143), ("QUIT", 143)] {
        let signing_in = SigningIn::new();
        let running = signing_in.command().start();
        eventually("ssh starts", || signing_in.pid().is_some());
        assert_eq!(signing_in.number_of_keys(), 1, "{signal}");
        running.signal(signal);
        running.finish().ends_with(code);
        assert_eq!(signing_in.number_of_keys(), 0, "{signal}");
        let process = Path::new("/proc").join(signing_in.pid().unwrap());
        eventually("ssh ends", || !process.exists());
    }
}

#[test]
fn a_signal_that_nohup_ignores_stays_ignored() {
    let signing_in = SigningIn::new();
    let mut command = signing_in.command();
    let trap = "trap '' HUP; exec \"$0\" \"$@\"";
    let words = ["-c".into(), trap.into(), command.program.clone().into()];
    command.args = words.into_iter().chain(command.args).collect();
    command.program = "/bin/sh".into();
    let running = command.start();
    eventually("ssh starts", || signing_in.pid().is_some());
    running.signal("HUP");
    signing_in.env.home.write("go", "");
    running.finish().succeeds();
}

#[test]
fn the_key_of_a_killed_process_is_removed_at_the_next_start() {
    let signing_in = SigningIn::new();
    let running = signing_in.command().start();
    eventually("ssh starts", || signing_in.pid().is_some());
    running.signal("KILL");
    signing_in.env.home.write("go", "");
    running.finish().ends_with(137);
    let left = std::fs::read_dir(&signing_in.keys).unwrap();
    let left: Vec<PathBuf> = left.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left.len(), 1);
    let file = std::fs::File::options().write(true).open(&left[0]).unwrap();
    let before = std::time::SystemTime::now() - std::time::Duration::from_secs(120);
    file.set_modified(before).unwrap();
    drop(file);
    signing_in.command().run().succeeds();
    assert_eq!(signing_in.number_of_keys(), 0);
}
