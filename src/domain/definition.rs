//! A task: something that can be invoked.

use serde_json::{Value, json};

use super::argument::{Argument, by_name};

/// What a task does when it is invoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// A shell command in a service's container.
    Command(String),
    /// A container of this image.
    Image(String),
    /// A kind this program does not know.
    Unknown(String),
}

impl Work {
    /// Lagoon's word for the kind.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Work::Command(_) => "COMMAND",
            Work::Image(_) => "IMAGE",
            Work::Unknown(word) => word,
        }
    }
}

/// Where a task is defined, and so where it can be invoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One environment, by id.
    Environment(i64),
    /// All environments of a project, by id.
    Project(i64),
    /// All projects of a group, by name.
    Group(String),
    /// Everywhere.
    System,
}

impl Scope {
    /// The word for the scope in flags, tables and JSON.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Scope::Environment(_) => "environment",
            Scope::Project(_) => "project",
            Scope::Group(_) => "group",
            Scope::System => "system",
        }
    }

    /// Lagoon's own order, the narrowest first: of one name the first is seen, the others hidden.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            Scope::Environment(_) => 0,
            Scope::Project(_) => 1,
            Scope::Group(_) => 2,
            Scope::System => 3,
        }
    }
}

/// Where a task is to be defined, by the names that were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One environment of a project.
    Environment {
        /// The project's name.
        project: String,
        /// The environment's name.
        environment: String,
    },
    /// A project.
    Project(String),
    /// A group.
    Group(String),
    /// Everywhere; a project, where one is known, shows what is there already.
    System(Option<String>),
}

/// Who may invoke a task. An open set: Lagoon may add to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// Anybody who can see the project.
    Guest,
    /// Developers and up.
    Developer,
    /// Maintainers and up.
    Maintainer,
    /// A word this program does not know.
    Unknown(String),
    /// None at all: nobody sees such a task.
    Missing,
}

impl Permission {
    /// Lagoon's word; empty for none.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Permission::Guest => "GUEST",
            Permission::Developer => "DEVELOPER",
            Permission::Maintainer => "MAINTAINER",
            Permission::Unknown(word) => word,
            Permission::Missing => "",
        }
    }

    /// The permission from Lagoon's word.
    #[must_use]
    pub fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("GUEST") => Permission::Guest,
            Some("DEVELOPER") => Permission::Developer,
            Some("MAINTAINER") => Permission::Maintainer,
            Some(other) => Permission::Unknown(other.to_owned()),
            None => Permission::Missing,
        }
    }
}

/// A task as Lagoon has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Lagoon's id.
    pub id: i64,
    /// The name by which it is invoked.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Command or image.
    pub work: Work,
    /// The service whose container runs the command.
    pub service: Option<String>,
    /// Where it is defined.
    pub scope: Scope,
    /// Who may invoke it.
    pub permission: Permission,
    /// What to ask before invoking; Lagoon only stores it, asking is the client's job.
    pub confirmation_text: Option<String>,
    /// Whether runs get a deploy token.
    pub deploy_token_injection: bool,
    /// Whether runs get the project's key.
    pub project_key_injection: bool,
    /// Whether only administrators see it.
    pub admin_only_view: bool,
    /// When it was defined, as Lagoon writes times; empty where it did not say.
    pub created: String,
    /// Its arguments, in no particular order; `None` when Lagoon answered `null`, which it does for an old row
    /// that an add returned as if it were new (seen on Lagoon 2.33.1).
    pub arguments: Option<Vec<Argument>>,
}

impl Definition {
    /// The arguments, none where Lagoon did not say.
    #[must_use]
    pub fn arguments(&self) -> &[Argument] {
        self.arguments.as_deref().unwrap_or_default()
    }

    /// The confirmation text, where there is one to ask.
    #[must_use]
    pub fn confirmation(&self) -> Option<&str> {
        self.confirmation_text
            .as_deref()
            .filter(|text| !text.trim().is_empty())
    }

    /// The command of a COMMAND task.
    #[must_use]
    pub fn command(&self) -> Option<&str> {
        match &self.work {
            Work::Command(command) => Some(command),
            _ => None,
        }
    }

    /// The definition as JSON, Lagoon's field names and `scope` beside them.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (environment, project, group) = match &self.scope {
            Scope::Environment(id) => (json!(id), Value::Null, Value::Null),
            Scope::Project(id) => (Value::Null, json!(id), Value::Null),
            Scope::Group(name) => (Value::Null, Value::Null, json!(name)),
            Scope::System => (Value::Null, Value::Null, Value::Null),
        };
        let (command, image) = match &self.work {
            Work::Command(command) => (json!(command), Value::Null),
            Work::Image(image) => (Value::Null, json!(image)),
            Work::Unknown(_) => (Value::Null, Value::Null),
        };
        let permission = match &self.permission {
            Permission::Missing => Value::Null,
            known => json!(known.word()),
        };
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "type": self.work.word(),
            "service": self.service,
            "command": command,
            "image": image,
            "scope": self.scope.word(),
            "environment": environment,
            "project": project,
            "groupName": group,
            "systemWide": self.scope == Scope::System,
            "permission": permission,
            "confirmationText": self.confirmation_text,
            "deployTokenInjection": self.deploy_token_injection,
            "projectKeyInjection": self.project_key_injection,
            "adminOnlyView": self.admin_only_view,
            "created": super::run::rfc3339(&self.created),
            "advancedTaskDefinitionArguments":
                self.arguments.as_ref().map(|all| by_name(all).into_iter().map(Argument::to_json).collect::<Vec<_>>()),
        })
    }
}
