//! Input types. Absent and `null` differ, as they do for Lagoon.

use async_graphql::{Enum, InputObject, MaybeUndefined, Upload};

macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        #[allow(dead_code, reason = "not every type is needed in both directions")]
        impl $type {
            /// The word in the database.
            pub(crate) fn word(self) -> &'static str {
                match self { $($type::$variant => $word),* }
            }
            pub(crate) fn from_word(word: &str) -> Option<$type> {
                match word { $($word => Some($type::$variant),)* _ => None }
            }
        }
    };
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AdvancedTaskDefinitionTypes {
    Command,
    Image,
}
words!(AdvancedTaskDefinitionTypes { Command = "COMMAND", Image = "IMAGE" });

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AdvancedTaskDefinitionArgumentTypes {
    EnvironmentSourceName,
    EnvironmentSourceNameExcludeSelf,
    Numeric,
    String,
}
words!(AdvancedTaskDefinitionArgumentTypes {
    EnvironmentSourceName = "ENVIRONMENT_SOURCE_NAME",
    EnvironmentSourceNameExcludeSelf = "ENVIRONMENT_SOURCE_NAME_EXCLUDE_SELF",
    Numeric = "NUMERIC",
    String = "STRING",
});

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskPermission {
    Developer,
    Guest,
    Maintainer,
}
words!(TaskPermission {
    Developer = "DEVELOPER",
    Guest = "GUEST",
    Maintainer = "MAINTAINER",
});

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskStatusType {
    Active,
    Cancelled,
    Complete,
    Error,
    Failed,
    New,
    Pending,
    Queued,
    Running,
    Succeeded,
}
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

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskSourceType {
    #[graphql(name = "API")]
    Api,
}
words!(TaskSourceType { Api = "api" });

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EnvType {
    Development,
    Production,
}
words!(EnvType { Development = "development", Production = "production" });

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProjectOrderType {
    Created,
    Name,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeployType {
    Branch,
    Promote,
    Pullrequest,
}
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

#[derive(InputObject, Debug, Clone)]
pub(crate) struct AdvancedTaskDefinitionInput {
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
    pub(crate) system_wide: MaybeUndefined<bool>,
    #[graphql(name = "type")]
    pub(crate) kind: MaybeUndefined<AdvancedTaskDefinitionTypes>,
}

#[derive(InputObject, Debug, Clone)]
pub(crate) struct UpdateAdvancedTaskDefinitionInput {
    pub(crate) id: i32,
    pub(crate) patch: UpdateAdvancedTaskDefinitionPatchInput,
}

#[derive(InputObject, Debug, Clone, Default, PartialEq)]
pub(crate) struct UpdateAdvancedTaskDefinitionPatchInput {
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
