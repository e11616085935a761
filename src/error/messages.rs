//! Errors that several modules report, each with the same words.

use std::fmt::Display;

use super::Error;

/// The reason for a missing prompt; the program replaces it if an option disables prompts.
pub(crate) const NO_TERMINAL: &str = "no terminal to prompt on";

/// The end of a warning about a connection without TLS.
pub(crate) const TOKEN_EXPOSED: &str = "anyone on the network can read the token";

const OMIT_ONE: &str = "omit one of them";

impl Error {
    /// A required value is missing.
    pub(crate) fn not_given(value: &str) -> Error {
        Error::usage(format!("no {value} given"))
    }

    /// A value is missing that a terminal would prompt for.
    pub(crate) fn not_given_off_terminal(value: &str) -> Error {
        Error::usage(format!("no {value} given, and {NO_TERMINAL}"))
    }

    /// Names the option that disables prompts at a terminal.
    #[must_use]
    pub(crate) fn without_prompts(mut self, option: &str) -> Error {
        let reason = format!("prompts are disabled by {option}");
        self.message = self.message.replace(NO_TERMINAL, &reason);
        self
    }

    pub(crate) fn no_project() -> Error {
        Error::not_given("project")
            .hint("name it with -p or TASKS_PROJECT; to list projects: tasks projects")
    }

    /// A question that only `--yes` can answer.
    pub(crate) fn confirmation_required(question: &str) -> Error {
        Error::usage(format!("confirmation required: {question}")).hint("pass --yes to confirm")
    }

    pub(crate) fn empty_value(flag: &str) -> Error {
        Error::usage(format!("{flag} has an empty value")).hint("give it a value, or omit it")
    }

    pub(crate) fn given_twice(flag: impl Display) -> Error {
        Error::usage(format!("{flag} was given twice"))
    }

    /// `-` reads standard input, which has only one reader.
    pub(crate) fn stdin_twice() -> Error {
        Error::usage("`-` (stdin) can be given only once")
    }

    /// A value is not of a form such as `NAME=VALUE`.
    pub(crate) fn not_of_form(flag: &str, value: &str, form: &str) -> Error {
        Error::usage(format!("{flag}: expected {form}, found `{value}`"))
    }

    /// Two flags exclude each other.
    pub(crate) fn conflict(one: impl Display, other: impl Display) -> Error {
        Error::usage(format!("{one} cannot be used with {other}")).hint(OMIT_ONE)
    }

    pub(crate) fn no_effect(flag: &str, needed: &str) -> Error {
        Error::usage(format!("{flag} has no effect without {needed}"))
    }

    /// Neither a folder's variable nor HOME is set.
    pub(crate) fn no_folder(action: &str, variable: &str) -> Error {
        Error::usage(no_folder(action, variable)).hint("set HOME")
    }
}

pub(crate) fn no_folder(action: &str, variable: &str) -> String {
    format!("cannot {action}: neither {variable} nor HOME is set")
}

/// A number and its noun, as in `1 task` and `2 tasks`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
