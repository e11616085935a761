//! Lagoon's words for a definition, and its JSON.

use serde_json::{Value, json};

use super::{Definition, Permission, Scope, Work};
use crate::domain::Argument;
use crate::domain::run::rfc3339;

impl Work {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Work::Command(_) => "COMMAND",
            Work::Image(_) => "IMAGE",
        }
    }

    /// The command or the image.
    pub(crate) fn text(&self) -> &str {
        match self {
            Work::Command(text) | Work::Image(text) => text,
        }
    }
}

impl Scope {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Scope::Environment(_) => "environment",
            Scope::Project(_) => "project",
            Scope::Group(_) => "group",
            Scope::System => "system",
        }
    }
}

impl Permission {
    pub(crate) fn word(&self) -> &str {
        match self {
            Permission::Guest => "GUEST",
            Permission::Developer => "DEVELOPER",
            Permission::Maintainer => "MAINTAINER",
            Permission::Unknown(word) => word,
            Permission::Missing => "",
        }
    }
}

impl Definition {
    pub(crate) fn empty(scope: Scope, work: Work) -> Definition {
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

    /// Lagoon returns arguments in no particular order.
    pub(crate) fn arguments_by_name(&self) -> Vec<&Argument> {
        let mut sorted: Vec<&Argument> = self.arguments().iter().collect();
        sorted.sort_by(|a, b| a.name.cmp(&b.name));
        sorted
    }

    pub(crate) fn to_json(&self) -> Value {
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
        let arguments = self.arguments_by_name().into_iter().map(Argument::to_json);
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
            "created": rfc3339(&self.created),
            "advancedTaskDefinitionArguments":
                self.arguments.is_some().then(|| arguments.collect::<Vec<_>>()),
        })
    }
}
