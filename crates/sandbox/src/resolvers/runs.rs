//! `addTask`, `updateTask`, `deleteTask` and the reading of runs.

use async_graphql::MaybeUndefined;
use rusqlite::types::Value;

use super::Truthy;
use crate::collation::same;
use crate::engine::{NewRun, Work};
use crate::failure::{Failure, Result};
use crate::instant;
use crate::mariadb::{Cell, TASK, cell, duplicate, refusal};
use crate::permissions::PermissionTarget;
use crate::rows::Record as _;
use crate::rows::definitions::Definition;
use crate::rows::places::{self, Environment};
use crate::rows::runs::{self, Run};
use crate::schema::inputs::{TaskInput, TaskSourceType, UpdateTaskInput, UpdateTaskPatchInput};
use crate::state::{Session, State};
use crate::store::add_event;

#[derive(Default)]
pub(super) struct NewTask {
    pub(super) id: MaybeUndefined<i32>,
    pub(super) name: String,
    pub(super) environment: i32,
    pub(super) service: MaybeUndefined<String>,
    pub(super) command: MaybeUndefined<String>,
    pub(super) kind: &'static str,
    pub(super) image: Option<String>,
    pub(super) payload: Option<String>,
    pub(super) status: MaybeUndefined<String>,
    pub(super) created: MaybeUndefined<String>,
    pub(super) started: MaybeUndefined<String>,
    pub(super) completed: MaybeUndefined<String>,
    pub(super) remote_id: MaybeUndefined<String>,
    pub(super) source_user: Option<String>,
    pub(super) source_type: Option<String>,
    pub(super) deploy_token_injection: bool,
    pub(super) project_key_injection: bool,
    pub(super) admin_only_view: bool,
    pub(super) definition: Option<i32>,
}

impl NewTask {
    pub(super) fn of(definition: &Definition, environment: i32, kind: &'static str) -> NewTask {
        NewTask {
            name: definition.name.clone(),
            environment,
            kind,
            deploy_token_injection: definition.deploy_token_injection,
            project_key_injection: definition.project_key_injection,
            admin_only_view: definition.admin_only_view,
            definition: Some(definition.id),
            ..NewTask::default()
        }
    }

    pub(super) fn adhoc(name: String, environment: i32, source_user: String) -> NewTask {
        NewTask {
            name,
            environment,
            kind: "ADHOC",
            source_user: Some(source_user),
            source_type: Some(TaskSourceType::Api.word().to_owned()),
            ..NewTask::default()
        }
    }

    fn cells(&self) -> [(&'static str, Cell); 9] {
        [
            ("name", Some(self.name.clone().into())),
            ("status", cell(&self.status)),
            ("created", cell(&self.created)),
            ("started", cell(&self.started)),
            ("completed", cell(&self.completed)),
            ("service", cell(&self.service)),
            ("command", cell(&self.command)),
            ("remote_id", cell(&self.remote_id)),
            ("source_user", Some(self.source_user.clone().into())),
        ]
    }

    fn row(&self, task_name: String) -> Run {
        let time =
            |given: &MaybeUndefined<String>| given.value().and_then(|text| instant::stored(text));
        Run {
            id: self.id.value().copied().unwrap_or(0),
            name: self.name.clone(),
            task_name,
            environment: self.environment,
            service: self.service.value().cloned().unwrap_or_default(),
            command: self.command.value().cloned(),
            kind: self.kind.to_owned(),
            image: self.image.clone(),
            payload: self.payload.clone(),
            status: self
                .status
                .value()
                .cloned()
                .unwrap_or_else(|| "new".to_owned()),
            created: time(&self.created).unwrap_or_else(instant::now),
            started: time(&self.started),
            completed: time(&self.completed),
            remote_id: self.remote_id.value().cloned(),
            source_user: self.source_user.clone(),
            source_type: self.source_type.clone(),
            deploy_token_injection: self.deploy_token_injection,
            project_key_injection: self.project_key_injection,
            admin_only_view: self.admin_only_view,
            definition: self.definition,
        }
    }
}

/// Adds a run and, with `execute`, starts it. Returns the row as inserted.
pub(super) fn create(state: &State, new: &NewTask, execute: bool) -> Result<Run> {
    let task_name = task_name();
    TASK.insert(&new.cells())?;
    let run = state.write(|tx| {
        let given = new.id.value().filter(|id| **id != 0);
        if let Some(id) = given
            && Run::by_id(tx, *id)?.is_some()
        {
            return Err(duplicate("PRIMARY", &id.to_string()));
        }
        let id = new.row(task_name.clone()).insert(tx)?;
        let run = Run::by_id(tx, id)?.ok_or_else(|| Failure::reading("id", "undefined"))?;
        // A new run of an image causes no event.
        if run.kind != "IMAGE" {
            add_event(tx, run.id.into())?;
        }
        Ok(run)
    })?;
    // Without its service, a run stays `new` for ever.
    if execute && (run.kind == "IMAGE" || has_service(state, run.environment, &run.service)?) {
        let order = order(state, &run)?;
        // As with a lost message, the row stays whatever happens.
        let _ = state.executor.start(&order);
    }
    Ok(run)
}

pub(super) fn has_service(state: &State, environment: i32, name: &str) -> Result<bool> {
    state.read(|connection| {
        let services = places::services(connection, environment)?;
        Ok(services.iter().any(|service| service.name == name))
    })
}

pub(crate) fn add(session: &Session, input: TaskInput) -> Result<Run> {
    let place = check_place(session, input.environment)?;
    let project = PermissionTarget::Project(place.project);
    let scope = format!("add:{}", place.environment_type);
    session.caller.require("task", &scope, project)?;
    let may_skip = session.caller.may("task", "addNoExec", project);
    let execute = !(may_skip && input.execute == MaybeUndefined::Value(false));
    let source_user = match input.source_user {
        MaybeUndefined::Value(user) => user,
        _ => session.caller.source_user().to_owned(),
    };
    let new = NewTask {
        id: input.id,
        service: input.service,
        command: input.command,
        status: input.status.map_value(|status| status.word().to_owned()),
        created: input.created,
        started: input.started,
        completed: input.completed,
        remote_id: input.remote_id,
        ..NewTask::adhoc(input.name, input.environment, source_user)
    };
    create(session, &new, execute)
}

pub(crate) fn update(session: &Session, input: Option<UpdateTaskInput>) -> Result<Run> {
    let Some(UpdateTaskInput { id, patch }) = input else {
        return Err(Failure::reading("id", "undefined"));
    };
    require_on_run(session, "update", id)?;
    if let Some(environment) = patch.environment.value().filter(|id| **id != 0) {
        let place = session.read(|connection| super::environment(connection, *environment))?;
        session
            .caller
            .require("task", "update", PermissionTarget::Project(place.project))?;
    }
    if patch == UpdateTaskPatchInput::default() {
        return Err("Input patch requires at least 1 attribute".into());
    }
    let status = patch.status.map_value(|status| status.word().to_owned());
    let cells = vec![
        ("name", cell(&patch.name)),
        ("status", cell(&status)),
        ("created", cell(&patch.created)),
        ("started", cell(&patch.started)),
        ("completed", cell(&patch.completed)),
        ("environment", cell(&patch.environment)),
        ("service", cell(&patch.service)),
        ("command", cell(&patch.command)),
        ("remote_id", cell(&patch.remote_id)),
    ];
    session.write(|tx| {
        let known = Run::by_id(tx, id)?.is_some();
        if known {
            let mut changes = TASK.update(cells)?;
            for (column, value) in &mut changes {
                if let ("created" | "started" | "completed", Value::Text(text)) = (*column, value) {
                    *text = instant::stored(text).unwrap_or_default();
                }
            }
            Run::update(tx, id, &changes)?;
        }
        let run = Run::by_id(tx, id)?;
        let run = run.ok_or_else(|| Failure::reading("environment", "undefined"))?;
        add_event(tx, run.id.into())?;
        Ok(run)
    })
}

pub(crate) fn delete(session: &Session, id: i32) -> Result<()> {
    require_on_run(session, "delete", id)?;
    if session.write(|tx| Ok(Run::delete(tx, id)?))? {
        Ok(())
    } else {
        Err("No matching task found".into())
    }
}

/// Requires the permission to view a run.
pub(crate) fn visible(session: &Session, run: Option<Run>) -> Result<Option<Run>> {
    let Some(run) = run else { return Ok(None) };
    require_on_run(session, "view", run.id)?;
    Ok(Some(run))
}

pub(crate) fn of_environment(
    session: &Session,
    place: &Environment,
    id: &MaybeUndefined<i32>,
    task_name: &MaybeUndefined<String>,
    limit: &MaybeUndefined<i32>,
) -> Result<Vec<Run>> {
    session
        .caller
        .require("task", "view", PermissionTarget::Project(place.project))?;
    let environment = place.id;
    let id = id.value().filter(|_| id.is_truthy());
    let task_name = task_name.value().filter(|_| task_name.is_truthy());
    let limit = limit.value().copied().unwrap_or(0);
    if limit < 0 {
        let message = format!(
            "You have an error in your SQL syntax; check the manual that corresponds to your \
             MariaDB server version for the right syntax to use near '{limit}' at line 1"
        );
        return Err(refusal(1064, "42000", &message));
    }
    let mut found = session.query(|connection| runs::of_environment(connection, environment))?;
    found.retain(|run| {
        id.is_none_or(|id| run.id == *id) && task_name.is_none_or(|name| same(&run.task_name, name))
    });
    if let (1.., Ok(limit)) = (limit, usize::try_from(limit)) {
        found.truncate(limit);
    }
    Ok(session.without_admin_only(found, |run| run.admin_only_view))
}

/// The environment of a new run, which may be a deleted one.
pub(super) fn check_place(state: &State, environment: i32) -> Result<Environment> {
    state.read(|connection| {
        let place = places::Environment::by_id(connection, environment)?
            .ok_or("Unauthorized: You don't have permission to \"view\" on \"environment\"")?;
        let project = places::Project::by_id(connection, place.project)?;
        let restrictions = project.map(|project| project.restrictions);
        let closed = restrictions
            .is_some_and(|words| words.split_whitespace().any(|word| word == "NO_TASKS"));
        if closed {
            return Err("Tasks have been disabled for this project".into());
        }
        Ok(place)
    })
}

/// Requires a permission on the project of a run. An unknown run belongs to no project.
pub(super) fn require_on_run(session: &Session, scope: &str, id: i32) -> Result<()> {
    let place = session.query(|connection| match Run::by_id(connection, id)? {
        Some(run) => Environment::by_id(connection, run.environment),
        None => Ok(None),
    })?;
    let on = place.map_or(PermissionTarget::Platform, |place| {
        PermissionTarget::Project(place.project)
    });
    session.caller.require("task", scope, on)
}

fn order(state: &State, run: &Run) -> Result<NewRun> {
    state.read(|connection| {
        let place = super::environment(connection, run.environment)?;
        let project = places::Project::by_id(connection, place.project)?;
        let work = match &run.image {
            Some(image) => Work::Image {
                image: image.clone(),
                payload: run.payload.clone(),
            },
            None => Work::Command(run.command.clone().unwrap_or_default()),
        };
        Ok(NewRun {
            id: run.id.into(),
            name: run.name.clone(),
            task_name: run.task_name.clone(),
            project: project.map(|project| project.name).unwrap_or_default(),
            environment: place.name,
            environment_type: place.environment_type,
            namespace: place.namespace.unwrap_or_default(),
            route: place.route,
            service: run.service.clone(),
            work,
        })
    })
}

fn task_name() -> String {
    let random: String = std::iter::repeat_with(fastrand::alphanumeric)
        .take(6)
        .collect();
    format!("lagoon-task-{}", random.to_lowercase())
}
