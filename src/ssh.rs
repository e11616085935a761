//! The system's `ssh`, so that agents, `~/.ssh/config`, hardware keys and jump hosts work.
//!
//! Belongs here: its arguments, what may become one, its process, and what Lagoon's portals answer.
//! Not here: who is signed in (`auth`), and what is done with a log's lines (`ops`).

mod error;
mod key;
mod key_file;
mod log;
mod process;
mod token;

use std::path::PathBuf;
use std::time::Duration;

use tokio::process::Command;

pub use error::SshError;
pub use key::Key;
pub use key_file::remove_old_keys;
pub use log::{LONGEST_TAIL, LogLine, LogStream, follow_log};
pub use token::token;

/// How long the connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Where to, and as whom; nothing of it can be taken for an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    user: String,
    host: String,
    port: u16,
}

impl Destination {
    /// Checks what may come from a server or a file.
    ///
    /// # Errors
    /// When user or host is not of letters, digits and `.:-`, beginning with a letter or digit, or
    /// the port is 0.
    pub fn new(user: &str, host: &str, port: u16) -> Result<Destination, SshError> {
        if !is_name(user) {
            return Err(SshError::unfit("user", user));
        }
        // An address of IPv6 can begin with colons.
        if !is_name(host.strip_prefix("::").unwrap_or(host)) {
            return Err(SshError::unfit("host", host));
        }
        if port == 0 {
            return Err(SshError::unfit("port", "0"));
        }
        Ok(Destination {
            user: user.to_owned(),
            host: host.to_owned(),
            port,
        })
    }

    /// The host, for messages.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, for messages.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Whether `ssh` takes this for a name, wherever it stands.
fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphanumeric())
        && bytes.all(|b| b.is_ascii_alphanumeric() || b".:-".contains(&b))
}

/// How `ssh` is started.
#[derive(Debug, Clone)]
pub struct Ssh {
    program: PathBuf,
    key: Option<Key>,
    asks: bool,
}

impl Ssh {
    /// The `ssh` on `PATH`, with the user's own keys and configuration; never asks anything.
    #[must_use]
    pub fn new() -> Ssh {
        Ssh {
            program: PathBuf::from("ssh"),
            key: None,
            asks: false,
        }
    }

    /// Another program in the place of `ssh`, for tests.
    #[must_use]
    pub fn program(path: impl Into<PathBuf>) -> Ssh {
        Ssh {
            program: path.into(),
            ..Ssh::new()
        }
    }

    /// With this key and, beside it, no other of the agent.
    #[must_use]
    pub fn with_key(mut self, key: Option<Key>) -> Ssh {
        self.key = key;
        self
    }

    /// May ask for a passphrase at the terminal; only where there is one, and nothing is drawn.
    #[must_use]
    pub fn asking(mut self, asks: bool) -> Ssh {
        self.asks = asks;
        self
    }

    /// The command line, and what must live as long as the process does.
    ///
    /// What is on the line goes before the user's `~/.ssh/config`.
    fn command(
        &self,
        to: &Destination,
        words: &[&str],
    ) -> Result<(Command, Option<key::Ready>), SshError> {
        let mut command = Command::new(&self.program);
        command
            // No terminal there; no agent, X11 or Kerberos ticket to be used from there.
            .args(["-T", "-a", "-x", "-k"])
            .args(option("ClearAllForwardings", "yes"))
            .args(option("PermitLocalCommand", "no"))
            .args(option("RemoteCommand", "none"))
            // A shared connection is used, but none is left in the background.
            .args(option("ControlMaster", "no"))
            .args(option("StrictHostKeyChecking", "accept-new"))
            .args(option("ConnectTimeout", CONNECT_TIMEOUT.as_secs()))
            .args(option("ServerAliveInterval", 15))
            .args(option("ServerAliveCountMax", 3))
            .args(option("LogLevel", "ERROR"));
        if !self.asks {
            command.args(option("BatchMode", "yes"));
        }
        let ready = self.key.as_ref().map(Key::ready).transpose()?;
        if let Some(ready) = &ready {
            command.arg("-i").arg(ready.argument());
            command.args(option("IdentitiesOnly", "yes"));
        }
        command
            .args(["-p", &to.port.to_string(), "--"])
            .arg(format!("{}@{}", to.user, to.host))
            .args(words)
            // `SendEnv` could take them to the server.
            .env_remove("TASKS_TOKEN")
            .env_remove("TASKS_SSH_KEY");
        Ok((command, ready))
    }
}

impl Default for Ssh {
    fn default() -> Self {
        Ssh::new()
    }
}

fn option(name: &str, value: impl std::fmt::Display) -> [String; 2] {
    ["-o".to_owned(), format!("{name}={value}")]
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
