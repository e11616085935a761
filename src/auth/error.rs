//! Why there is no usable token. No message holds one.

use std::path::PathBuf;

use jiff::Timestamp;

use super::BrowserError;
use crate::ssh::SshError;

/// Why there is no usable token.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Nothing is kept, and there is no way to get one.
    #[error("not signed in to {label}")]
    Missing {
        /// The Lagoon, as in "the context `acme`".
        label: String,
        /// What to do about it.
        hints: Vec<String>,
    },
    /// The token's time is up.
    #[error("the token {origin} has expired ({at})")]
    Expired {
        /// Where the token is, as in "in TASKS_TOKEN".
        origin: String,
        /// When it ended.
        at: Timestamp,
        /// What to do about it.
        hints: Vec<String>,
    },
    /// What should be a token cannot be one.
    #[error("{origin} is no token")]
    Malformed {
        /// What was looked at, as in "the value of TASKS_TOKEN".
        origin: String,
    },
    /// Others can read the file.
    #[error("{} can be read by others and is not used", .0.display())]
    Exposed(PathBuf),
    /// There is no folder to keep tokens in.
    #[error("no place to keep tokens: neither XDG_STATE_HOME nor HOME is set")]
    NoFolder,
    /// The store cannot be read or written.
    #[error("cannot {doing} {}", path.display())]
    Store {
        /// What was being done.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// What a browser signed in to is over, and cannot be renewed.
    #[error("the browser session for {label} has ended")]
    BrowserEnded {
        /// The Lagoon, as in "the context `acme`".
        label: String,
        /// What to do about it.
        hint: String,
    },
    /// Signing in with a browser failed.
    #[error(transparent)]
    Browser(#[from] BrowserError),
    /// Signing in over ssh failed.
    #[error("cannot sign in")]
    Ssh(#[from] SshError),
}

impl AuthError {
    /// What to do about it.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            AuthError::Missing { hints, .. } | AuthError::Expired { hints, .. } => hints.clone(),
            AuthError::Malformed { .. } => {
                vec!["a token is three parts of letters and digits with dots between".to_owned()]
            }
            AuthError::Exposed(path) => vec![format!("chmod 600 '{}'", path.display())],
            AuthError::Ssh(error) => error.hints(),
            AuthError::Browser(error) => error.hints(),
            AuthError::BrowserEnded { hint, .. } => vec![hint.clone()],
            AuthError::NoFolder | AuthError::Store { .. } => Vec::new(),
        }
    }

    /// Whether signing in is what is needed, or was refused; the rest is wrong use.
    #[must_use]
    pub fn is_sign_in(&self) -> bool {
        match self {
            AuthError::Browser(error) => !error.is_usage(),
            AuthError::Missing { .. }
            | AuthError::Expired { .. }
            | AuthError::BrowserEnded { .. } => true,
            AuthError::Ssh(error) => !matches!(
                error,
                SshError::Unfit { .. } | SshError::Key { .. } | SshError::UnusableKey(_)
            ),
            _ => false,
        }
    }

    /// Whether it is the network's fault, and trying again may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        /// What ssh says when it was not heard at all.
        const NETWORK: [&str; 8] = [
            "onnection refused",
            "onnection timed out",
            "onnection closed",
            "onnection reset",
            "peration timed out",
            "ould not resolve",
            "o route to host",
            "etwork is unreachable",
        ];
        match self {
            AuthError::Ssh(SshError::TimedOut { .. }) => true,
            AuthError::Browser(error) => error.is_passing(),
            AuthError::Ssh(SshError::Failed { words, .. }) => {
                NETWORK.iter().any(|sign| words.contains(sign))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_is_told_apart_from_a_refusal() {
        let failed = |words: &str| {
            AuthError::Ssh(SshError::Failed {
                host: "h".to_owned(),
                words: words.to_owned(),
            })
        };
        for words in [
            "ssh: connect to host h port 22: Connection refused",
            "ssh: Could not resolve hostname h: Name or service not known",
        ] {
            assert!(
                failed(words).is_passing() && failed(words).is_sign_in(),
                "{words}"
            );
        }
        for words in [
            "lagoon@h: Permission denied (publickey).",
            "Host key verification failed.",
        ] {
            assert!(
                !failed(words).is_passing() && failed(words).is_sign_in(),
                "{words}"
            );
        }
    }
}
