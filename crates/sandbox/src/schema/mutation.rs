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
use super::{caller, state};
use crate::failure::Failure;
use crate::resolvers::{cancel, define, drush, environments, files, invoke, redefine, runs};
use crate::rows::Record as _;
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
    ) -> Result<Option<AdvancedTaskDefinition>, Failure> {
        let shown = define::add(state(context)?, caller(context)?, &input)?;
        Ok(Some(shown.into()))
    }

    async fn add_or_update_environment(
        &self,
        context: &Context<'_>,
        input: AddEnvironmentInput,
    ) -> Result<Option<Environment>, Failure> {
        let place = environments::add_or_update(state(context)?, caller(context)?, &input)?;
        Ok(Some(place.into()))
    }

    async fn add_task(
        &self,
        context: &Context<'_>,
        input: TaskInput,
    ) -> Result<Option<Task>, Failure> {
        let run = runs::add(state(context)?, caller(context)?, input)?;
        Ok(Some(run.into()))
    }

    async fn cancel_task(
        &self,
        context: &Context<'_>,
        input: CancelTaskInput,
    ) -> Result<Option<String>, Failure> {
        let answer = cancel::cancel(state(context)?, caller(context)?, &input.task)?;
        Ok(Some(answer))
    }

    async fn delete_advanced_task_definition(
        &self,
        context: &Context<'_>,
        advanced_task_definition: i32,
    ) -> Result<Option<String>, Failure> {
        redefine::delete(state(context)?, caller(context)?, advanced_task_definition)?;
        Ok(success())
    }

    async fn delete_environment(
        &self,
        context: &Context<'_>,
        input: DeleteEnvironmentInput,
    ) -> Result<Option<String>, Failure> {
        environments::delete(state(context)?, caller(context)?, &input)?;
        Ok(success())
    }

    async fn delete_files_for_task(
        &self,
        context: &Context<'_>,
        input: DeleteFilesForTaskInput,
    ) -> Result<Option<String>, Failure> {
        files::delete(state(context)?, caller(context)?, input.id)?;
        Ok(success())
    }

    async fn delete_task(
        &self,
        context: &Context<'_>,
        input: DeleteTaskInput,
    ) -> Result<Option<String>, Failure> {
        runs::delete(state(context)?, caller(context)?, input.id)?;
        Ok(success())
    }

    async fn invoke_registered_task(
        &self,
        context: &Context<'_>,
        advanced_task_definition: i32,
        argument_values: Option<Vec<Option<AdvancedTaskDefinitionArgumentValueInput>>>,
        environment: i32,
    ) -> Result<Option<Task>, Failure> {
        let run = invoke::invoke(
            state(context)?,
            caller(context)?,
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
    ) -> Result<Option<Task>, Failure> {
        let run = drush::cache_clear(state(context)?, caller(context)?, environment)?;
        Ok(Some(run.into()))
    }

    async fn update_advanced_task_definition(
        &self,
        context: &Context<'_>,
        input: UpdateAdvancedTaskDefinitionInput,
    ) -> Result<Option<AdvancedTaskDefinition>, Failure> {
        let shown = redefine::update(state(context)?, caller(context)?, &input)?;
        Ok(Some(shown.into()))
    }

    async fn update_task(
        &self,
        context: &Context<'_>,
        input: Option<UpdateTaskInput>,
    ) -> Result<Option<Task>, Failure> {
        let run = runs::update(state(context)?, caller(context)?, input)?;
        Ok(Some(run.into()))
    }

    async fn upload_files_for_task(
        &self,
        context: &Context<'_>,
        input: UploadFilesForTaskInput,
    ) -> Result<Option<Task>, Failure> {
        files::may_upload(state(context)?, caller(context)?, input.task)?;
        let mut uploads = Vec::new();
        for file in &input.files {
            let file = file
                .as_ref()
                .ok_or_else(|| Failure::reading("filename", "null"))?;
            let unreadable = |error: &dyn std::fmt::Display| Failure::new(error.to_string());
            let value = file.value(context).map_err(|error| unreadable(&error))?;
            let name = value.filename.clone();
            let mut body = Vec::new();
            let mut content = value.into_read();
            content
                .read_to_end(&mut body)
                .map_err(|error| unreadable(&error))?;
            uploads.push((name, body));
        }
        let state = state(context)?;
        files::upload(state, input.task, &uploads)?;
        let run = state.read(|connection| Ok(Run::by_id(connection, input.task)?))?;
        Ok(run.map(Task::from))
    }
}
