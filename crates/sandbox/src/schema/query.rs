//! Queries.

use async_graphql::{Context, Json, MaybeUndefined, Object};
use serde_json::Value;

use super::definition::{AdvancedTaskDefinition, AdvancedTaskDefinitionArgument};
use super::inputs::{GetTaskFileUploadFormInput, ProjectOrderType};
use super::people::{self, GroupInterface, User};
use super::place::{Environment, Project, visible_place, visible_project};
use super::run::{Task, TaskFileUploadForm};
use super::{List, list, session};
use crate::collation::same;
use crate::failure::{Failure, Result};
use crate::http;
use crate::permissions::{Caller, PermissionTarget};
use crate::resolvers::{files, listing, runs};
use crate::rows::Record as _;
use crate::rows::runs::{self as run_rows, Run};
use crate::rows::{people as people_rows, places};

pub(crate) struct Query;

#[Object]
impl Query {
    /// Always fails: Lagoon's resolver takes its arguments object for the id.
    async fn advanced_task_definition_argument_by_id(
        &self,
        id: i32,
    ) -> Result<List<AdvancedTaskDefinitionArgument>> {
        let _ = id;
        Err("The values in where clause must not be object or array.".into())
    }

    async fn advanced_task_definition_by_id(
        &self,
        context: &Context<'_>,
        id: i32,
    ) -> Result<Option<AdvancedTaskDefinition>> {
        let shown = listing::by_id(session(context)?, id)?;
        Ok(Some(shown.into()))
    }

    async fn advanced_tasks_for_environment(
        &self,
        context: &Context<'_>,
        environment: i32,
    ) -> Result<List<AdvancedTaskDefinition>> {
        let listed = listing::for_environment(session(context)?, environment)?;
        Ok(list(listed, AdvancedTaskDefinition::from))
    }

    async fn all_advanced_task_definitions(
        &self,
        context: &Context<'_>,
    ) -> Result<List<AdvancedTaskDefinition>> {
        let listed = listing::everything(session(context)?)?;
        Ok(list(listed, AdvancedTaskDefinition::from))
    }

    async fn all_groups(
        &self,
        context: &Context<'_>,
        name: Option<String>,
        #[graphql(name = "type")] kind: Option<String>,
    ) -> Result<List<GroupInterface>> {
        let session = session(context)?;
        let sees_all = session
            .caller
            .may("project", "viewAll", PermissionTarget::Platform);
        let mut groups = session.query(|connection| match &session.caller {
            Caller::User(user) if !sees_all => people_rows::groups_of_user(connection, &user.id),
            _ => people_rows::Group::all(connection, "ORDER BY name", []),
        })?;
        // The `lagoon` CLI sends an empty name for all groups.
        let name = name.filter(|name| !name.is_empty());
        groups.retain(|group| name.as_ref().is_none_or(|name| group.name == *name));
        // Groups have no type here.
        groups.retain(|_| kind.is_none());
        Ok(list(groups, people::group))
    }

    async fn all_projects(
        &self,
        context: &Context<'_>,
        created_after: Option<String>,
        git_url: Option<String>,
        order: Option<ProjectOrderType>,
    ) -> Result<List<Project>> {
        let session = session(context)?;
        let caller = &session.caller;
        let mut projects = session.query(places::projects)?;
        if !caller.may("project", "viewAll", PermissionTarget::Platform) {
            projects.retain(|project| {
                caller.may("project", "view", PermissionTarget::Project(project.id))
            });
        }
        projects.retain(|project| git_url.as_ref().is_none_or(|url| has_git_url(project, url)));
        let since = created_after.unwrap_or_default();
        projects.retain(|project| project.created >= since);
        match order {
            Some(ProjectOrderType::Created) => projects.sort_by(|a, b| a.created.cmp(&b.created)),
            Some(ProjectOrderType::Name) => projects.sort_by(|a, b| a.name.cmp(&b.name)),
            None => {}
        }
        Ok(list(projects, Project::from))
    }

    async fn environment_by_id(
        &self,
        context: &Context<'_>,
        id: i32,
    ) -> Result<Option<Environment>> {
        let place = session(context)?.find::<places::Environment>(id)?;
        visible_place(context, place)
    }

    async fn environment_by_kubernetes_namespace_name(
        &self,
        context: &Context<'_>,
        kubernetes_namespace_name: String,
    ) -> Result<Option<Environment>> {
        let places = session(context)?
            .query(|connection| places::Environment::all(connection, "ORDER BY id", []))?;
        let place = places.into_iter().find(|place| {
            let namespace = place.namespace.as_deref();
            place.is_live() && namespace.is_some_and(|name| same(name, &kubernetes_namespace_name))
        });
        visible_place(context, place)
    }

    /// Finds deleted environments unless told otherwise.
    async fn environment_by_name(
        &self,
        context: &Context<'_>,
        include_deleted: Option<bool>,
        name: String,
        project: i32,
    ) -> Result<Option<Environment>> {
        let found = session(context)?
            .query(|connection| places::environments_by_name(connection, project, &name))?;
        let place = found
            .into_iter()
            .find(|place| include_deleted != Some(false) || place.is_live());
        visible_place(context, place)
    }

    async fn get_download_link_by_task_file_id(
        &self,
        context: &Context<'_>,
        file_id: i32,
        task_id: i32,
    ) -> Result<Option<String>> {
        let session = session(context)?;
        let file = files::by_position(session, task_id, file_id)?;
        Ok(Some(files::address(session, &file)))
    }

    async fn get_task_file_upload_form(
        &self,
        context: &Context<'_>,
        input: GetTaskFileUploadFormInput,
    ) -> Result<Option<TaskFileUploadForm>> {
        let session = session(context)?;
        let fields = files::form(session, input.task, &input.filename)?;
        Ok(Some(TaskFileUploadForm {
            form_fields: Some(Json(fields)),
            post_url: Some(format!("{}/files", session.base)),
        }))
    }

    async fn group_by_name(
        &self,
        context: &Context<'_>,
        name: String,
    ) -> Result<Option<GroupInterface>> {
        let group =
            session(context)?.query(|connection| people_rows::group_by_name(connection, &name))?;
        let group = group.ok_or_else(|| format!("Group not found: {name}"))?;
        session(context)?
            .caller
            .require("group", "update", PermissionTarget::Group(&group.id))?;
        Ok(Some(people::group(group)))
    }

    async fn lagoon_version(&self) -> Option<Json<Value>> {
        Some(Json(Value::from(http::LAGOON_VERSION)))
    }

    async fn me(&self, context: &Context<'_>) -> Result<Option<User>> {
        let Caller::User(user) = &session(context)?.caller else {
            return Err(Failure::reading("access_token", "null"));
        };
        let person = session(context)?.find::<people_rows::Person>(&user.id)?;
        Ok(person.map(User::from))
    }

    async fn project_by_git_url(
        &self,
        context: &Context<'_>,
        git_url: String,
    ) -> Result<Option<Project>> {
        let projects = session(context)?.query(places::projects)?;
        let project = projects
            .into_iter()
            .find(|project| has_git_url(project, &git_url))
            .ok_or_else(|| Failure::reading("organization", "undefined"))?;
        visible_project(context, Some(project))
    }

    async fn project_by_name(
        &self,
        context: &Context<'_>,
        name: String,
    ) -> Result<Option<Project>> {
        let project =
            session(context)?.query(|connection| places::project_by_name(connection, &name))?;
        visible_project(context, project)
    }

    async fn task_by_id(
        &self,
        context: &Context<'_>,
        id: MaybeUndefined<i32>,
    ) -> Result<Option<Task>> {
        let id = given(id, "id")?;
        visible_run(context, session(context)?.find(id)?)
    }

    async fn task_by_remote_id(
        &self,
        context: &Context<'_>,
        id: MaybeUndefined<String>,
    ) -> Result<Option<Task>> {
        let id = given(id, "remote_id")?;
        let run = session(context)?.query(|connection| run_rows::by_remote_id(connection, id))?;
        visible_run(context, run)
    }

    async fn task_by_task_name(
        &self,
        context: &Context<'_>,
        task_name: MaybeUndefined<String>,
    ) -> Result<Option<Task>> {
        let run = match given(task_name, "task_name")? {
            Some(name) => {
                session(context)?.query(|connection| run_rows::by_task_name(connection, &name))?
            }
            None => None,
        };
        visible_run(context, run)
    }

    async fn user_by_email(&self, context: &Context<'_>, email: String) -> Result<Option<User>> {
        let email = email.to_lowercase();
        let person = session(context)?.query(|connection| {
            people_rows::Person::first(connection, "WHERE email = ?1", [&email])
        })?;
        let person = person.ok_or_else(|| format!("User not found: {email}"))?;
        let caller = &session(context)?.caller;
        let is_self = matches!(caller, Caller::User(user) if user.id == person.id);
        if !is_self {
            caller.require("user", "viewAll", PermissionTarget::Platform)?;
        }
        Ok(Some(User::by_email(person)))
    }
}

fn has_git_url(project: &places::Project, url: &str) -> bool {
    project
        .git_url
        .as_deref()
        .is_some_and(|known| same(known, url))
}

fn visible_run(context: &Context<'_>, run: Option<Run>) -> Result<Option<Task>> {
    let run = runs::visible(session(context)?, run)?;
    Ok(run.map(Task::from))
}

/// A value that may be `null` but not absent, for which Lagoon's query builder reports an error.
fn given<T>(value: MaybeUndefined<T>, column: &str) -> Result<Option<T>> {
    if value.is_undefined() {
        return Err(Failure::from(format!(
            "Undefined binding(s) detected when compiling SELECT. Undefined column(s): [{column}] \
             query: select * from `task` where `{column}` = ?"
        )));
    }
    Ok(value.take())
}
