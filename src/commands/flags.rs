//! Values of flags that stand for terms of Lagoon.

use clap::ValueEnum;

use crate::domain::Permission;
use crate::domain::place::selection::EnvironmentType;
use crate::domain::task::rules::{Field, Violation};
use crate::error::Error;

/// A scope on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeArg {
    /// Tasks of one environment
    Environment,
    /// Tasks of a project
    Project,
    /// Tasks of a group
    Group,
    /// System-wide tasks
    System,
}

/// A type of environments on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EnvironmentTypeArg {
    /// Production environments
    Production,
    /// Development environments
    Development,
}

impl From<EnvironmentTypeArg> for EnvironmentType {
    fn from(word: EnvironmentTypeArg) -> Self {
        match word {
            EnvironmentTypeArg::Production => EnvironmentType::Production,
            EnvironmentTypeArg::Development => EnvironmentType::Development,
        }
    }
}

/// A permission on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PermissionArg {
    /// Everyone who can see the project
    Guest,
    /// Developers, maintainers and owners
    Developer,
    /// Maintainers and owners
    Maintainer,
}

impl From<PermissionArg> for Permission {
    fn from(word: PermissionArg) -> Self {
        match word {
            PermissionArg::Guest => Permission::Guest,
            PermissionArg::Developer => Permission::Developer,
            PermissionArg::Maintainer => Permission::Maintainer,
        }
    }
}

pub(crate) fn spelled(value: impl ValueEnum) -> String {
    let possible = value.to_possible_value();
    possible.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// The names of the flags that are given.
pub(crate) fn given<const N: usize>(
    flags: [(bool, &'static str); N],
) -> impl Iterator<Item = String> {
    let given = flags.into_iter().filter(|(is_given, _)| *is_given);
    given.map(|(_, flag)| flag.to_owned())
}

/// One error for all violations, each with its flag.
pub(crate) fn refuse(found: &[Violation]) -> Result<(), Error> {
    if found.is_empty() {
        return Ok(());
    }
    let sentence = |Violation { field, message }: &Violation| match field {
        Field::Name => format!("the task's NAME {message}"),
        Field::Description => format!("--description {message}"),
        Field::Command => format!("--command {message}"),
        Field::Image => format!("--image {message}"),
        Field::Service => format!("--service {message}"),
        Field::Confirmation => format!("--confirmation-text {message}"),
        Field::Argument(name) => format!("--arg `{name}` {message}"),
    };
    let sentences: Vec<String> = found.iter().map(sentence).collect();
    Err(Error::usage(sentences.join("; ")))
}
