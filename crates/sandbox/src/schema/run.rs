//! Runs and their files.

use async_graphql::{ComplexObject, Context, Json, SimpleObject};

use super::inputs::TaskSourceType;
use super::place::Environment;
use super::{List, base, caller, list, object, state};
use crate::failure::Failure;
use crate::permissions::On;
use crate::resolvers::files;
use crate::rows::Record as _;
use crate::rows::places;
use crate::rows::runs::Run;

object! {
    /// A run.
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
    async fn environment(&self, context: &Context<'_>) -> Result<Option<Environment>, Failure> {
        let place = state(context)?.read(|connection| {
            Ok(places::Environment::by_id(
                connection,
                self.row.environment,
            )?)
        })?;
        let Some(place) = place else { return Ok(None) };
        caller(context)?.require("environment", "view", On::Project(place.project))?;
        Ok(Some(place.into()))
    }

    async fn files(&self, context: &Context<'_>) -> Result<List<File>, Failure> {
        let state = state(context)?;
        let mut id = 0;
        let mut shown = Vec::new();
        for file in files::list(state, self.row.id)? {
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

    async fn logs(&self, context: &Context<'_>) -> Result<Option<String>, Failure> {
        files::log(state(context)?, &self.row)
    }
}

/// Runs as a list of the schema.
pub(super) fn tasks(runs: Vec<Run>) -> List<Task> {
    list(runs, Task::from)
}

/// A file of a run.
#[derive(SimpleObject)]
pub(crate) struct File {
    created: Option<String>,
    download: Option<String>,
    filename: Option<String>,
    /// Its position in the listing.
    id: Option<i32>,
}

/// What a file is uploaded with.
#[derive(SimpleObject)]
pub(crate) struct TaskFileUploadForm {
    pub(super) form_fields: Option<Json<serde_json::Value>>,
    pub(super) post_url: Option<String>,
}
