//! The program's error type: a kind, a message, a cause and hints.
//!
//! The error types of the other modules are converted here. Only this module decides about exit
//! codes.

mod hint;
#[cfg(feature = "cli")]
pub(crate) mod messages;
#[cfg(feature = "cli")]
mod report;

use std::error::Error as StdError;
use std::fmt;

use serde_json::Value;

use crate::domain::names::did_you_mean;
use crate::domain::task::name::NameError;
use crate::lagoon::LagoonError;

#[cfg(feature = "cli")]
pub(crate) use hint::target_flags;
pub(crate) use hint::{Flag, Hint};

/// The kind of an error, with its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Failed = 1,
    /// Invalid flag, argument or file; missing value; not confirmed.
    Usage = 2,
    RunFailed = 3,
    NotAllowed = 4,
    /// A missing or deleted context, project, environment, task or run.
    NotFound = 5,
    RunCancelled = 6,
    /// Lagoon does not reply, or the outcome is unknown.
    Unreachable = 7,
    /// A run was in progress at the timeout.
    StillGoing = 8,
    Changes = 9,
    NeverStarted = 10,
    Interrupted = 130,
    Terminated = 143,
}

#[derive(Debug)]
pub struct Error {
    pub kind: Kind,
    /// One sentence without a full stop that names the flag, file or object.
    pub message: String,
    pub source: Option<Box<dyn StdError + Send + Sync>>,
    /// The flag with the invalid value, printed before the message.
    pub flag: Option<Flag>,
    pub hints: Vec<Hint>,
    /// The exit code of the user's command, which replaces that of the kind.
    pub exit_status: Option<u8>,
    /// The affected runs as JSON.
    pub runs: Vec<Value>,
}

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error {
            kind,
            message: message.into(),
            source: None,
            flag: None,
            hints: Vec::new(),
            exit_status: None,
            runs: Vec::new(),
        }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    #[must_use]
    pub fn with_hints(self, hints: impl IntoIterator<Item = impl Into<Hint>>) -> Self {
        hints.into_iter().fold(self, Error::hint)
    }

    #[must_use]
    pub fn about(mut self, flag: Flag) -> Self {
        self.flag = Some(flag);
        self
    }

    /// Adds an unknown fact, for example "it was deleted".
    #[must_use]
    pub fn unknown_whether(mut self, what: &str) -> Self {
        self.message = format!("{}; it is unknown whether {what}", self.message);
        self
    }

    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = match self.flag {
            Some(flag) => format!("{flag}: {}", self.message),
            None => self.message.clone(),
        };
        let mut cause = StdError::source(self);
        while let Some(error) = cause {
            let text = error.to_string();
            // Many libraries repeat their cause in their own message.
            if !said.contains(&text) {
                said.push_str(": ");
                said.push_str(&text);
            }
            cause = error.source();
        }
        f.write_str(&said)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_deref()?)
    }
}

impl From<LagoonError> for Error {
    fn from(error: LagoonError) -> Self {
        let kind = match &error {
            LagoonError::NotReached { .. }
            | LagoonError::NoToken { .. }
            | LagoonError::NoAnswer { .. }
            | LagoonError::NotLagoon { .. } => Kind::Unreachable,
            LagoonError::NotSignedIn { .. } | LagoonError::NotAllowed { .. } => Kind::NotAllowed,
            // The change may have been made.
            LagoonError::TooLarge { limit, .. } if limit.is_for_mutations() => Kind::Unreachable,
            LagoonError::Storage { status, .. }
                if status.is_none_or(LagoonError::is_passing_status) =>
            {
                Kind::Unreachable
            }
            LagoonError::Storage { .. }
            | LagoonError::Refused { .. }
            | LagoonError::TooLarge { .. }
            | LagoonError::NotKept(_)
            | LagoonError::Unusable(_) => Kind::Failed,
            LagoonError::TooLong(_)
            | LagoonError::OutOfRange(_)
            | LagoonError::Address { .. }
            | LagoonError::Authorities { .. } => Kind::Usage,
        };
        let message = error.to_string();
        let hint = match error {
            LagoonError::NotReached {
                certificate: Some(refused),
                ..
            } => return Error::new(kind, message).hint(Hint::FixCertificate(refused)),
            LagoonError::NotReached { address, .. } => format!(
                "check the address and the network: curl -sS {address}/status"
            ),
            LagoonError::NotLagoon { status: 429, .. } => "wait a moment and try again".to_owned(),
            LagoonError::NotLagoon { .. } => {
                "use the address of a Lagoon API, such as https://api.example.com/graphql".to_owned()
            }
            LagoonError::NotSignedIn { hints, .. } => {
                return Error::new(kind, message).with_hints(hints);
            }
            LagoonError::TooLarge { limit, .. } if limit.is_setting() => {
                "raise the limit with --max-response SIZE or TASKS_MAX_RESPONSE".to_owned()
            }
            LagoonError::Refused { message, .. }
                if message.contains("AdvancedTaskDefinitionType null") =>
            {
                "a task of this environment has an argument without a type, which breaks the list of \
                 tasks; delete that task by its id"
                    .to_owned()
            }
            LagoonError::TooLong(_) => {
                "shorten the command, or move it to a file in the container's image; escaped \
                 characters count more than once"
                    .to_owned()
            }
            LagoonError::Authorities { hint, .. } => {
                return Error::new(kind, message).hint(Hint::FixAuthorities(hint));
            }
            LagoonError::Address { hint, .. } => hint,
            _ => return Error::new(kind, message),
        };
        Error::new(kind, message).hint(hint)
    }
}

impl From<NameError> for Error {
    fn from(error: NameError) -> Self {
        let message = error.to_string();
        match error {
            NameError::Missing { nearest, known, .. } => {
                let error = Error::not_found(message);
                match did_you_mean(&nearest) {
                    Some(near) => error.hint(near),
                    None if known.is_empty() => error.hint(Hint::ListTasks),
                    None => error.hint(format!("existing tasks: {}", quoted_list(&known))),
                }
            }
            NameError::Several { .. } => {
                Error::usage(message).hint("use the exact name or the task's id")
            }
        }
    }
}

pub(crate) fn quoted_list<S: AsRef<str>>(names: &[S]) -> String {
    names
        .iter()
        .map(|n| format!("`{}`", n.as_ref()))
        .collect::<Vec<_>>()
        .join(", ")
}
