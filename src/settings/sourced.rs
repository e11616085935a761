//! A value and its source.

use std::fmt;
use std::path::PathBuf;

use crate::config::ContextName;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Flag(&'static str),
    Variable(&'static str),
    File(PathBuf),
    Context(ContextName),
    /// A checkout's `.lagoon.yml`, through its compose file.
    LagoonFile(PathBuf),
    GitRemote(String),
    Pod(&'static str),
    Sandbox,
    Default,
}

impl Source {
    /// Only explicit values decide where a change without a terminal is made. The sandbox's default
    /// is explicit, because the sandbox is selected by name.
    pub(crate) fn is_explicit(&self) -> bool {
        matches!(
            self,
            Source::Flag(_)
                | Source::Variable(_)
                | Source::LagoonFile(_)
                | Source::Pod(_)
                | Source::Sandbox
        )
    }

    /// The source of an inferred value is reported.
    pub(crate) fn is_inferred(&self) -> bool {
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sourced<T> {
    pub value: T,
    pub source: Source,
}

impl<T> Sourced<T> {
    pub(crate) fn new(value: T, source: Source) -> Self {
        Sourced { value, source }
    }

    pub(crate) fn is_explicit(&self) -> bool {
        self.source.is_explicit()
    }

    pub(crate) fn is_flag(&self) -> bool {
        matches!(self.source, Source::Flag(_))
    }
}
