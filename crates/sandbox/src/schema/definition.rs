//! Definitions and their arguments.

use async_graphql::{Object, Union};

use super::inputs::{AdvancedTaskDefinitionTypes, TaskPermission};
use super::{List, list};
use crate::failure::Failure;
use crate::resolvers::listing::Shown;
use crate::rows::definitions::Argument;

#[derive(Union)]
pub(crate) enum AdvancedTaskDefinition {
    Command(AdvancedTaskDefinitionCommand),
    Image(AdvancedTaskDefinitionImage),
}

impl From<Shown> for AdvancedTaskDefinition {
    fn from(shown: Shown) -> AdvancedTaskDefinition {
        if shown.definition.kind == "IMAGE" {
            AdvancedTaskDefinition::Image(AdvancedTaskDefinitionImage(shown))
        } else {
            AdvancedTaskDefinition::Command(AdvancedTaskDefinitionCommand(shown))
        }
    }
}

/// The fields of both kinds; async-graphql cannot share them otherwise.
macro_rules! definition {
    ($type:ident { $($field:item)* }) => {
        #[Object]
        impl $type {
            async fn admin_only_view(&self) -> Option<bool> {
                Some(self.0.definition.admin_only_view)
            }
            async fn admin_task(&self) -> Option<bool> {
                self.0.more.as_ref().map(|_| self.0.definition.deploy_token_injection)
            }
            async fn advanced_task_definition_arguments(
                &self,
            ) -> List<AdvancedTaskDefinitionArgument> {
                let more = self.0.more.as_ref()?;
                list(more.arguments.clone(), |(argument, range)| {
                    AdvancedTaskDefinitionArgument { argument, range }
                })
            }
            async fn confirmation_text(&self) -> Option<&String> {
                self.0.definition.confirmation_text.as_ref()
            }
            async fn created(&self) -> Option<&String> {
                Some(&self.0.definition.created)
            }
            async fn deleted(&self) -> Option<&String> {
                Some(&self.0.definition.deleted)
            }
            async fn deploy_token_injection(&self) -> Option<bool> {
                Some(self.0.definition.deploy_token_injection)
            }
            async fn description(&self) -> Option<&String> {
                Some(&self.0.definition.description)
            }
            async fn environment(&self) -> Option<i32> {
                self.0.definition.environment
            }
            async fn group_name(&self) -> Option<&String> {
                self.0.definition.group_name.as_ref()
            }
            async fn id(&self) -> Option<i32> {
                Some(self.0.definition.id)
            }
            async fn name(&self) -> Option<&String> {
                Some(&self.0.definition.name)
            }
            async fn permission(&self) -> Option<TaskPermission> {
                TaskPermission::from_word(self.0.definition.permission.as_deref()?)
            }
            async fn project(&self) -> Option<i32> {
                self.0.definition.project
            }
            async fn project_key_injection(&self) -> Option<bool> {
                Some(self.0.definition.project_key_injection)
            }
            async fn service(&self) -> Option<&String> {
                self.0.definition.service.as_ref()
            }
            async fn show_ui(&self) -> Option<bool> {
                self.0.more.as_ref().map(|_| !self.0.definition.admin_only_view)
            }
            async fn system_wide(&self) -> Option<bool> {
                Some(self.0.definition.system_wide)
            }
            #[graphql(name = "type")]
            async fn kind(&self) -> Option<AdvancedTaskDefinitionTypes> {
                AdvancedTaskDefinitionTypes::from_word(&self.0.definition.kind)
            }
            $($field)*
        }
    };
}

pub(crate) struct AdvancedTaskDefinitionCommand(Shown);

definition!(AdvancedTaskDefinitionCommand {
    async fn command(&self) -> Option<&String> {
        self.0.definition.command.as_ref()
    }
});

pub(crate) struct AdvancedTaskDefinitionImage(Shown);

definition!(AdvancedTaskDefinitionImage {
    async fn image(&self) -> Option<&String> {
        self.0.definition.image.as_ref()
    }
});

pub(crate) struct AdvancedTaskDefinitionArgument {
    argument: Argument,
    range: Option<Vec<String>>,
}

#[Object]
impl AdvancedTaskDefinitionArgument {
    async fn advanced_task_definition(&self) -> Result<Option<AdvancedTaskDefinition>, Failure> {
        Err(Failure::new(
            "Abstract type \"AdvancedTaskDefinition\" must resolve to an Object type at runtime for \
             field \"AdvancedTaskDefinitionArgument.advancedTaskDefinition\". Either the \
             \"AdvancedTaskDefinition\" type should provide a \"resolveType\" function or each \
             possible type should provide an \"isTypeOf\" function.",
        ))
    }

    async fn default_value(&self) -> Option<&String> {
        self.argument.default_value.as_ref()
    }

    async fn display_name(&self) -> Option<&String> {
        self.argument.display_name.as_ref()
    }

    async fn id(&self) -> Option<i32> {
        Some(self.argument.id)
    }

    async fn name(&self) -> Option<&String> {
        Some(&self.argument.name)
    }

    async fn optional(&self) -> Option<bool> {
        Some(self.argument.optional)
    }

    async fn range(&self) -> List<&String> {
        let range = self.range.as_ref()?;
        Some(range.iter().map(Some).collect())
    }

    #[graphql(name = "type")]
    async fn kind(&self) -> Option<&String> {
        self.argument.kind.as_ref()
    }
}
