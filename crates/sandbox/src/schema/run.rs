//! Runs and their files.

use async_graphql::{Context, Json, Object, SimpleObject};

use super::inputs::TaskSourceType;
use super::place::Environment;
use super::{List, base, caller, list, state};
use crate::failure::Failure;
use crate::permissions::On;
use crate::resolvers::files;
use crate::rows::places;
use crate::rows::runs::Run;

pub(crate) struct Task(pub(crate) Run);

#[Object]
impl Task {
    async fn admin_only_view(&self) -> Option<bool> {
        Some(self.0.admin_only_view)
    }

    async fn command(&self) -> Option<&String> {
        self.0.command.as_ref()
    }

    async fn completed(&self) -> Option<&String> {
        self.0.completed.as_ref()
    }

    async fn created(&self) -> Option<&String> {
        Some(&self.0.created)
    }

    async fn deploy_token_injection(&self) -> Option<bool> {
        Some(self.0.deploy_token_injection)
    }

    async fn environment(&self, context: &Context<'_>) -> Result<Option<Environment>, Failure> {
        let place = state(context)?
            .read(|connection| Ok(places::environment_by_id(connection, self.0.environment)?))?;
        let Some(place) = place else { return Ok(None) };
        caller(context)?.require("environment", "view", On::Project(place.project))?;
        Ok(Some(Environment(place)))
    }

    async fn files(&self, context: &Context<'_>) -> Result<List<File>, Failure> {
        let state = state(context)?;
        let mut id = 0;
        let mut shown = Vec::new();
        for file in files::list(state, self.0.id)? {
            id += 1;
            shown.push(Some(File {
                created: Some(file.created.clone()),
                download: Some(files::address(state, base(context), &file)),
                filename: Some(file.filename),
                id: Some(id),
            }));
        }
        Ok(Some(shown))
    }

    async fn id(&self) -> Option<i32> {
        Some(self.0.id)
    }

    async fn logs(&self, context: &Context<'_>) -> Result<Option<String>, Failure> {
        files::log(state(context)?, &self.0)
    }

    async fn name(&self) -> Option<&String> {
        Some(&self.0.name)
    }

    async fn project_key_injection(&self) -> Option<bool> {
        Some(self.0.project_key_injection)
    }

    async fn remote_id(&self) -> Option<&String> {
        self.0.remote_id.as_ref()
    }

    async fn service(&self) -> Option<&String> {
        Some(&self.0.service)
    }

    async fn source_type(&self) -> Option<TaskSourceType> {
        TaskSourceType::from_word(self.0.source_type.as_deref()?)
    }

    async fn source_user(&self) -> Option<&String> {
        self.0.source_user.as_ref()
    }

    async fn started(&self) -> Option<&String> {
        self.0.started.as_ref()
    }

    async fn status(&self) -> Option<&String> {
        Some(&self.0.status)
    }

    async fn task_name(&self) -> Option<&String> {
        Some(&self.0.task_name)
    }
}

pub(super) fn tasks(runs: Vec<Run>) -> List<Task> {
    list(runs, Task)
}

#[derive(SimpleObject)]
pub(crate) struct File {
    created: Option<String>,
    download: Option<String>,
    filename: Option<String>,
    id: Option<i32>,
}

#[derive(SimpleObject)]
pub(crate) struct TaskFileUploadForm {
    pub(super) form_fields: Option<Json<serde_json::Value>>,
    pub(super) post_url: Option<String>,
}
