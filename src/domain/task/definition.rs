//! Task definitions.

#[cfg(feature = "cli")]
mod json;

use crate::domain::task::argument::Argument;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    Command(String),
    Image(String),
}

/// The scope of a definition limits where it can be invoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Environment(i64),
    Project(i64),
    Group(String),
    System,
}

impl Scope {
    /// Lagoon's order, narrowest first: an environment shows only the first of several tasks with
    /// one name.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Scope::Environment(_) => 0,
            Scope::Project(_) => 1,
            Scope::Group(_) => 2,
            Scope::System => 3,
        }
    }
}

/// The scope of a new task, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Environment {
        project: String,
        environment: String,
    },
    Project(String),
    Group(String),
    /// With a project through which existing tasks are found.
    System(Option<String>),
}

/// The role required to invoke a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    Guest,
    Developer,
    Maintainer,
    Unknown(String),
    /// Lagoon does not list such a task.
    Missing,
}

impl Permission {
    pub(crate) fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("GUEST") => Permission::Guest,
            Some("DEVELOPER") => Permission::Developer,
            Some("MAINTAINER") => Permission::Maintainer,
            Some(other) => Permission::Unknown(other.to_owned()),
            None => Permission::Missing,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub work: Work,
    pub service: Option<String>,
    pub scope: Scope,
    pub permission: Permission,
    /// The question before invoking. Lagoon only stores it; the client must ask.
    pub confirmation_text: Option<String>,
    pub deploy_token_injection: bool,
    pub project_key_injection: bool,
    pub admin_only_view: bool,
    /// In Lagoon's time format, or empty.
    pub created: String,
    /// In no particular order. `None` if Lagoon sent `null`, which it does for an old row that an
    /// add returned as if it were new (seen on Lagoon 2.33.1).
    pub arguments: Option<Vec<Argument>>,
}

impl Definition {
    pub fn arguments(&self) -> &[Argument] {
        self.arguments.as_deref().unwrap_or_default()
    }

    /// `None` if it is blank.
    pub(crate) fn confirmation(&self) -> Option<&str> {
        self.confirmation_text
            .as_deref()
            .filter(|text| !text.trim().is_empty())
    }

    pub(crate) fn command(&self) -> Option<&str> {
        match &self.work {
            Work::Command(command) => Some(command),
            _ => None,
        }
    }
}
