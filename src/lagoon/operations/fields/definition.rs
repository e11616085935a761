//! The fragments `Definition` and `DefinitionArgument`.

use serde::Deserialize;

use super::{List, all, need};
use crate::domain::{Argument, ArgumentKind, Definition, Permission, Scope, Work};
use crate::lagoon::LagoonError;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DefinitionFields {
    #[serde(rename = "__typename")]
    kind: String,
    id: Option<i64>,
    name: Option<String>,
    description: Option<String>,
    command: Option<String>,
    image: Option<String>,
    service: Option<String>,
    environment: Option<i64>,
    project: Option<i64>,
    group_name: Option<String>,
    permission: Option<String>,
    confirmation_text: Option<String>,
    deploy_token_injection: Option<bool>,
    project_key_injection: Option<bool>,
    admin_only_view: Option<bool>,
    created: Option<String>,
    advanced_task_definition_arguments: List<ArgumentFields>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArgumentFields {
    name: Option<String>,
    display_name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    default_value: Option<String>,
    optional: Option<bool>,
    range: List<String>,
}

impl DefinitionFields {
    /// `None` for an unknown type of definition.
    pub(crate) fn into_definition(self) -> Result<Option<Definition>, LagoonError> {
        let work = match self.kind.as_str() {
            "AdvancedTaskDefinitionCommand" => Work::Command(self.command.unwrap_or_default()),
            "AdvancedTaskDefinitionImage" => Work::Image(self.image.unwrap_or_default()),
            _ => return Ok(None),
        };
        let group = self.group_name.filter(|group| !group.is_empty());
        let arguments = self.advanced_task_definition_arguments;
        Ok(Some(Definition {
            id: need(self.id, "a task's id")?,
            name: self.name.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            work,
            service: self.service.filter(|service| !service.is_empty()),
            scope: match (self.environment, self.project, group) {
                (Some(id), _, _) => Scope::Environment(id),
                (None, Some(id), _) => Scope::Project(id),
                (None, None, Some(name)) => Scope::Group(name),
                (None, None, None) => Scope::System,
            },
            permission: Permission::from_word(self.permission.as_deref()),
            confirmation_text: self.confirmation_text.filter(|text| !text.is_empty()),
            deploy_token_injection: self.deploy_token_injection.unwrap_or(false),
            project_key_injection: self.project_key_injection.unwrap_or(false),
            admin_only_view: self.admin_only_view.unwrap_or(false),
            created: self.created.unwrap_or_default(),
            arguments: arguments.map(|all| arguments_of(Some(all))).transpose()?,
        }))
    }
}

fn arguments_of(list: List<ArgumentFields>) -> Result<Vec<Argument>, LagoonError> {
    let mut arguments = all(list, |argument| {
        let range = argument.range.map(|range| {
            let mut range: Vec<_> = range.into_iter().flatten().collect();
            range.sort();
            range
        });
        Ok(Argument {
            name: need(argument.name, "an argument's name")?,
            display_name: argument.display_name.filter(|name| !name.is_empty()),
            kind: ArgumentKind::from_word(&argument.kind.unwrap_or_default()),
            default: argument.default_value,
            optional: argument.optional.unwrap_or(false),
            range,
        })
    })?;
    arguments.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(arguments)
}

/// With the number of definitions of unknown types.
pub(crate) fn definitions(
    list: List<DefinitionFields>,
) -> Result<(Vec<Definition>, usize), LagoonError> {
    let converted = all(list, DefinitionFields::into_definition)?;
    let total = converted.len();
    let mut known: Vec<_> = converted.into_iter().flatten().collect();
    // Lagoon guarantees the order of the scopes only.
    known.sort_by_key(|definition| (definition.scope.rank(), definition.id));
    let unknown = total - known.len();
    Ok((known, unknown))
}
