//! `updateAdvancedTaskDefinition` and `deleteAdvancedTaskDefinition`.

use async_graphql::MaybeUndefined;

use super::define::{RestrictedProperties, project_of, validate};
use super::listing::{self, VisibleTask};
use super::{arguments, nothing};
use crate::failure::{Failure, Result};
use crate::mariadb::DEFINITION;
use crate::permissions::PermissionTarget;
use crate::rows::Record as _;
use crate::rows::definitions::{self, Definition};
use crate::schema::inputs::{
    UpdateAdvancedTaskDefinitionInput as Input, UpdateAdvancedTaskDefinitionPatchInput as Patch,
};
use crate::state::Session;

/// The image is erased unless it is sent again; type and target cannot be changed.
pub(crate) fn update(session: &Session, input: &Input) -> Result<VisibleTask> {
    let Input { id, patch } = input;
    if *patch == Patch::default() {
        return Err("Input patch requires at least 1 attribute".into());
    }
    let old = listing::find(session, *id)?.definition;
    let project = project_of(session, old.environment, old.project)?;
    let sensitive = RestrictedProperties {
        has_no_target: old.has_no_target(),
        kind: Some(&old.kind),
        no_kind: "undefined",
        deploy_token: old.deploy_token_injection,
        admin_only: old.admin_only_view,
        group: old.group_name.as_deref(),
    };
    sensitive.check(session, project.as_ref())?;
    validate_merged(&old, patch)?;
    let changes = DEFINITION.update(patch.cells())?;
    session.write(|tx| Ok(Definition::update(tx, *id, &changes)?))?;
    if let MaybeUndefined::Value(inputs) = &patch.advanced_task_definition_arguments {
        session.write(|tx| Ok(definitions::delete_arguments(tx, *id)?))?;
        arguments::add_all(session, *id, inputs, |_| Ok(()), "name")?;
    }
    listing::find(session, *id)
}

pub(crate) fn delete(session: &Session, id: i32) -> Result<()> {
    let old = listing::find(session, id)?.definition;
    if old.environment.is_some() || old.project.is_some() {
        let project = project_of(session, old.environment, old.project)?
            .ok_or_else(|| Failure::reading("id", "undefined"))?;
        session.caller.require(
            "task",
            "add:production",
            PermissionTarget::Project(project.id),
        )?;
    } else if let Some(name) = &old.group_name {
        let group = session.read(|connection| listing::group(connection, name))?;
        session
            .caller
            .require("group", "update", PermissionTarget::Group(&group))?;
    } else {
        session.caller.require(
            "advanced_task",
            "delete:advanced",
            PermissionTarget::Platform,
        )?;
    }
    session.write(|tx| Ok(definitions::delete(tx, id)?))
}

fn validate_merged(old: &Definition, patch: &Patch) -> Result<()> {
    let kind = match &patch.kind {
        MaybeUndefined::Undefined => Some(old.kind.as_str()),
        given => given.value().map(|kind| kind.word()),
    };
    let (mut image, mut command) = (old.image.clone(), old.command.clone());
    patch.image.clone().update_to(&mut image);
    patch.command.clone().update_to(&mut command);
    validate(
        kind,
        nothing(&patch.kind),
        image.as_deref(),
        command.as_deref(),
    )?;
    Ok(())
}
