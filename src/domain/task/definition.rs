//! Task definitions.

use serde_json::{Value, json};

use crate::domain::task::argument::{Argument, by_name};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    Command(String),
    Image(String),
}

impl Work {
    pub fn word(&self) -> &'static str {
        match self {
            Work::Command(_) => "COMMAND",
            Work::Image(_) => "IMAGE",
        }
    }

    /// The command or the image.
    pub fn text(&self) -> &str {
        match self {
            Work::Command(text) | Work::Image(text) => text,
        }
    }
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
    pub fn word(&self) -> &'static str {
        match self {
            Scope::Environment(_) => "environment",
            Scope::Project(_) => "project",
            Scope::Group(_) => "group",
            Scope::System => "system",
        }
    }

    /// Lagoon's order, narrowest first: an environment shows only the first of several tasks with
    /// one name.
    pub fn rank(&self) -> u8 {
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
    pub fn word(&self) -> &str {
        match self {
            Permission::Guest => "GUEST",
            Permission::Developer => "DEVELOPER",
            Permission::Maintainer => "MAINTAINER",
            Permission::Unknown(word) => word,
            Permission::Missing => "",
        }
    }

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
    pub fn empty(scope: Scope, work: Work) -> Definition {
        Definition {
            id: 0,
            name: String::new(),
            description: String::new(),
            work,
            service: None,
            scope,
            permission: Permission::Missing,
            confirmation_text: None,
            deploy_token_injection: false,
            project_key_injection: false,
            admin_only_view: false,
            created: String::new(),
            arguments: Some(Vec::new()),
        }
    }

    pub fn arguments(&self) -> &[Argument] {
        self.arguments.as_deref().unwrap_or_default()
    }

    /// `None` if it is blank.
    pub fn confirmation(&self) -> Option<&str> {
        self.confirmation_text
            .as_deref()
            .filter(|text| !text.trim().is_empty())
    }

    pub fn command(&self) -> Option<&str> {
        match &self.work {
            Work::Command(command) => Some(command),
            _ => None,
        }
    }

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
            "created": crate::domain::run::rfc3339(&self.created),
            "advancedTaskDefinitionArguments":
                self.arguments.as_ref().map(|all| by_name(all).into_iter().map(Argument::to_json).collect::<Vec<_>>()),
        })
    }
}
