//! Adding and changing definitions.

use super::fields::{DefinitionFields, need, same};
use super::{TaskPermission, int, operations};
use crate::domain::{Argument, Definition, Permission, Scope, Work};
use crate::lagoon::{Effect, Lagoon, LagoonError};

type AdvancedTaskDefinitionArgumentTypes = String;
type AdvancedTaskDefinitionTypes = String;

operations! {
    AddDefinition: "graphql/definitions/add_definition.graphql" => "DefinitionFields",
    UpdateDefinition: "graphql/definitions/update_definition.graphql" => "DefinitionFields",
    DeleteDefinition: "graphql/definitions/delete_definition.graphql",
}

/// Lagoon's error for an unknown id (seen on Lagoon 2.33.1).
const UNKNOWN_ID: &str = "Cannot read properties of undefined (reading 'id')";

macro_rules! argument_inputs {
    ($module:ident, $arguments:expr) => {
        $arguments
            .iter()
            .map(|a| {
                Some($module::AdvancedTaskDefinitionArgumentInput {
                    name: Some(a.name.clone()),
                    type_: Some(a.kind.word().to_owned()),
                    display_name: a.display_name.clone(),
                    default_value: a.default.clone(),
                    optional: Some(a.optional),
                })
            })
            .collect::<Vec<_>>()
    };
}

fn permission(permission: &Permission) -> TaskPermission {
    match permission {
        // An explicit null would create a definition that no user can see.
        Permission::Missing => &Permission::Developer,
        other => other,
    }
    .word()
    .to_owned()
}

/// Lagoon knows `systemWide` since 2.18; before, it refuses all system-wide definitions.
pub(super) fn addition(definition: &Definition) -> Result<add_definition::Variables, LagoonError> {
    let (command, image) = match &definition.work {
        Work::Command(command) => (Some(command.clone()), None),
        Work::Image(image) => (None, Some(image.clone())),
    };
    let (mut environment, mut project, mut group_name, mut system_wide) = (None, None, None, None);
    match &definition.scope {
        Scope::Environment(id) => environment = Some(int(*id)?),
        Scope::Project(id) => project = Some(int(*id)?),
        Scope::Group(name) => group_name = Some(name.clone()),
        Scope::System => system_wide = Some(true),
    }
    let arguments = definition.arguments();
    Ok(add_definition::Variables {
        input: add_definition::AdvancedTaskDefinitionInput {
            name: Some(definition.name.clone()),
            description: Some(definition.description.clone()),
            type_: Some(definition.work.word().to_owned()),
            service: definition.service.clone(),
            command,
            image,
            environment,
            project,
            group_name,
            system_wide,
            permission: Some(permission(&definition.permission)),
            confirmation_text: definition.confirmation_text.clone(),
            deploy_token_injection: definition.deploy_token_injection.then_some(true),
            project_key_injection: definition.project_key_injection.then_some(true),
            admin_only_view: definition.admin_only_view.then_some(true),
            advanced_task_definition_arguments: (!arguments.is_empty())
                .then(|| argument_inputs!(add_definition, arguments)),
        },
    })
}

/// The changed fields: texts are cleared with `""`, arguments replaced as a whole. The image of an
/// IMAGE task is always sent, because Lagoon erases it otherwise (seen on Lagoon 2.33.1). Type and
/// scope cannot be changed.
pub(super) fn change(
    id: i64,
    before: &Definition,
    after: &Definition,
) -> Result<update_definition::Variables, LagoonError> {
    macro_rules! changed {
        ($field:ident) => {
            (before.$field != after.$field).then(|| after.$field.clone())
        };
    }
    let image = match &after.work {
        Work::Image(image) => Some(image.clone()),
        _ => None,
    };
    let command = match (&before.work, &after.work) {
        (Work::Command(before), Work::Command(after)) if before != after => Some(after.clone()),
        _ => None,
    };
    // Ranges are Lagoon's to fill.
    let same = |a: &Argument, b: &Argument| {
        let plain = |argument: &Argument| Argument {
            range: None,
            ..argument.clone()
        };
        plain(a) == plain(b)
    };
    let (old, new) = (before.arguments_by_name(), after.arguments_by_name());
    let same_arguments = before.arguments.is_some()
        && old.len() == new.len()
        && old.into_iter().zip(new).all(|(a, b)| same(a, b));
    Ok(update_definition::Variables {
        input: update_definition::UpdateAdvancedTaskDefinitionInput {
            id: int(id)?,
            patch: update_definition::UpdateAdvancedTaskDefinitionPatchInput {
                name: changed!(name),
                description: changed!(description),
                command,
                image,
                service: changed!(service).map(Option::unwrap_or_default),
                permission: changed!(permission).map(|changed| permission(&changed)),
                confirmation_text: changed!(confirmation_text).map(Option::unwrap_or_default),
                deploy_token_injection: changed!(deploy_token_injection),
                project_key_injection: changed!(project_key_injection),
                admin_only_view: changed!(admin_only_view),
                advanced_task_definition_arguments: (!same_arguments)
                    .then(|| argument_inputs!(update_definition, after.arguments())),
            },
        },
    })
}

fn returned(found: Option<DefinitionFields>) -> Result<Definition, LagoonError> {
    let found = need(found, "the definition")?.into_definition()?;
    found.ok_or_else(|| LagoonError::Unusable("the definition has an unknown type".to_owned()))
}

impl Lagoon {
    /// Adds a definition. The result may be an older row that Lagoon took for the same.
    ///
    /// # Errors
    /// Adding is not transactional: a part of the definition may exist after an error (seen on
    /// Lagoon 2.33.1).
    pub(crate) async fn add_definition(
        &self,
        definition: &Definition,
    ) -> Result<Definition, LagoonError> {
        let variables = addition(definition)?;
        let reply = self.send::<AddDefinition>(Effect::Mutation, variables);
        let data = reply.await?.whole()?;
        returned(data.add_advanced_task_definition)
    }

    pub(crate) async fn replace_arguments(
        &self,
        id: i64,
        definition: &Definition,
    ) -> Result<Definition, LagoonError> {
        let before = Definition {
            arguments: None,
            ..definition.clone()
        };
        self.update_definition(id, &before, definition).await
    }

    /// Sends the differences between `before` and `after`. Arguments are replaced as a whole; a
    /// failure can leave some of them.
    pub(crate) async fn update_definition(
        &self,
        id: i64,
        before: &Definition,
        after: &Definition,
    ) -> Result<Definition, LagoonError> {
        let variables = change(id, before, after)?;
        let reply = self.send::<UpdateDefinition>(Effect::Mutation, variables);
        let data = reply.await?.whole()?;
        let returned = returned(data.update_advanced_task_definition)?;
        same("task", id, Some(returned.id))?;
        Ok(returned)
    }

    /// `false` if there is no such definition.
    pub(crate) async fn delete_definition(&self, id: i64) -> Result<bool, LagoonError> {
        let variables = delete_definition::Variables { id: int(id)? };
        let reply = self
            .send::<DeleteDefinition>(Effect::Mutation, variables)
            .await
            .and_then(|reply| reply.whole());
        let data = match reply {
            Err(LagoonError::Refused { message, .. }) if message.contains(UNKNOWN_ID) => {
                return Ok(false);
            }
            other => other?,
        };
        match data.delete_advanced_task_definition.as_deref() {
            Some("success") => Ok(true),
            other => Err(LagoonError::Unusable(format!(
                "a deletion returned `{}`",
                other.unwrap_or("nothing")
            ))),
        }
    }
}
