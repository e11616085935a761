//! Input types. What is not given and what is given as `null` stay apart, since Lagoon tells them
//! apart.

use async_graphql::{Enum, InputObject, MaybeUndefined, Upload};

macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        #[allow(dead_code, reason = "not every type is needed in both directions")]
        impl $type {
            /// The word in the database.
            pub(in crate::sandbox) fn word(self) -> &'static str {
                match self { $($type::$variant => $word),* }
            }
            /// From the word in the database.
            pub(in crate::sandbox) fn from_word(word: &str) -> Option<$type> {
                match word { $($word => Some($type::$variant),)* _ => None }
            }
        }
    };
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum AdvancedTaskDefinitionTypes {
    Command,
    Image,
}
words!(AdvancedTaskDefinitionTypes { Command = "COMMAND", Image = "IMAGE" });

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum AdvancedTaskDefinitionArgumentTypes {
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
pub(in crate::sandbox) enum TaskPermission {
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
pub(in crate::sandbox) enum TaskStatusType {
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
pub(in crate::sandbox) enum TaskSourceType {
    #[graphql(name = "API")]
    Api,
}
words!(TaskSourceType { Api = "api" });

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum EnvType {
    Development,
    Production,
}
words!(EnvType { Development = "development", Production = "production" });

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum ProjectOrderType {
    Created,
    Name,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum DeployType {
    Branch,
    Promote,
    Pullrequest,
}
words!(DeployType { Branch = "branch", Promote = "promote", Pullrequest = "pullrequest" });

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct AdvancedTaskDefinitionArgumentInput {
    pub(in crate::sandbox) default_value: MaybeUndefined<String>,
    pub(in crate::sandbox) display_name: MaybeUndefined<String>,
    pub(in crate::sandbox) name: MaybeUndefined<String>,
    pub(in crate::sandbox) optional: MaybeUndefined<bool>,
    #[graphql(name = "type")]
    pub(in crate::sandbox) kind: MaybeUndefined<AdvancedTaskDefinitionArgumentTypes>,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct AdvancedTaskDefinitionInput {
    pub(in crate::sandbox) admin_only_view: MaybeUndefined<bool>,
    pub(in crate::sandbox) advanced_task_definition_arguments:
        MaybeUndefined<Vec<Option<AdvancedTaskDefinitionArgumentInput>>>,
    pub(in crate::sandbox) command: MaybeUndefined<String>,
    pub(in crate::sandbox) confirmation_text: MaybeUndefined<String>,
    pub(in crate::sandbox) deploy_token_injection: MaybeUndefined<bool>,
    pub(in crate::sandbox) description: MaybeUndefined<String>,
    pub(in crate::sandbox) environment: MaybeUndefined<i32>,
    pub(in crate::sandbox) group_name: MaybeUndefined<String>,
    pub(in crate::sandbox) image: MaybeUndefined<String>,
    pub(in crate::sandbox) name: MaybeUndefined<String>,
    pub(in crate::sandbox) permission: MaybeUndefined<TaskPermission>,
    pub(in crate::sandbox) project: MaybeUndefined<i32>,
    pub(in crate::sandbox) project_key_injection: MaybeUndefined<bool>,
    pub(in crate::sandbox) service: MaybeUndefined<String>,
    pub(in crate::sandbox) system_wide: MaybeUndefined<bool>,
    #[graphql(name = "type")]
    pub(in crate::sandbox) kind: MaybeUndefined<AdvancedTaskDefinitionTypes>,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct UpdateAdvancedTaskDefinitionInput {
    pub(in crate::sandbox) id: i32,
    pub(in crate::sandbox) patch: UpdateAdvancedTaskDefinitionPatchInput,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct UpdateAdvancedTaskDefinitionPatchInput {
    pub(in crate::sandbox) admin_only_view: MaybeUndefined<bool>,
    pub(in crate::sandbox) advanced_task_definition_arguments:
        MaybeUndefined<Vec<Option<AdvancedTaskDefinitionArgumentInput>>>,
    pub(in crate::sandbox) command: MaybeUndefined<String>,
    pub(in crate::sandbox) confirmation_text: MaybeUndefined<String>,
    pub(in crate::sandbox) deploy_token_injection: MaybeUndefined<bool>,
    pub(in crate::sandbox) description: MaybeUndefined<String>,
    pub(in crate::sandbox) environment: MaybeUndefined<i32>,
    pub(in crate::sandbox) group_name: MaybeUndefined<String>,
    pub(in crate::sandbox) image: MaybeUndefined<String>,
    pub(in crate::sandbox) name: MaybeUndefined<String>,
    pub(in crate::sandbox) permission: MaybeUndefined<TaskPermission>,
    pub(in crate::sandbox) project: MaybeUndefined<i32>,
    pub(in crate::sandbox) project_key_injection: MaybeUndefined<bool>,
    pub(in crate::sandbox) service: MaybeUndefined<String>,
    #[graphql(name = "type")]
    pub(in crate::sandbox) kind: MaybeUndefined<AdvancedTaskDefinitionTypes>,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct AdvancedTaskDefinitionArgumentValueInput {
    pub(in crate::sandbox) advanced_task_definition_argument_name: MaybeUndefined<String>,
    pub(in crate::sandbox) value: MaybeUndefined<String>,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct TaskInput {
    pub(in crate::sandbox) command: MaybeUndefined<String>,
    pub(in crate::sandbox) completed: MaybeUndefined<String>,
    pub(in crate::sandbox) created: MaybeUndefined<String>,
    pub(in crate::sandbox) environment: i32,
    pub(in crate::sandbox) execute: MaybeUndefined<bool>,
    pub(in crate::sandbox) id: MaybeUndefined<i32>,
    pub(in crate::sandbox) name: String,
    pub(in crate::sandbox) remote_id: MaybeUndefined<String>,
    pub(in crate::sandbox) service: MaybeUndefined<String>,
    pub(in crate::sandbox) source_type: MaybeUndefined<TaskSourceType>,
    pub(in crate::sandbox) source_user: MaybeUndefined<String>,
    pub(in crate::sandbox) started: MaybeUndefined<String>,
    pub(in crate::sandbox) status: MaybeUndefined<TaskStatusType>,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct UpdateTaskInput {
    pub(in crate::sandbox) id: i32,
    pub(in crate::sandbox) patch: UpdateTaskPatchInput,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct UpdateTaskPatchInput {
    pub(in crate::sandbox) command: MaybeUndefined<String>,
    pub(in crate::sandbox) completed: MaybeUndefined<String>,
    pub(in crate::sandbox) created: MaybeUndefined<String>,
    pub(in crate::sandbox) environment: MaybeUndefined<i32>,
    pub(in crate::sandbox) name: MaybeUndefined<String>,
    pub(in crate::sandbox) remote_id: MaybeUndefined<String>,
    pub(in crate::sandbox) service: MaybeUndefined<String>,
    pub(in crate::sandbox) started: MaybeUndefined<String>,
    pub(in crate::sandbox) status: MaybeUndefined<TaskStatusType>,
    pub(in crate::sandbox) task_name: MaybeUndefined<String>,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct CancelTaskInput {
    pub(in crate::sandbox) task: CancelTaskNameInput,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct CancelTaskNameInput {
    pub(in crate::sandbox) environment: Option<EnvironmentInput>,
    pub(in crate::sandbox) id: Option<i32>,
    pub(in crate::sandbox) task_name: Option<String>,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct EnvironmentInput {
    pub(in crate::sandbox) id: Option<i32>,
    pub(in crate::sandbox) name: Option<String>,
    pub(in crate::sandbox) project: Option<ProjectInput>,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct ProjectInput {
    pub(in crate::sandbox) id: Option<i32>,
    pub(in crate::sandbox) name: Option<String>,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct DeleteTaskInput {
    pub(in crate::sandbox) id: i32,
}

#[derive(InputObject)]
pub(in crate::sandbox) struct UploadFilesForTaskInput {
    pub(in crate::sandbox) files: Vec<Option<Upload>>,
    pub(in crate::sandbox) task: i32,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct DeleteFilesForTaskInput {
    pub(in crate::sandbox) id: i32,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct GetTaskFileUploadFormInput {
    pub(in crate::sandbox) filename: String,
    pub(in crate::sandbox) task: i32,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct AddEnvironmentInput {
    pub(in crate::sandbox) deploy_base_ref: String,
    pub(in crate::sandbox) deploy_head_ref: MaybeUndefined<String>,
    pub(in crate::sandbox) deploy_title: MaybeUndefined<String>,
    pub(in crate::sandbox) deploy_type: DeployType,
    pub(in crate::sandbox) environment_type: EnvType,
    pub(in crate::sandbox) id: Option<i32>,
    pub(in crate::sandbox) kubernetes: Option<i32>,
    pub(in crate::sandbox) kubernetes_namespace_name: Option<String>,
    pub(in crate::sandbox) kubernetes_namespace_pattern: Option<String>,
    pub(in crate::sandbox) name: String,
    pub(in crate::sandbox) openshift: Option<i32>,
    pub(in crate::sandbox) openshift_project_name: Option<String>,
    pub(in crate::sandbox) openshift_project_pattern: Option<String>,
    pub(in crate::sandbox) project: i32,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct DeleteEnvironmentInput {
    pub(in crate::sandbox) execute: Option<bool>,
    pub(in crate::sandbox) name: String,
    pub(in crate::sandbox) project: String,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct AddEnvironmentServiceInput {
    pub(in crate::sandbox) containers: Option<Vec<Option<ServiceContainerInput>>>,
    pub(in crate::sandbox) environment: i32,
    pub(in crate::sandbox) id: Option<i32>,
    pub(in crate::sandbox) name: String,
    pub(in crate::sandbox) replicas: Option<i32>,
    #[graphql(name = "type")]
    pub(in crate::sandbox) kind: String,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct ServiceContainerInput {
    pub(in crate::sandbox) name: String,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct DeleteEnvironmentServiceInput {
    pub(in crate::sandbox) environment: i32,
    pub(in crate::sandbox) name: String,
}

#[derive(InputObject, Debug, Clone)]
pub(in crate::sandbox) struct SetEnvironmentServicesInput {
    pub(in crate::sandbox) environment: i32,
    pub(in crate::sandbox) services: Vec<Option<String>>,
}

/// What a patch has set, `null` included.
pub(in crate::sandbox) trait Patch {
    /// Whether nothing is set.
    fn is_empty(&self) -> bool;
}

impl Patch for UpdateAdvancedTaskDefinitionPatchInput {
    fn is_empty(&self) -> bool {
        self.admin_only_view.is_undefined()
            && self.advanced_task_definition_arguments.is_undefined()
            && self.command.is_undefined()
            && self.confirmation_text.is_undefined()
            && self.deploy_token_injection.is_undefined()
            && self.description.is_undefined()
            && self.environment.is_undefined()
            && self.group_name.is_undefined()
            && self.image.is_undefined()
            && self.name.is_undefined()
            && self.permission.is_undefined()
            && self.project.is_undefined()
            && self.project_key_injection.is_undefined()
            && self.service.is_undefined()
            && self.kind.is_undefined()
    }
}

impl Patch for UpdateTaskPatchInput {
    fn is_empty(&self) -> bool {
        self.command.is_undefined()
            && self.completed.is_undefined()
            && self.created.is_undefined()
            && self.environment.is_undefined()
            && self.name.is_undefined()
            && self.remote_id.is_undefined()
            && self.service.is_undefined()
            && self.started.is_undefined()
            && self.status.is_undefined()
            && self.task_name.is_undefined()
    }
}
