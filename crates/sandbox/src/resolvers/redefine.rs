//! `updateAdvancedTaskDefinition` and `deleteAdvancedTaskDefinition`.

use async_graphql::MaybeUndefined;

use super::define::{Sensitive, project_of, validate};
use super::listing::{self, Shown};
use super::{arguments, nothing};
use crate::failure::Failure;
use crate::mariadb::DEFINITION;
use crate::permissions::{Caller, On};
use crate::rows::Record as _;
use crate::rows::definitions::{self, Definition};
use crate::schema::inputs::{
    UpdateAdvancedTaskDefinitionInput as Input, UpdateAdvancedTaskDefinitionPatchInput as Patch,
};
use crate::state::State;

/// The image is erased unless it is sent again; type and target cannot be changed.
pub(crate) fn update(state: &State, caller: &Caller, input: &Input) -> Result<Shown, Failure> {
    let Input { id, patch } = input;
    if *patch == Patch::default() {
        return Err(Failure::new("Input patch requires at least 1 attribute"));
    }
    let old = listing::find(state, *id)?.definition;
    let project = project_of(state, old.environment, old.project)?;
    let sensitive = Sensitive {
        has_no_target: old.has_no_target(),
        kind: Some(&old.kind),
        no_kind: "undefined",
        deploy_token: old.deploy_token_injection,
        admin_only: old.admin_only_view,
        group: old.group_name.as_deref(),
    };
    sensitive.check(state, caller, project.as_ref())?;
    validate_merged(&old, patch)?;
    let changes = DEFINITION.update(patch.cells())?;
    state.write(|tx| Ok(Definition::update(tx, *id, &changes)?))?;
    if let MaybeUndefined::Value(inputs) = &patch.advanced_task_definition_arguments {
        state.write(|tx| Ok(definitions::delete_arguments(tx, *id)?))?;
        arguments::add_all(state, *id, inputs, |_| Ok(()), "name")?;
    }
    listing::find(state, *id)
}

pub(crate) fn delete(state: &State, caller: &Caller, id: i32) -> Result<(), Failure> {
    let old = listing::find(state, id)?.definition;
    if old.environment.is_some() || old.project.is_some() {
        let project = project_of(state, old.environment, old.project)?
            .ok_or_else(|| Failure::reading("id", "undefined"))?;
        caller.require("task", "add:production", On::Project(project.id))?;
    } else if let Some(name) = &old.group_name {
        let group = state.read(|connection| listing::group(connection, name))?;
        caller.require("group", "update", On::Group(&group))?;
    } else {
        caller.require("advanced_task", "delete:advanced", On::Platform)?;
    }
    state.write(|tx| Ok(definitions::delete(tx, id)?))
}

/// Checks that the changed definition has what its type requires.
fn validate_merged(old: &Definition, patch: &Patch) -> Result<(), Failure> {
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
