//! The failures of a client.

use std::fmt;

use crate::error::Kind;

/// A failure.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    candidates: Vec<i64>,
}

/// The kind of a failure, which decides what a program can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A value, name or setting cannot be used. Nothing was sent that changes anything.
    InvalidInput,
    /// The task has a confirmation text, and the start was not confirmed.
    NotConfirmed,
    /// Not signed in, or not allowed.
    NotAllowed,
    /// A project, environment, task, run or file does not exist or is not visible.
    NotFound,
    /// Lagoon refused, or the operation failed otherwise.
    Refused,
    /// Lagoon could not be reached or did not answer in time.
    Unreachable,
    /// It is unknown whether a run was started: see [`Error::candidates`].
    UnknownOutcome,
    /// The run is still in progress after the time that the caller set.
    TimedOut,
    /// The run has not started within 15 minutes.
    NeverStarted,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: String) -> Error {
        Error {
            kind,
            message,
            candidates: Vec::new(),
        }
    }

    /// A start of which it is unknown whether it created a run.
    pub(super) fn unknown(error: crate::error::Error) -> Error {
        Error {
            kind: ErrorKind::UnknownOutcome,
            ..Error::from(error)
        }
    }

    /// The kind of the failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// After [`ErrorKind::UnknownOutcome`], the ids of the runs of which one may have been started; after
    /// a refusal, the ids of the runs that Lagoon created anyway. The list can be empty.
    #[must_use]
    pub fn candidates(&self) -> &[i64] {
        &self.candidates
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Leaves out hints: they speak of the command line.
impl From<crate::error::Error> for Error {
    fn from(error: crate::error::Error) -> Error {
        let kind = match error.kind {
            Kind::Usage => ErrorKind::InvalidInput,
            Kind::NotAllowed => ErrorKind::NotAllowed,
            Kind::NotFound => ErrorKind::NotFound,
            Kind::Unreachable => ErrorKind::Unreachable,
            Kind::StillGoing => ErrorKind::TimedOut,
            Kind::NeverStarted => ErrorKind::NeverStarted,
            _ => ErrorKind::Refused,
        };
        let ids = error.runs.iter().filter_map(|run| run["id"].as_i64());
        let candidates = ids.collect();
        let error = crate::error::Error {
            flag: None,
            ..error
        };
        Error {
            candidates,
            ..Error::new(kind, error.to_string())
        }
    }
}
