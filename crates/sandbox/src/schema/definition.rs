//! Definitions and their arguments.

use async_graphql::{ComplexObject, SimpleObject, Union};

use super::inputs::{AdvancedTaskDefinitionTypes, TaskPermission};
use super::{list, object};
use crate::failure::Result;
use crate::resolvers::listing::VisibleTask;
use crate::rows::definitions::Argument;

#[derive(Union)]
pub(crate) enum AdvancedTaskDefinition {
    Command(AdvancedTaskDefinitionCommand),
    Image(AdvancedTaskDefinitionImage),
}

impl From<VisibleTask> for AdvancedTaskDefinition {
    fn from(shown: VisibleTask) -> AdvancedTaskDefinition {
        if shown.definition.kind == "IMAGE" {
            AdvancedTaskDefinition::Image(shown.into())
        } else {
            AdvancedTaskDefinition::Command(shown.into())
        }
    }
}

/// Declares a kind of definition: the fields of both kinds, and one of its own.
macro_rules! definition {
    ($name:ident, $own:ident) => {
        object! {
            $name(row: VisibleTask) {
                admin_only_view: bool = Some(row.definition.admin_only_view);
                admin_task: bool =
                    row.arguments.as_ref().map(|_| row.definition.deploy_token_injection);
                show_ui: bool =
                    row.arguments.as_ref().map(|_| !row.definition.admin_only_view);
                advanced_task_definition_arguments: Vec<Option<AdvancedTaskDefinitionArgument>> =
                    row.arguments.and_then(|all| list(all, AdvancedTaskDefinitionArgument::from));
                confirmation_text: String = row.definition.confirmation_text;
                created: String = Some(row.definition.created);
                deleted: String = Some(row.definition.deleted);
                deploy_token_injection: bool = Some(row.definition.deploy_token_injection);
                description: String = Some(row.definition.description);
                environment: i32 = row.definition.environment;
                group_name: String = row.definition.group_name;
                id: i32 = Some(row.definition.id);
                name: String = Some(row.definition.name);
                permission: TaskPermission =
                    row.definition.permission.as_deref().and_then(TaskPermission::from_word);
                project: i32 = row.definition.project;
                project_key_injection: bool = Some(row.definition.project_key_injection);
                service: String = row.definition.service;
                system_wide: bool = Some(row.definition.system_wide);
                #[graphql(name = "type")] kind: AdvancedTaskDefinitionTypes =
                    AdvancedTaskDefinitionTypes::from_word(&row.definition.kind);
                $own: String = row.definition.$own;
            }
        }
    };
}

definition!(AdvancedTaskDefinitionCommand, command);
definition!(AdvancedTaskDefinitionImage, image);

object! {
    #[graphql(complex)]
    AdvancedTaskDefinitionArgument(row: (Argument, Option<Vec<String>>)) {
        default_value: String = row.0.default_value;
        display_name: String = row.0.display_name;
        id: i32 = Some(row.0.id);
        name: String = Some(row.0.name);
        optional: bool = Some(row.0.optional);
        range: Vec<Option<String>> = row.1.and_then(|range| list(range, |value| value));
        #[graphql(name = "type")] kind: String = row.0.kind;
    }
}

#[ComplexObject]
impl AdvancedTaskDefinitionArgument {
    async fn advanced_task_definition(&self) -> Result<Option<AdvancedTaskDefinition>> {
        Err("Abstract type \"AdvancedTaskDefinition\" must resolve to an Object type at runtime for \
             field \"AdvancedTaskDefinitionArgument.advancedTaskDefinition\". Either the \
             \"AdvancedTaskDefinition\" type should provide a \"resolveType\" function or each \
             possible type should provide an \"isTypeOf\" function.".into())
    }
}
