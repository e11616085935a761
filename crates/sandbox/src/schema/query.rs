//! Queries.

use async_graphql::{Context, Json, MaybeUndefined, Object};
use serde_json::Value;

use super::definition::{AdvancedTaskDefinition, AdvancedTaskDefinitionArgument};
use super::inputs::{GetTaskFileUploadFormInput, ProjectOrderType};
use super::people::{self, GroupInterface, User};
use super::place::{Environment, Project};
use super::run::{Task, TaskFileUploadForm};
use super::{List, base, caller, list, state};
use crate::collation::same;
use crate::failure::Failure;
use crate::http;
use crate::permissions::{Caller, On};
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
    ) -> Result<List<AdvancedTaskDefinitionArgument>, Failure> {
        let _ = id;
        Err(Failure::new(
            "The values in where clause must not be object or array.",
        ))
    }

    async fn advanced_task_definition_by_id(
        &self,
        context: &Context<'_>,
        id: i32,
    ) -> Result<Option<AdvancedTaskDefinition>, Failure> {
        let shown = listing::by_id(state(context)?, caller(context)?, id)?;
        Ok(Some(shown.into()))
    }

    async fn advanced_tasks_for_environment(
        &self,
        context: &Context<'_>,
        environment: i32,
    ) -> Result<List<AdvancedTaskDefinition>, Failure> {
        let listed = listing::for_environment(state(context)?, caller(context)?, environment)?;
        Ok(list(listed, AdvancedTaskDefinition::from))
    }

    async fn all_advanced_task_definitions(
        &self,
        context: &Context<'_>,
    ) -> Result<List<AdvancedTaskDefinition>, Failure> {
        let listed = listing::everything(state(context)?, caller(context)?)?;
        Ok(list(listed, AdvancedTaskDefinition::from))
    }

    async fn all_groups(
        &self,
        context: &Context<'_>,
        name: Option<String>,
        #[graphql(name = "type")] kind: Option<String>,
    ) -> Result<List<GroupInterface>, Failure> {
        let state = state(context)?;
        let mut groups = match caller(context)? {
            Caller::User(user) if !caller(context)?.may("project", "viewAll", On::Platform) => {
                state.read(|connection| Ok(people_rows::groups_of_user(connection, &user.id)?))?
            }
            _ => state
                .read(|connection| Ok(people_rows::Group::all(connection, "ORDER BY name", [])?))?,
        };
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
    ) -> Result<List<Project>, Failure> {
        let caller = caller(context)?;
        let mut projects = state(context)?.read(|connection| Ok(places::projects(connection)?))?;
        if !caller.may("project", "viewAll", On::Platform) {
            projects.retain(|project| caller.may("project", "view", On::Project(project.id)));
        }
        projects.retain(|project| git_url.as_ref().is_none_or(|url| has_git_url(project, url)));
        projects.retain(|project| {
            created_after
                .as_ref()
                .is_none_or(|time| project.created >= *time)
        });
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
    ) -> Result<Option<Environment>, Failure> {
        let place =
            state(context)?.read(|connection| Ok(places::Environment::by_id(connection, id)?))?;
        visible_place(context, place)
    }

    async fn environment_by_kubernetes_namespace_name(
        &self,
        context: &Context<'_>,
        kubernetes_namespace_name: String,
    ) -> Result<Option<Environment>, Failure> {
        let places = state(context)?
            .read(|connection| Ok(places::Environment::all(connection, "ORDER BY id", [])?))?;
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
    ) -> Result<Option<Environment>, Failure> {
        let found = state(context)?
            .read(|connection| Ok(places::environments_by_name(connection, project, &name)?))?;
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
    ) -> Result<Option<String>, Failure> {
        let (state, caller) = (state(context)?, caller(context)?);
        let file = files::by_position(state, caller, task_id, file_id)?;
        Ok(Some(files::address(state, base(context), &file)))
    }

    async fn get_task_file_upload_form(
        &self,
        context: &Context<'_>,
        input: GetTaskFileUploadFormInput,
    ) -> Result<Option<TaskFileUploadForm>, Failure> {
        let (state, caller) = (state(context)?, caller(context)?);
        let fields = files::form(state, caller, input.task, &input.filename)?;
        Ok(Some(TaskFileUploadForm {
            form_fields: Some(Json(fields)),
            post_url: Some(format!("{}/files", base(context))),
        }))
    }

    async fn group_by_name(
        &self,
        context: &Context<'_>,
        name: String,
    ) -> Result<Option<GroupInterface>, Failure> {
        let group = state(context)?
            .read(|connection| Ok(people_rows::group_by_name(connection, &name)?))?;
        let group = group.ok_or_else(|| Failure::new(format!("Group not found: {name}")))?;
        caller(context)?.require("group", "update", On::Group(&group.id))?;
        Ok(Some(people::group(group)))
    }

    async fn lagoon_version(&self) -> Option<Json<Value>> {
        Some(Json(Value::from(http::LAGOON_VERSION)))
    }

    async fn me(&self, context: &Context<'_>) -> Result<Option<User>, Failure> {
        let Caller::User(user) = caller(context)? else {
            return Err(Failure::reading("access_token", "null"));
        };
        let person = state(context)?
            .read(|connection| Ok(people_rows::Person::by_id(connection, &user.id)?))?;
        Ok(person.map(User::from))
    }

    async fn project_by_git_url(
        &self,
        context: &Context<'_>,
        git_url: String,
    ) -> Result<Option<Project>, Failure> {
        let projects = state(context)?.read(|connection| Ok(places::projects(connection)?))?;
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
    ) -> Result<Option<Project>, Failure> {
        let project =
            state(context)?.read(|connection| Ok(places::project_by_name(connection, &name)?))?;
        visible_project(context, project)
    }

    async fn task_by_id(
        &self,
        context: &Context<'_>,
        id: MaybeUndefined<i32>,
    ) -> Result<Option<Task>, Failure> {
        let run = match id {
            MaybeUndefined::Undefined => return Err(undefined_binding("id")),
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(id) => {
                state(context)?.read(|connection| Ok(Run::by_id(connection, id)?))?
            }
        };
        visible_run(context, run)
    }

    async fn task_by_remote_id(
        &self,
        context: &Context<'_>,
        id: MaybeUndefined<String>,
    ) -> Result<Option<Task>, Failure> {
        if id.is_undefined() {
            return Err(undefined_binding("remote_id"));
        }
        let id = id.value().map(String::as_str);
        let run = state(context)?.read(|connection| Ok(run_rows::by_remote_id(connection, id)?))?;
        visible_run(context, run)
    }

    async fn task_by_task_name(
        &self,
        context: &Context<'_>,
        task_name: MaybeUndefined<String>,
    ) -> Result<Option<Task>, Failure> {
        let run = match task_name {
            MaybeUndefined::Undefined => return Err(undefined_binding("task_name")),
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(name) => {
                state(context)?.read(|connection| Ok(run_rows::by_task_name(connection, &name)?))?
            }
        };
        visible_run(context, run)
    }

    async fn user_by_email(
        &self,
        context: &Context<'_>,
        email: String,
    ) -> Result<Option<User>, Failure> {
        let email = email.to_lowercase();
        let person = state(context)?.read(|connection| {
            let id = people_rows::id_of(connection, &email)?;
            let person = id.map(|id| people_rows::Person::by_id(connection, &id));
            Ok(person.transpose()?.flatten())
        })?;
        let person = person.ok_or_else(|| Failure::new(format!("User not found: {email}")))?;
        let caller = caller(context)?;
        let is_self = matches!(caller, Caller::User(user) if user.id == person.id);
        if !is_self {
            caller.require("user", "viewAll", On::Platform)?;
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

fn visible_place(
    context: &Context<'_>,
    place: Option<places::Environment>,
) -> Result<Option<Environment>, Failure> {
    let Some(place) = place else { return Ok(None) };
    caller(context)?.require("environment", "view", On::Project(place.project))?;
    Ok(Some(place.into()))
}

fn visible_project(
    context: &Context<'_>,
    project: Option<places::Project>,
) -> Result<Option<Project>, Failure> {
    let Some(project) = project else {
        return Ok(None);
    };
    caller(context)?.require("project", "view", On::Project(project.id))?;
    Ok(Some(project.into()))
}

fn visible_run(context: &Context<'_>, run: Option<Run>) -> Result<Option<Task>, Failure> {
    let run = runs::visible(state(context)?, caller(context)?, run)?;
    Ok(run.map(Task::from))
}

/// The error of the query builder for an absent value.
fn undefined_binding(column: &str) -> Failure {
    Failure::new(format!(
        "Undefined binding(s) detected when compiling SELECT. Undefined column(s): [{column}] \
         query: select * from `task` where `{column}` = ?"
    ))
}
