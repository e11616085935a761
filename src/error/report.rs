//! The forms of an error in the program (exit code, JSON), and errors of modules that only the program
//! has.

use serde_json::{Value, json};

use super::{Error, Hint, Kind};
use crate::auth::AuthError;
use crate::config::ConfigError;
use crate::domain::RunRef;
use crate::domain::run::reference::{RunRefError, address};
use crate::domain::task::reference::RefError;
use crate::terminal::PromptError;

impl Kind {
    pub const ALL: [Kind; 12] = [
        Kind::Failed,
        Kind::Usage,
        Kind::RunFailed,
        Kind::NotAllowed,
        Kind::NotFound,
        Kind::RunCancelled,
        Kind::Unreachable,
        Kind::StillGoing,
        Kind::Changes,
        Kind::NeverStarted,
        Kind::Interrupted,
        Kind::Terminated,
    ];

    pub fn exit_code(self) -> u8 {
        self as u8
    }

    pub fn word(self) -> &'static str {
        match self {
            Kind::Failed => "failed",
            Kind::Usage => "usage",
            Kind::RunFailed => "run-failed",
            Kind::NotAllowed => "not-allowed",
            Kind::NotFound => "not-found",
            Kind::RunCancelled => "run-cancelled",
            Kind::Unreachable => "unreachable",
            Kind::StillGoing => "still-going",
            Kind::Changes => "changes",
            Kind::NeverStarted => "never-started",
            Kind::Interrupted => "interrupted",
            Kind::Terminated => "terminated",
        }
    }
}

impl Error {
    pub fn hint_texts(&self) -> Vec<String> {
        self.hints.iter().map(ToString::to_string).collect()
    }

    pub fn exit_code(&self) -> u8 {
        self.exit_status.unwrap_or(self.kind.exit_code())
    }

    pub fn to_json(&self) -> Value {
        json!({"error": {
            "kind": self.kind.word(),
            "message": self.to_string(),
            "hints": self.hint_texts(),
            "exitCode": self.exit_code(),
            "runs": self.runs,
        }})
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Error::usage(error.to_string()).with_hints(error.hints)
    }
}

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        let kind = if error.is_transient() {
            Kind::Unreachable
        } else if error.is_sign_in() {
            Kind::NotAllowed
        } else {
            Kind::Usage
        };
        let hints = error.hints();
        Error::new(kind, error.to_string())
            .because(error)
            .with_hints(hints)
    }
}

impl From<RefError> for Error {
    fn from(error: RefError) -> Self {
        let message = error.to_string();
        match error {
            RefError::Name(error) => error.into(),
            RefError::NoId(_) => Error::not_found(message),
            RefError::Ambiguous { digits, named, .. } => Error::usage(message).hint(format!(
                "use `id:{digits}`, or `name:{digits}` for the task with id {named}"
            )),
            RefError::BadId(_) | RefError::Empty => Error::usage(message),
        }
    }
}

impl From<RunRefError> for Error {
    fn from(error: RunRefError) -> Self {
        let text = &error.0;
        let words: Vec<&str> = text
            .split([',', ';', ' '])
            .filter(|w| !w.is_empty())
            .collect();
        let is_run = |word: &&str| RunRef::parse(word).is_ok();
        let hint = if words.len() > 1 && words.iter().all(is_run) {
            let runs = words.into_iter().map(str::to_owned);
            Some(Hint::SeparateRuns(runs.collect()))
        } else if text.starts_with(char::is_alphabetic) && address(text).is_none() {
            Some(Hint::LatestOfTask(text.clone()))
        } else {
            None
        };
        Error::usage(error.to_string()).with_hints(hint)
    }
}

impl From<PromptError> for Error {
    fn from(error: PromptError) -> Self {
        match error {
            PromptError::Interrupted => Error::new(Kind::Interrupted, "interrupted"),
            PromptError::NotInteractive => Error::usage(error.to_string()),
            PromptError::Io(cause) => Error::failed("cannot prompt at the terminal").because(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn exit_codes_and_kinds_are_distinct() {
        let codes: HashSet<u8> = Kind::ALL.iter().map(|k| k.exit_code()).collect();
        let words: HashSet<&str> = Kind::ALL.iter().map(|k| k.word()).collect();
        assert_eq!(codes.len(), Kind::ALL.len());
        assert_eq!(words.len(), Kind::ALL.len());
    }
}
