//! Why there is no usable token. No message holds one.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::config::ContextName;

/// Why there is no usable token.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Nothing is stored for this context.
    #[error("not signed in to the context `{context}`")]
    Missing {
        /// The context.
        context: ContextName,
        /// What to do about it.
        hint: String,
    },
    /// The token's time is up.
    #[error("the token {origin} has expired ({at})")]
    Expired {
        /// Where the token is, as in "in TASKS_TOKEN".
        origin: String,
        /// When it ended.
        at: Timestamp,
        /// What to do about it.
        hint: String,
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
}

impl AuthError {
    /// What to do about it.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            AuthError::Missing { hint, .. } | AuthError::Expired { hint, .. } => {
                vec![hint.clone()]
            }
            AuthError::Malformed { .. } => {
                vec!["a token is three parts of letters and digits with dots between".to_owned()]
            }
            AuthError::Exposed(path) => vec![format!("chmod 600 '{}'", path.display())],
            AuthError::NoFolder | AuthError::Store { .. } => Vec::new(),
        }
    }

    /// Whether signing in is what is needed; the rest is wrong use.
    #[must_use]
    pub fn is_sign_in(&self) -> bool {
        matches!(self, AuthError::Missing { .. } | AuthError::Expired { .. })
    }
}
