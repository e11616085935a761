//! `addAdvancedTaskDefinition`.

use async_graphql::MaybeUndefined;

use super::listing::{self, VisibleTask};
use super::{Truthy, arguments, is_missing, nothing};
use crate::collation::same;
use crate::failure::{Failure, Result};
use crate::instant;
use crate::mariadb::{DEFINITION, cell, comparable};
use crate::permissions::PermissionTarget;
use crate::rows::Record as _;
use crate::rows::definitions::{self, Definition};
use crate::rows::places::{self, Project};
use crate::schema::inputs::{AdvancedTaskDefinitionInput as Input, TaskPermission};
use crate::state::{Session, State};

/// Adds a definition, or returns an equal one. The row stays if an argument is refused.
pub(crate) fn add(session: &Session, input: &Input) -> Result<VisibleTask> {
    let project = project_of(
        session,
        input.environment.value().copied(),
        input.project.value().copied(),
    )?;
    let type_word = input.kind.value().map(|kind| kind.word());
    let sensitive = RestrictedProperties {
        has_no_target: has_no_target(input),
        kind: type_word,
        no_kind: nothing(&input.kind),
        deploy_token: input.deploy_token_injection.is_truthy(),
        admin_only: input.admin_only_view.is_truthy(),
        group: input.group_name.value().map(String::as_str),
    };
    sensitive.check(session, project.as_ref())?;
    let kind = validate(
        type_word,
        nothing(&input.kind),
        input.image.value().map(String::as_str),
        input.command.value().map(String::as_str),
    )?;
    check_target(input)?;
    if let Some(old) = of_that_name(session, input)? {
        if matches(&old, input, kind) {
            return Ok(VisibleTask {
                definition: old,
                arguments: None,
            });
        }
        return Err(different(input, project.as_ref()));
    }
    let id = insert(session, input, kind)?;
    if let MaybeUndefined::Value(inputs) = &input.advanced_task_definition_arguments {
        let check = |argument: &_| arguments::check_default(session, argument, &input.environment);
        arguments::add_all(session, id, inputs, check, "defaultValue")?;
    }
    listing::find(session, id)
}

pub(super) fn project_of(
    state: &State,
    environment: Option<i32>,
    project: Option<i32>,
) -> Result<Option<Project>> {
    state.read(|connection| {
        let id = match environment.filter(|id| *id != 0) {
            Some(environment) => Some(super::environment(connection, environment)?.project),
            None => project,
        };
        let project = id
            .map(|id| places::Project::by_id(connection, id))
            .transpose()?;
        Ok(project.flatten())
    })
}

/// The properties of a definition that decide who may write it.
pub(super) struct RestrictedProperties<'a> {
    pub(super) has_no_target: bool,
    pub(super) kind: Option<&'a str>,
    pub(super) no_kind: &'a str,
    pub(super) deploy_token: bool,
    pub(super) admin_only: bool,
    pub(super) group: Option<&'a str>,
}

impl RestrictedProperties<'_> {
    pub(super) fn check(&self, session: &Session, project: Option<&Project>) -> Result<()> {
        if self.has_no_target {
            // Lagoon requests the permission here, but does not wait for the reply.
            return Ok(());
        }
        let kind = self
            .kind
            .ok_or_else(|| Failure::reading("toLowerCase", self.no_kind))?;
        if kind != "COMMAND" || self.deploy_token || self.admin_only {
            return session.caller.require(
                "advanced_task",
                "create:advanced",
                PermissionTarget::Platform,
            );
        }
        if let Some(name) = self.group.filter(|name| !name.is_empty()) {
            let group = session.read(|connection| listing::group(connection, name))?;
            return session
                .caller
                .require("group", "update", PermissionTarget::Group(&group));
        }
        match project {
            Some(project) => session.caller.require(
                "task",
                "add:production",
                PermissionTarget::Project(project.id),
            ),
            None => Ok(()),
        }
    }
}

pub(super) fn validate<'a>(
    kind: Option<&'a str>,
    no_kind: &str,
    image: Option<&str>,
    command: Option<&str>,
) -> Result<&'a str> {
    let kind = kind.ok_or_else(|| Failure::reading("toLowerCase", no_kind))?;
    let given = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    if kind == "COMMAND" {
        if !given(command) {
            return Err("Unable to create Advanced task definition - no command provided".into());
        }
    } else if !given(image) {
        return Err("Unable to create image based task with no image supplied".into());
    }
    Ok(kind)
}

fn check_target(input: &Input) -> Result<()> {
    let targets = [
        input.environment.is_truthy(),
        input.project.is_truthy(),
        input.group_name.is_truthy(),
    ];
    let given = targets.iter().filter(|given| **given).count();
    let message = match (input.system_wide, given) {
        (_, 2..) => {
            "Only one of `environment`, `project`, or `groupName` should be set when creating a \
             custom task."
        }
        (MaybeUndefined::Value(true), 1..) => {
            "When creating a system wide task, you cannot specify a group/project/environment"
        }
        (MaybeUndefined::Value(false), _) if has_no_target(input) => {
            "If you're trying to define a system wide task, set 'systemWide' to true, else set a \
             target"
        }
        _ => return Ok(()),
    };
    Err(message.into())
}

fn has_no_target(input: &Input) -> bool {
    is_missing(&input.environment) && is_missing(&input.project) && is_missing(&input.group_name)
}

/// The first definition of that name for that target; without a target, of any target.
fn of_that_name(state: &State, input: &Input) -> Result<Option<Definition>> {
    let project = input.project.value().filter(|id| **id != 0);
    let environment = input.environment.value().filter(|id| **id != 0);
    let group = input.group_name.value().filter(|name| !name.is_empty());
    let name = match &input.name {
        MaybeUndefined::Value(name) => name,
        MaybeUndefined::Null => return Ok(None),
        MaybeUndefined::Undefined => {
            return Err("Undefined binding(s) detected when compiling SELECT. \
                 Undefined column(s): [advanced_task_definition.name]"
                .into());
        }
    };
    comparable(name)?;
    let everything = state.query(definitions::everything)?;
    Ok(everything.into_iter().find(|old| {
        same(&old.name, name)
            && project.is_none_or(|id| old.project == Some(*id))
            && environment.is_none_or(|id| old.environment == Some(*id))
            && group.is_none_or(|name| {
                old.group_name
                    .as_deref()
                    .is_some_and(|group| same(group, name))
            })
            && (!input.system_wide.is_truthy() || old.system_wide)
    }))
}

/// Lagoon compares only these four properties with those of an existing row.
fn matches(old: &Definition, input: &Input, kind: &str) -> bool {
    input.description.value() == Some(&old.description)
        && old.image.as_ref() == input.stored_image().value()
        && old.kind == kind
        && (kind == "IMAGE" || old.command.as_ref() == input.command.value())
}

fn different(input: &Input, project: Option<&Project>) -> Failure {
    let mut message = format!(
        "Task '{}' with different definition already exists ",
        input.name.value().map(String::as_str).unwrap_or_default()
    );
    if let Some(project) = project {
        message.push_str(&format!(" for Project {}", project.name));
    }
    if let Some(environment) = input.environment.value().filter(|id| **id != 0) {
        message.push_str(&format!(" on environment number {environment}"));
    }
    if let Some(group) = input.group_name.value().filter(|name| !name.is_empty()) {
        message.push_str(&format!(" and group {group}"));
    }
    Failure::from(message)
}

fn insert(state: &State, input: &Input, kind: &str) -> Result<i32> {
    let permission = match input.permission {
        MaybeUndefined::Undefined => Some(TaskPermission::Guest),
        given => given.take(),
    };
    let mut cells = input.cells();
    cells.push(("group_name", cell(&input.group_name)));
    cells.push(("system_wide", cell(&input.system_wide)));
    DEFINITION.insert(&cells)?;
    let definition = Definition {
        id: 0,
        name: input.name.value().cloned().unwrap_or_default(),
        description: input.description.value().cloned().unwrap_or_default(),
        image: input.stored_image().value().cloned(),
        service: input.service.value().cloned(),
        kind: kind.to_owned(),
        environment: input.environment.value().copied(),
        project: input.project.value().copied(),
        group_name: input.group_name.value().cloned(),
        permission: permission.map(|level| level.word().to_owned()),
        command: input.command.value().cloned(),
        confirmation_text: input.confirmation_text.value().cloned(),
        deploy_token_injection: input.deploy_token_injection.is_truthy(),
        project_key_injection: input.project_key_injection.is_truthy(),
        admin_only_view: input.admin_only_view.is_truthy(),
        system_wide: input.system_wide.is_truthy(),
        created: instant::now(),
        deleted: instant::NEVER.to_owned(),
    };
    state.write(|tx| Ok(definition.insert(tx)?))
}
