//! Words of the command line that stand for Lagoon's.

use clap::ValueEnum;

use crate::domain::Permission;

/// A scope on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScopeWord {
    /// Tasks of one environment
    Environment,
    /// Tasks of a project
    Project,
    /// Tasks of a group
    Group,
    /// System-wide tasks
    System,
}

impl ScopeWord {
    /// The word, as definitions say it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ScopeWord::Environment => "environment",
            ScopeWord::Project => "project",
            ScopeWord::Group => "group",
            ScopeWord::System => "system",
        }
    }
}

/// A permission on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PermissionWord {
    /// Anybody who can see the project
    Guest,
    /// Developers and up
    Developer,
    /// Maintainers and up
    Maintainer,
}

impl From<PermissionWord> for Permission {
    fn from(word: PermissionWord) -> Self {
        match word {
            PermissionWord::Guest => Permission::Guest,
            PermissionWord::Developer => Permission::Developer,
            PermissionWord::Maintainer => Permission::Maintainer,
        }
    }
}
