//! Input types. Absent and `null` differ, as they do for Lagoon.

use async_graphql::{InputObject, MaybeUndefined, Upload};

use crate::mariadb::{Cell, cell};

words!(AdvancedTaskDefinitionTypes { Command = "COMMAND", Image = "IMAGE" });
words!(AdvancedTaskDefinitionArgumentTypes {
    EnvironmentSourceName = "ENVIRONMENT_SOURCE_NAME",
    EnvironmentSourceNameExcludeSelf = "ENVIRONMENT_SOURCE_NAME_EXCLUDE_SELF",
    Numeric = "NUMERIC",
    String = "STRING",
});
words!(TaskPermission { Developer = "DEVELOPER", Guest = "GUEST", Maintainer = "MAINTAINER" });
words!(TaskStatusType {
    Active = "active",
    Cancelled = "cancelled",
    Complete = "complete",
    Error = "error",
    Failed = "failed",
    New = "new",
    Pending = "pending",
    Queued = "queued",
    Running = "running",
    Succeeded = "succeeded",
});
words!(TaskSourceType { Api = "api" });
words!(EnvType { Development = "development", Production = "production" });
words!(ProjectOrderType { Created = "created", Name = "name" });
words!(DeployType { Branch = "branch", Promote = "promote", Pullrequest = "pullrequest" });

#[derive(InputObject, Debug, Clone, PartialEq)]
pub(crate) struct AdvancedTaskDefinitionArgumentInput {
    pub(crate) default_value: MaybeUndefined<String>,
    pub(crate) display_name: MaybeUndefined<String>,
    pub(crate) name: MaybeUndefined<String>,
    pub(crate) optional: MaybeUndefined<bool>,
    #[graphql(name = "type")]
    pub(crate) kind: MaybeUndefined<AdvancedTaskDefinitionArgumentTypes>,
}

/// Declares an input with the properties of a definition, and more.
macro_rules! definition_input {
    ($name:ident { $($more:ident: $kind:ty),* }) => {
        #[derive(InputObject, Debug, Clone, Default, PartialEq)]
        pub(crate) struct $name {
            pub(crate) admin_only_view: MaybeUndefined<bool>,
            pub(crate) advanced_task_definition_arguments:
                MaybeUndefined<Vec<Option<AdvancedTaskDefinitionArgumentInput>>>,
            pub(crate) command: MaybeUndefined<String>,
            pub(crate) confirmation_text: MaybeUndefined<String>,
            pub(crate) deploy_token_injection: MaybeUndefined<bool>,
            pub(crate) description: MaybeUndefined<String>,
            pub(crate) environment: MaybeUndefined<i32>,
            pub(crate) group_name: MaybeUndefined<String>,
            pub(crate) image: MaybeUndefined<String>,
            pub(crate) name: MaybeUndefined<String>,
            pub(crate) permission: MaybeUndefined<TaskPermission>,
            pub(crate) project: MaybeUndefined<i32>,
            pub(crate) project_key_injection: MaybeUndefined<bool>,
            pub(crate) service: MaybeUndefined<String>,
            #[graphql(name = "type")]
            pub(crate) kind: MaybeUndefined<AdvancedTaskDefinitionTypes>,
            $(pub(crate) $more: MaybeUndefined<$kind>,)*
        }

        impl $name {
            /// An absent image is stored as an empty text, on update too.
            pub(crate) fn stored_image(&self) -> MaybeUndefined<String> {
                match &self.image {
                    MaybeUndefined::Undefined => MaybeUndefined::Value(String::new()),
                    given => given.clone(),
                }
            }

            pub(crate) fn cells(&self) -> Vec<(&'static str, Cell)> {
                let permission = self.permission.map_value(|level| level.word().to_owned());
                vec![
                    ("name", cell(&self.name)),
                    ("description", cell(&self.description)),
                    ("image", cell(&self.stored_image())),
                    ("command", cell(&self.command)),
                    ("service", cell(&self.service)),
                    ("permission", cell(&permission)),
                    ("confirmation_text", cell(&self.confirmation_text)),
                    ("deploy_token_injection", cell(&self.deploy_token_injection)),
                    ("project_key_injection", cell(&self.project_key_injection)),
                    ("admin_only_view", cell(&self.admin_only_view)),
                ]
            }
        }
    };
}

definition_input!(AdvancedTaskDefinitionInput { system_wide: bool });
definition_input!(UpdateAdvancedTaskDefinitionPatchInput {});

#[derive(InputObject, Debug, Clone)]
pub(crate) struct UpdateAdvancedTaskDefinitionInput {
    pub(crate) id: i32,
    pub(crate) patch: UpdateAdvancedTaskDefinitionPatchInput,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct AdvancedTaskDefinitionArgumentValueInput {
    pub(crate) advanced_task_definition_argument_name: MaybeUndefined<String>,
    pub(crate) value: MaybeUndefined<String>,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct TaskInput {
    pub(crate) command: MaybeUndefined<String>,
    pub(crate) completed: MaybeUndefined<String>,
    pub(crate) created: MaybeUndefined<String>,
    pub(crate) environment: i32,
    pub(crate) execute: MaybeUndefined<bool>,
    pub(crate) id: MaybeUndefined<i32>,
    pub(crate) name: String,
    pub(crate) remote_id: MaybeUndefined<String>,
    pub(crate) service: MaybeUndefined<String>,
    pub(crate) source_type: MaybeUndefined<TaskSourceType>,
    pub(crate) source_user: MaybeUndefined<String>,
    pub(crate) started: MaybeUndefined<String>,
    pub(crate) status: MaybeUndefined<TaskStatusType>,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct UpdateTaskInput {
    pub(crate) id: i32,
    pub(crate) patch: UpdateTaskPatchInput,
}

#[derive(InputObject, Debug, Clone, Default, PartialEq)]
pub(crate) struct UpdateTaskPatchInput {
    pub(crate) command: MaybeUndefined<String>,
    pub(crate) completed: MaybeUndefined<String>,
    pub(crate) created: MaybeUndefined<String>,
    pub(crate) environment: MaybeUndefined<i32>,
    pub(crate) name: MaybeUndefined<String>,
    pub(crate) remote_id: MaybeUndefined<String>,
    pub(crate) service: MaybeUndefined<String>,
    pub(crate) started: MaybeUndefined<String>,
    pub(crate) status: MaybeUndefined<TaskStatusType>,
    pub(crate) task_name: MaybeUndefined<String>,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct CancelTaskInput {
    pub(crate) task: CancelTaskNameInput,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct CancelTaskNameInput {
    pub(crate) environment: Option<EnvironmentInput>,
    pub(crate) id: Option<i32>,
    pub(crate) task_name: Option<String>,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct EnvironmentInput {
    pub(crate) id: Option<i32>,
    pub(crate) name: Option<String>,
    pub(crate) project: Option<ProjectInput>,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct ProjectInput {
    pub(crate) id: Option<i32>,
    pub(crate) name: Option<String>,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct DeleteTaskInput {
    pub(crate) id: i32,
}

#[derive(InputObject)]
pub(crate) struct UploadFilesForTaskInput {
    pub(crate) files: Vec<Option<Upload>>,
    pub(crate) task: i32,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct DeleteFilesForTaskInput {
    pub(crate) id: i32,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct GetTaskFileUploadFormInput {
    pub(crate) filename: String,
    pub(crate) task: i32,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct AddEnvironmentInput {
    pub(crate) deploy_base_ref: String,
    pub(crate) deploy_head_ref: MaybeUndefined<String>,
    pub(crate) deploy_title: MaybeUndefined<String>,
    pub(crate) deploy_type: DeployType,
    pub(crate) environment_type: EnvType,
    pub(crate) id: Option<i32>,
    pub(crate) kubernetes: Option<i32>,
    pub(crate) kubernetes_namespace_name: Option<String>,
    pub(crate) kubernetes_namespace_pattern: Option<String>,
    pub(crate) name: String,
    pub(crate) openshift: Option<i32>,
    pub(crate) openshift_project_name: Option<String>,
    pub(crate) openshift_project_pattern: Option<String>,
    pub(crate) project: i32,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct DeleteEnvironmentInput {
    pub(crate) execute: Option<bool>,
    pub(crate) name: String,
    pub(crate) project: String,
}
