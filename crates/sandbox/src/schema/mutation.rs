//! Mutations.

use std::io::Read as _;

use async_graphql::{Context, Object};

use super::definition::AdvancedTaskDefinition;
use super::inputs::{
    AddEnvironmentInput, AdvancedTaskDefinitionArgumentValueInput, AdvancedTaskDefinitionInput,
    CancelTaskInput, DeleteEnvironmentInput, DeleteFilesForTaskInput, DeleteTaskInput, TaskInput,
    UpdateAdvancedTaskDefinitionInput, UpdateTaskInput, UploadFilesForTaskInput,
};
use super::place::Environment;
use super::run::Task;
use super::session;
use crate::failure::{Failure, Result};
use crate::resolvers::{cancel, define, drush, environments, files, invoke, redefine, runs};
use crate::rows::runs::Run;

pub(crate) struct Mutation;

fn success() -> Option<String> {
    Some("success".to_owned())
}

#[Object]
impl Mutation {
    async fn add_advanced_task_definition(
        &self,
        context: &Context<'_>,
        input: AdvancedTaskDefinitionInput,
    ) -> Result<Option<AdvancedTaskDefinition>> {
        let shown = define::add(session(context)?, &input)?;
        Ok(Some(shown.into()))
    }

    async fn add_or_update_environment(
        &self,
        context: &Context<'_>,
        input: AddEnvironmentInput,
    ) -> Result<Option<Environment>> {
        let place = environments::add_or_update(session(context)?, &input)?;
        Ok(Some(place.into()))
    }

    async fn add_task(&self, context: &Context<'_>, input: TaskInput) -> Result<Option<Task>> {
        let run = runs::add(session(context)?, input)?;
        Ok(Some(run.into()))
    }

    async fn cancel_task(
        &self,
        context: &Context<'_>,
        input: CancelTaskInput,
    ) -> Result<Option<String>> {
        let answer = cancel::cancel(session(context)?, &input.task)?;
        Ok(Some(answer))
    }

    async fn delete_advanced_task_definition(
        &self,
        context: &Context<'_>,
        advanced_task_definition: i32,
    ) -> Result<Option<String>> {
        redefine::delete(session(context)?, advanced_task_definition)?;
        Ok(success())
    }

    async fn delete_environment(
        &self,
        context: &Context<'_>,
        input: DeleteEnvironmentInput,
    ) -> Result<Option<String>> {
        environments::delete(session(context)?, &input)?;
        Ok(success())
    }

    async fn delete_files_for_task(
        &self,
        context: &Context<'_>,
        input: DeleteFilesForTaskInput,
    ) -> Result<Option<String>> {
        files::delete(session(context)?, input.id)?;
        Ok(success())
    }

    async fn delete_task(
        &self,
        context: &Context<'_>,
        input: DeleteTaskInput,
    ) -> Result<Option<String>> {
        runs::delete(session(context)?, input.id)?;
        Ok(success())
    }

    async fn invoke_registered_task(
        &self,
        context: &Context<'_>,
        advanced_task_definition: i32,
        argument_values: Option<Vec<Option<AdvancedTaskDefinitionArgumentValueInput>>>,
        environment: i32,
    ) -> Result<Option<Task>> {
        let run = invoke::invoke(
            session(context)?,
            advanced_task_definition,
            environment,
            &argument_values.unwrap_or_default(),
        )?;
        Ok(Some(run.into()))
    }

    async fn task_drush_cache_clear(
        &self,
        context: &Context<'_>,
        environment: i32,
    ) -> Result<Option<Task>> {
        let run = drush::cache_clear(session(context)?, environment)?;
        Ok(Some(run.into()))
    }

    async fn update_advanced_task_definition(
        &self,
        context: &Context<'_>,
        input: UpdateAdvancedTaskDefinitionInput,
    ) -> Result<Option<AdvancedTaskDefinition>> {
        let shown = redefine::update(session(context)?, &input)?;
        Ok(Some(shown.into()))
    }

    async fn update_task(
        &self,
        context: &Context<'_>,
        input: Option<UpdateTaskInput>,
    ) -> Result<Option<Task>> {
        let run = runs::update(session(context)?, input)?;
        Ok(Some(run.into()))
    }

    async fn upload_files_for_task(
        &self,
        context: &Context<'_>,
        input: UploadFilesForTaskInput,
    ) -> Result<Option<Task>> {
        files::may_upload(session(context)?, input.task)?;
        let mut uploads = Vec::new();
        for file in &input.files {
            let file = file.as_ref();
            let file = file.ok_or_else(|| Failure::reading("filename", "null"))?;
            let unreadable = |error: std::io::Error| error.to_string();
            let value = file.value(context).map_err(unreadable)?;
            let name = value.filename.clone();
            let mut body = Vec::new();
            let mut content = value.into_read();
            content.read_to_end(&mut body).map_err(unreadable)?;
            uploads.push((name, body));
        }
        let session = session(context)?;
        files::upload(session, input.task, &uploads)?;
        let run = session.find::<Run>(input.task)?;
        Ok(run.map(Task::from))
    }
}
