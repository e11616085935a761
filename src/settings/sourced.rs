//! A value and where it comes from.

use std::fmt;
use std::path::PathBuf;

use crate::config::ContextName;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag on the command line.
    Flag(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// The configuration file.
    File(PathBuf),
    /// The default of this context.
    Context(ContextName),
    /// A checkout's `.lagoon.yml`, by way of its compose file.
    LagoonFile(PathBuf),
    /// The git remote of this address.
    GitRemote(String),
    /// A variable of the Lagoon pod that this runs in.
    Pod(&'static str),
    /// The sandbox has only this one.
    Sandbox,
    /// Nobody said anything.
    Default,
}

impl Source {
    /// Whether somebody said it for this very command, or this place is about nothing else: a flag,
    /// a variable, a project's own file, a pod. Only what was said decides where a change without
    /// a terminal goes. The sandbox's own default counts: it can
    /// only be reached by name, and nothing in it is of consequence.
    #[must_use]
    pub fn is_said(&self) -> bool {
        matches!(
            self,
            Source::Flag(_)
                | Source::Variable(_)
                | Source::LagoonFile(_)
                | Source::Pod(_)
                | Source::Sandbox
        )
    }

    /// Whether nobody typed it, so that where it comes from has to be told.
    #[must_use]
    pub fn is_inferred(&self) -> bool {
        !matches!(
            self,
            Source::Flag(_) | Source::Variable(_) | Source::Sandbox
        )
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Flag(name) | Source::Variable(name) => f.write_str(name),
            Source::File(path) | Source::LagoonFile(path) => write!(f, "{}", path.display()),
            Source::GitRemote(address) => write!(f, "the git remote {address}"),
            Source::Pod(name) => write!(f, "{name}, which Lagoon sets"),
            Source::Context(name) => write!(f, "the context `{name}`"),
            Source::Sandbox => f.write_str("the sandbox"),
            Source::Default => f.write_str("the default"),
        }
    }
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub source: Source,
}

impl<T> Sourced<T> {
    /// A value from there.
    pub fn new(value: T, source: Source) -> Self {
        Sourced { value, source }
    }

    /// Whether somebody said it for this very command.
    pub fn is_said(&self) -> bool {
        self.source.is_said()
    }

    /// Whether the line itself says it, by a flag.
    pub fn is_flag(&self) -> bool {
        matches!(self.source, Source::Flag(_))
    }
}
