//! Why `ssh` was of no use. No message holds a key or a token.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Lines of `ssh` or a portal that are shown.
const SHOWN_LINES: usize = 8;

/// Characters of each that are shown.
const SHOWN_LENGTH: usize = 300;

/// What `ssh` says when a host has another key than the one that is known.
const CHANGED: &str = "REMOTE HOST IDENTIFICATION HAS CHANGED";

/// Why `ssh` was of no use.
#[derive(Debug, thiserror::Error)]
pub enum SshError {
    /// A name that `ssh` or the portal could take for something else.
    #[error("`{name}` cannot be the {what} of an ssh connection")]
    Unfit {
        /// What it should have been, as in "host".
        what: &'static str,
        /// The name.
        name: String,
    },
    /// There is no `ssh`.
    #[error("there is no `ssh` on the PATH")]
    NoProgram,
    /// `ssh` is there and cannot be started or read.
    #[error("cannot run ssh")]
    Run(#[source] io::Error),
    /// The key's file cannot be read.
    #[error("cannot read the ssh key {}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The value is no key; its description, without the value.
    #[error("the ssh key is {0}")]
    UnusableKey(String),
    /// The text of a key cannot be put where `ssh` reads it.
    #[error("cannot put the ssh key into a temporary file")]
    KeepKey(#[source] io::Error),
    /// The portal answered, and not with what was asked for.
    #[error("{host} refused: {words}")]
    Refused {
        /// Who refused.
        host: String,
        /// The portal's words.
        words: String,
    },
    /// The host has another key than the one that is known.
    #[error("{host} shows another host key than before, and is not trusted: {words}")]
    HostKeyChanged {
        /// Who.
        host: String,
        /// On which port.
        port: u16,
        /// The words of `ssh`.
        words: String,
    },
    /// No connection, or no key that is accepted.
    #[error("ssh to {host} failed: {words}")]
    Failed {
        /// To whom.
        host: String,
        /// The words of `ssh`, or its exit status.
        words: String,
    },
    /// No answer in time.
    #[error("ssh to {host} did not answer within {} s{said}", after.as_secs())]
    TimedOut {
        /// Who did not answer.
        host: String,
        /// The limit.
        after: Duration,
        /// What `ssh` said until then, after ": ", or nothing.
        said: String,
    },
}

impl SshError {
    pub(super) fn unfit(what: &'static str, name: &str) -> SshError {
        SshError::Unfit {
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

    /// What to do about it.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            SshError::Unfit { what: "port", .. } => "a port is a number from 1 to 65535",
            SshError::Unfit { .. } => {
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

    /// Whether trying again could help: the connection failed, not the question.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            SshError::Failed { .. } | SshError::TimedOut { .. } | SshError::Run(_)
        )
    }
}

/// What a process that was of no use said on stderr, as an error.
pub(super) fn from_words(
    to: &super::Destination,
    status: std::process::ExitStatus,
    stderr: &[u8],
) -> SshError {
    let host = to.host.clone();
    let words = words(stderr);
    // 255 is `ssh` itself, whatever else is the portal.
    match status.code() {
        Some(255) | None if words.contains(CHANGED) => SshError::HostKeyChanged {
            host,
            port: to.port,
            words,
        },
        Some(255) | None if words.is_empty() => SshError::Failed {
            host,
            words: status.to_string(),
        },
        Some(255) | None => SshError::Failed { host, words },
        Some(_) if words.is_empty() => SshError::Refused {
            host,
            words: format!("it said nothing ({status})"),
        },
        Some(_) => SshError::Refused { host, words },
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
            // That it is ssh that speaks is said already.
            let line = line.strip_prefix("ssh: ").unwrap_or(line);
            line.chars().take(SHOWN_LENGTH).collect::<String>()
        })
        .filter(|line| !line.is_empty())
        .take(SHOWN_LINES)
        .collect::<Vec<_>>()
        .join("\n")
}
