//! Where tasks are defined, by names: what files and plans say.

use std::fmt;

use crate::domain::task::definition::Scope;

/// A scope by the names of what it covers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeName {
    /// Everywhere.
    System,
    /// All projects of a group.
    Group(String),
    /// All environments of a project.
    Project(String),
    /// One environment.
    Environment {
        /// The project.
        project: String,
        /// The environment.
        environment: String,
    },
}

impl ScopeName {
    /// The word for the scope in tables and JSON.
    pub fn word(&self) -> &'static str {
        self.provisional().word()
    }

    /// The project that the scope is in, or is.
    pub fn project(&self) -> Option<&str> {
        match self {
            ScopeName::Project(project) | ScopeName::Environment { project, .. } => Some(project),
            ScopeName::Group(_) | ScopeName::System => None,
        }
    }

    /// The same scope however its names are spelled: projects and environments compare without
    /// case and trailing blanks.
    pub fn key(&self) -> ScopeName {
        let fold = |name: &String| name.trim_end_matches(' ').to_lowercase();
        match self {
            ScopeName::Project(project) => ScopeName::Project(fold(project)),
            ScopeName::Environment {
                project,
                environment,
            } => ScopeName::Environment {
                project: fold(project),
                environment: fold(environment),
            },
            other => other.clone(),
        }
    }

    /// Whether both name one scope.
    pub fn is_same(&self, other: &ScopeName) -> bool {
        self.key() == other.key()
    }

    /// Lagoon's scope with ids that are not known yet.
    pub fn provisional(&self) -> Scope {
        match self {
            ScopeName::System => Scope::System,
            ScopeName::Group(name) => Scope::Group(name.clone()),
            ScopeName::Project(_) => Scope::Project(0),
            ScopeName::Environment { .. } => Scope::Environment(0),
        }
    }
}

impl fmt::Display for ScopeName {
    /// As in `environment shop/main`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScopeName::System => f.write_str("the whole system"),
            ScopeName::Group(name) => write!(f, "group {name}"),
            ScopeName::Project(name) => write!(f, "project {name}"),
            ScopeName::Environment {
                project,
                environment,
            } => write!(f, "environment {project}/{environment}"),
        }
    }
}
