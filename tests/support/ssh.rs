//! `ssh` as tests need it: a script in its place, and an OpenSSH server of their own.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lagoon_sandbox::store::StoreError;

use super::env::TestEnv;
use super::home::Home;
use super::process::{DEADLINE, Invocation};
use super::tool::found;

/// Puts a script of this name into the folder `bin` of the home.
///
/// This process does not write the file that is executed: what another test starts at that moment
/// would hold it open, and a file that is open for writing cannot be executed.
pub(crate) fn script(home: &Home, name: &str, lines: &str) -> PathBuf {
    let text = home.write(&format!("text/{name}"), format!("#!/bin/sh\n{lines}\n"));
    std::fs::set_permissions(&text, PermissionsExt::from_mode(0o755)).unwrap();
    let path = home.path("bin").join(name);
    std::fs::create_dir_all(home.path("bin")).unwrap();
    run(Command::new("cp").arg(text).arg(&path));
    path
}

/// The same with the home's folder `bin` before all others on the `PATH`.
pub(crate) fn with_bin(home: &Home, invocation: Invocation) -> Invocation {
    let mut folders = vec![home.path("bin")];
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    invocation.env("PATH", std::env::join_paths(folders).unwrap())
}

/// Says where the sandbox's cluster has its ssh portal.
pub(crate) fn set_portal(env: &TestEnv, host: &str, port: &str) {
    let sql = "UPDATE openshift SET ssh_host = ?1, ssh_port = ?2";
    let store = env.sandbox().store();
    store
        .write(|tx| Ok::<_, StoreError>(tx.execute(sql, (host, port))?))
        .unwrap();
}

/// An OpenSSH server on this machine, whose every session runs the script `portal`.
pub(crate) struct Server {
    pub(crate) home: Home,
    pub(crate) port: u16,
    process: Child,
}

impl Server {
    /// Starts it; `None`, with a message, without a server or client.
    ///
    /// The machine has no users of Lagoon's names, and `ssh` takes its files from the user's real
    /// home: so the `ssh` of this home signs in as the user who runs the tests, tells the server in
    /// `LAGOON_USER` whom it was to be, and has a configuration of its own.
    pub(crate) fn start(home: &Home, portal: &str) -> Option<Server> {
        let (client, server) = (super::tool::have("ssh"), super::tool::have("sshd"));
        if !(client && server) {
            return None;
        }
        let (ssh, sshd) = (found("ssh").unwrap(), found("sshd").unwrap());
        for key in ["host", "user", "other"] {
            keygen(&home.path(key), "");
        }
        std::fs::copy(home.path("user.pub"), home.path("authorized_keys")).unwrap();
        script(home, "portal", portal);
        script(
            home,
            "ssh",
            &format!(
                "for word do\n  shift\n  case $word in\n    *@127.0.0.1) LAGOON_USER=${{word%@*}}; \
                 export LAGOON_USER; word=$(id -un)@127.0.0.1 ;;\n  esac\n  \
                 set -- \"$@\" \"$word\"\ndone\n\
                 exec {} -F '{}' \"$@\"",
                ssh.display(),
                home.path("ssh_config").display(),
            ),
        );
        let below = |name: &str| home.path(name).display().to_string();
        home.write(
            "ssh_config",
            format!(
                "SendEnv LAGOON_USER\nUserKnownHostsFile {}\nIdentityFile {}\n",
                below("known_hosts"),
                below("user")
            ),
        );
        // The server insists on this folder when it is root's.
        drop(std::fs::create_dir_all("/run/sshd"));
        for _ in 0..5 {
            let port = free_port();
            home.write(
                "sshd_config",
                format!(
                    "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nPidFile none\nUsePAM no\n\
                     PermitRootLogin yes\nStrictModes no\nPasswordAuthentication no\n\
                     KbdInteractiveAuthentication no\nAuthorizedKeysFile {}\n\
                     AcceptEnv LAGOON_USER\nForceCommand cd '{}' && exec bin/portal\n",
                    below("host"),
                    below("authorized_keys"),
                    home.path("").display(),
                ),
            );
            let process = Command::new(&sshd)
                .args(["-D", "-e", "-f"])
                .arg(home.path("sshd_config"))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(std::fs::File::create(home.path("sshd.log")).unwrap())
                .spawn()
                .unwrap();
            let mut server = Server {
                home: home.clone(),
                port,
                process,
            };
            if server.listens() {
                return Some(server);
            }
        }
        let log = std::fs::read_to_string(home.path("sshd.log")).unwrap_or_default();
        panic!("no OpenSSH server could be started: {log}");
    }

    /// True if it has started; another process may have taken the port.
    fn listens(&mut self) -> bool {
        let until = Instant::now() + DEADLINE;
        while Instant::now() < until {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return true;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// The contents of a file of the home.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.home.path(name)).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Makes a key pair with this passphrase.
pub(crate) fn keygen(path: &Path, passphrase: &str) {
    let made = ["-q", "-t", "ed25519", "-N", passphrase, "-f"];
    run(Command::new("ssh-keygen").args(made).arg(path));
}

/// Runs a program of the test's own, which has to succeed.
pub(crate) fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
