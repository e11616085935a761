//! Runs and their files.

use async_graphql::{ComplexObject, Context, Json, SimpleObject};

use super::inputs::TaskSourceType;
use super::place::{Environment, visible_place};
use super::{List, object, session};
use crate::failure::Result;
use crate::resolvers::files;
use crate::rows::runs::Run;

object! {
    #[graphql(complex)]
    Task(row: Run) {
        admin_only_view: bool = Some(row.admin_only_view);
        command: String = row.command.clone();
        completed: String = row.completed.clone();
        created: String = Some(row.created.clone());
        deploy_token_injection: bool = Some(row.deploy_token_injection);
        id: i32 = Some(row.id);
        name: String = Some(row.name.clone());
        project_key_injection: bool = Some(row.project_key_injection);
        remote_id: String = row.remote_id.clone();
        service: String = Some(row.service.clone());
        source_type: TaskSourceType =
            row.source_type.as_deref().and_then(TaskSourceType::from_word);
        source_user: String = row.source_user.clone();
        started: String = row.started.clone();
        status: String = Some(row.status.clone());
        task_name: String = Some(row.task_name.clone());
    } row
}

#[ComplexObject]
impl Task {
    async fn environment(&self, context: &Context<'_>) -> Result<Option<Environment>> {
        visible_place(context, session(context)?.find(self.row.environment)?)
    }

    async fn files(&self, context: &Context<'_>) -> Result<List<File>> {
        let session = session(context)?;
        let files = files::list(session, self.row.id)?.into_iter();
        let shown = (1..).zip(files).map(|(id, file)| File {
            created: Some(file.created.clone()),
            download: Some(files::address(session, &file)),
            filename: Some(file.filename),
            id: Some(id),
        });
        Ok(Some(shown.map(Some).collect()))
    }

    async fn logs(&self, context: &Context<'_>) -> Result<Option<String>> {
        files::log(session(context)?, &self.row)
    }
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
