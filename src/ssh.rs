//! The system's `ssh`, so that agents, `~/.ssh/config`, hardware keys and jump hosts work.

pub(crate) mod error;
pub(crate) mod key;
mod key_file;
mod log;
mod process;
pub(crate) mod token;

use std::path::PathBuf;
use std::time::Duration;

use tokio::process::Command;

use crate::domain::SshEndpoint;
use crate::domain::place::ssh_endpoint::is_word;

pub(crate) use error::SshError;
pub(crate) use key::Key;
pub(crate) use key_file::remove_old_keys;
pub(crate) use log::{LONGEST_TAIL, LogStream, follow_log};
pub(crate) use token::token;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    user: String,
    server: SshEndpoint,
}

impl Destination {
    /// Fails unless the user [`is_word`].
    pub fn new(user: &str, server: SshEndpoint) -> Result<Destination, SshError> {
        if !is_word(user) {
            return Err(SshError::invalid_name("user", user));
        }
        Ok(Destination {
            user: user.to_owned(),
            server,
        })
    }

    pub fn server(&self) -> &SshEndpoint {
        &self.server
    }
}

#[derive(Debug, Clone)]
pub struct Ssh {
    program: PathBuf,
    key: Option<Key>,
    asks: bool,
}

impl Ssh {
    /// The `ssh` on `PATH`, with the user's own keys and configuration; never prompts.
    pub fn new() -> Ssh {
        Ssh {
            program: PathBuf::from("ssh"),
            key: None,
            asks: false,
        }
    }

    pub fn program(path: impl Into<PathBuf>) -> Ssh {
        Ssh {
            program: path.into(),
            ..Ssh::new()
        }
    }

    /// Uses this key and no other key of the agent.
    #[must_use]
    pub fn with_key(mut self, key: Option<Key>) -> Ssh {
        self.key = key;
        self
    }

    /// Allows the prompt for a passphrase: only at a terminal, while nothing is drawn there.
    #[must_use]
    pub fn asking(mut self, asks: bool) -> Ssh {
        self.asks = asks;
        self
    }

    /// The key's file must exist as long as the process.
    fn command(
        &self,
        to: &Destination,
        words: &[&str],
    ) -> Result<(Command, Option<key::KeyFile>), SshError> {
        let mut command = Command::new(&self.program);
        command
            // Without a terminal on the server; the server must not use the agent, X11 or a
            // Kerberos ticket.
            .args(["-T", "-a", "-x", "-k"])
            .args(option("ClearAllForwardings", "yes"))
            .args(option("PermitLocalCommand", "no"))
            .args(option("RemoteCommand", "none"))
            // An existing shared connection is used, but none is left in the background.
            .args(option("ControlMaster", "no"))
            .args(option("StrictHostKeyChecking", "accept-new"))
            .args(option("ConnectTimeout", CONNECT_TIMEOUT.as_secs()))
            .args(option("ServerAliveInterval", 15))
            .args(option("ServerAliveCountMax", 3))
            .args(option("LogLevel", "ERROR"));
        if !self.asks {
            command.args(option("BatchMode", "yes"));
        }
        let key = self.key.as_ref().map(Key::to_file).transpose()?;
        if let Some(key) = &key {
            command.arg("-i").arg(key.argument());
            command.args(option("IdentitiesOnly", "yes"));
        }
        command
            .args(["-p", &to.server.port().to_string(), "--"])
            .arg(format!("{}@{}", to.user, to.server.host()))
            .args(words)
            // `SendEnv` could send them to the server.
            .env_remove("TASKS_TOKEN")
            .env_remove("TASKS_SSH_KEY");
        Ok((command, key))
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
