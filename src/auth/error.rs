//! The reasons for having no usable token. No message contains a token.

use std::path::PathBuf;

use jiff::Timestamp;

use super::BrowserError;
use crate::ssh::SshError;

#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    #[error("not signed in to {label}")]
    Missing {
        /// For example, "the context `acme`".
        label: String,
        hints: Vec<String>,
    },
    #[error("the token {origin} has expired ({at})")]
    Expired {
        origin: String,
        at: Timestamp,
        hints: Vec<String>,
    },
    #[error("{origin} is not a valid token")]
    Malformed { origin: String },
    #[error("other users can read {}, so it is not used", .0.display())]
    Exposed(PathBuf),
    #[error("cannot store tokens: neither XDG_STATE_HOME nor HOME is set")]
    NoFolder,
    #[error("cannot {doing} {}", path.display())]
    Store {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the browser session for {label} has ended")]
    BrowserEnded { label: String, hint: String },
    #[error(transparent)]
    Browser(#[from] BrowserError),
    #[error("cannot sign in")]
    Ssh(#[from] SshError),
}

impl AuthError {
    pub fn hints(&self) -> Vec<String> {
        match self {
            AuthError::Missing { hints, .. } | AuthError::Expired { hints, .. } => hints.clone(),
            AuthError::Malformed { .. } => {
                vec!["a token has three parts of letters and digits, separated by dots".to_owned()]
            }
            AuthError::Exposed(path) => vec![format!("chmod 600 '{}'", path.display())],
            AuthError::Ssh(error) => error.hints(),
            AuthError::Browser(error) => error.hints(),
            AuthError::BrowserEnded { hint, .. } => vec![hint.clone()],
            AuthError::NoFolder | AuthError::Store { .. } => Vec::new(),
        }
    }

    pub fn is_sign_in(&self) -> bool {
        match self {
            AuthError::Browser(error) => !error.is_usage(),
            AuthError::Missing { .. }
            | AuthError::Expired { .. }
            | AuthError::BrowserEnded { .. } => true,
            AuthError::Ssh(error) => !matches!(
                error,
                SshError::InvalidName { .. } | SshError::Key { .. } | SshError::UnusableKey(_)
            ),
            _ => false,
        }
    }

    pub fn is_transient(&self) -> bool {
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
            AuthError::Browser(error) => error.is_transient(),
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
    fn network_failures_differ_from_refusals() {
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
                failed(words).is_transient() && failed(words).is_sign_in(),
                "{words}"
            );
        }
        for words in [
            "lagoon@h: Permission denied (publickey).",
            "Host key verification failed.",
        ] {
            assert!(
                !failed(words).is_transient() && failed(words).is_sign_in(),
                "{words}"
            );
        }
    }
}
