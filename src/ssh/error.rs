//! Errors of `ssh`. No message contains a key or token.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::domain::place::ssh_endpoint::EndpointError;

const SHOWN_LINES: usize = 8;

const SHOWN_LENGTH: usize = 300;

const CHANGED: &str = "REMOTE HOST IDENTIFICATION HAS CHANGED";

#[derive(Debug, thiserror::Error)]
pub enum SshError {
    /// A name that `ssh` or the portal could misinterpret.
    #[error("`{name}` is not a valid {what} for ssh")]
    InvalidName { what: &'static str, name: String },
    #[error("`ssh` was not found on the PATH")]
    NoProgram,
    #[error("cannot run ssh")]
    Run(#[source] io::Error),
    #[error("cannot read the ssh key {}{set_by}", path.display())]
    Key {
        path: PathBuf,
        /// The setting that names it, after ", set by ", or empty.
        set_by: String,
        source: io::Error,
    },
    /// A description without the value.
    #[error("the ssh key is {0}")]
    UnusableKey(String),
    #[error("cannot write the ssh key to a temporary file")]
    KeepKey(#[source] io::Error),
    #[error("{host} refused: {words}")]
    Refused { host: String, words: String },
    #[error("the host key of {host} has changed: {words}")]
    HostKeyChanged {
        host: String,
        port: u16,
        words: String,
    },
    #[error("ssh to {host} failed: {words}")]
    Failed { host: String, words: String },
    #[error("ssh to {host} did not answer within {} s{said}", after.as_secs())]
    TimedOut {
        host: String,
        after: Duration,
        /// The output of `ssh` until then, after ": ", or empty.
        said: String,
    },
}

impl From<EndpointError> for SshError {
    fn from(error: EndpointError) -> SshError {
        let (what, name) = match error {
            EndpointError::Host(host) => ("host", host),
            EndpointError::Port(port) => ("port", port),
        };
        SshError::InvalidName { what, name }
    }
}

impl SshError {
    pub(super) fn invalid_name(what: &'static str, name: &str) -> SshError {
        SshError::InvalidName {
            what,
            name: name.to_owned(),
        }
    }

    pub(super) fn start(error: io::Error) -> SshError {
        if error.kind() == io::ErrorKind::NotFound {
            SshError::NoProgram
        } else {
            SshError::Run(error)
        }
    }

    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            SshError::InvalidName { what: "port", .. } => "a port is a number from 1 to 65535",
            SshError::InvalidName { .. } => {
                "use letters, digits, `.`, `:` and `-`, with a letter or digit first"
            }
            SshError::NoProgram => "install the OpenSSH client (package `openssh-client`)",
            SshError::Key { .. } => "name an existing file with the private key",
            SshError::UnusableKey(_) => {
                "give a path that begins with /, ~/, ./ or ../, or the whole key"
            }
            SshError::HostKeyChanged { host, port, .. } => {
                let known = match port {
                    22 => host.clone(),
                    port => format!("[{host}]:{port}"),
                };
                return vec![format!(
                    "if its operator confirms the new key, remove the old one: ssh-keygen -R '{known}'"
                )];
            }
            SshError::Failed { words, .. } if words.contains("Permission denied") => {
                "check that Lagoon has your public key, and that the agent or TASKS_SSH_KEY has the \
                 private key; without a terminal, load a key with a passphrase into the ssh agent"
            }
            _ => return Vec::new(),
        };
        vec![hint.to_owned()]
    }

    /// The connection failed, not the request, so a retry could help.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            SshError::Failed { .. } | SshError::TimedOut { .. } | SshError::Run(_)
        )
    }
}

pub(super) fn from_words(
    to: &super::Destination,
    status: std::process::ExitStatus,
    stderr: &[u8],
) -> SshError {
    let host = to.server.host().to_owned();
    let words = words(stderr);
    let or = |other: String| {
        if words.is_empty() {
            other
        } else {
            words.clone()
        }
    };
    // 255 is `ssh` itself, any other status is the portal's.
    match status.code() {
        Some(255) | None if words.contains(CHANGED) => SshError::HostKeyChanged {
            host,
            port: to.server.port(),
            words,
        },
        Some(255) | None => SshError::Failed {
            host,
            words: or(status.to_string()),
        },
        Some(_) => SshError::Refused {
            host,
            words: or(format!("no message ({status})")),
        },
    }
}

/// The first lines, without escape and control characters and the frames that `ssh` draws.
pub(super) fn words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let text = console::strip_ansi_codes(&text);
    text.lines()
        .map(|line| {
            let line: String = line.chars().filter(|c| !c.is_control()).collect();
            let line = line.trim_matches(|c: char| c == '@' || c.is_whitespace());
            // The message names ssh already.
            let line = line.strip_prefix("ssh: ").unwrap_or(line);
            line.chars().take(SHOWN_LENGTH).collect::<String>()
        })
        .filter(|line| !line.is_empty())
        .take(SHOWN_LINES)
        .collect::<Vec<_>>()
        .join("\n")
}
