//! Scopes by name, as in files and plans.

use std::fmt;

use crate::domain::task::definition::Scope;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeName {
    System,
    Group(String),
    Project(String),
    Environment {
        project: String,
        environment: String,
    },
}

impl ScopeName {
    pub fn word(&self) -> &'static str {
        self.provisional().word()
    }

    /// The project that contains the scope, or that it is.
    pub fn project(&self) -> Option<&str> {
        match self {
            ScopeName::Project(project) | ScopeName::Environment { project, .. } => Some(project),
            ScopeName::Group(_) | ScopeName::System => None,
        }
    }

    /// A normal form for comparison: projects and environments ignore case and trailing blanks.
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

    pub fn is_same(&self, other: &ScopeName) -> bool {
        self.key() == other.key()
    }

    /// Lagoon's scope with unknown ids (0).
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
