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
    #[error("`{name}` cannot be the {what} of an ssh connection")]
    InvalidName { what: &'static str, name: String },
    #[error("there is no `ssh` on the PATH")]
    NoProgram,
    #[error("cannot run ssh")]
    Run(#[source] io::Error),
    #[error("cannot read the ssh key {}", path.display())]
    Key { path: PathBuf, source: io::Error },
    /// A description without the value.
    #[error("the ssh key is {0}")]
    UnusableKey(String),
    #[error("cannot put the ssh key into a temporary file")]
    KeepKey(#[source] io::Error),
    #[error("{host} refused: {words}")]
    Refused { host: String, words: String },
    #[error("{host} shows another host key than before, and is not trusted: {words}")]
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
                "letters, digits, `.`, `:` and `-` are fine, the first a letter or digit"
            }
            SshError::NoProgram => "install OpenSSH's client (the package `openssh-client`)",
            SshError::Key { .. } => "name a file that is there, with the private key",
            SshError::UnusableKey(_) => {
                "name its file with a path that begins with /, ~/, ./ or ../, or give the whole key"
            }
            SshError::HostKeyChanged { host, port, .. } => {
                let known = match port {
                    22 => host.clone(),
                    port => format!("[{host}]:{port}"),
                };
                return vec![format!(
                    "ask who runs it whether the key was changed; if so: ssh-keygen -R '{known}'"
                )];
            }
            SshError::Failed { words, .. } if words.contains("Permission denied") => {
                "is your public key in Lagoon, and its private key in the agent or named? A key \
                 with a passphrase needs the agent where nobody can be asked"
            }
            _ => return Vec::new(),
        };
        vec![hint.to_owned()]
    }

    /// The connection failed, not the request, so a retry could help.
    pub fn is_passing(&self) -> bool {
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
            words: or(format!("it said nothing ({status})")),
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
