//! `addOrUpdateEnvironment` and `deleteEnvironment`.

use sha1::{Digest as _, Sha1};

use crate::failure::{Failure, Result};
use crate::instant;
use crate::permissions::PermissionTarget;
use crate::rows::Record as _;
use crate::rows::places::{self, Environment};
use crate::schema::inputs::{AddEnvironmentInput, DeleteEnvironmentInput};
use crate::state::Session;

/// A deleted environment of that name is not reused.
pub(crate) fn add_or_update(session: &Session, input: &AddEnvironmentInput) -> Result<Environment> {
    let scope = format!("addOrUpdate:{}", input.environment_type.word());
    session.caller.require(
        "environment",
        &scope,
        PermissionTarget::Project(input.project),
    )?;
    session.write(|tx| {
        let project = places::Project::by_id(tx, input.project)?
            .ok_or_else(|| Failure::reading("name", "undefined"))?;
        let named = if session.caller.is_platform_owner() {
            let given = [
                &input.kubernetes_namespace_name,
                &input.openshift_project_name,
            ];
            given.into_iter().flatten().next().cloned()
        } else {
            None
        };
        let mut place = Environment {
            id: input.id.unwrap_or(0),
            name: input.name.clone(),
            project: project.id,
            deploy_type: input.deploy_type.word().to_owned(),
            deploy_base_ref: Some(input.deploy_base_ref.clone()),
            deploy_head_ref: input.deploy_head_ref.value().cloned(),
            deploy_title: input.deploy_title.value().cloned(),
            environment_type: input.environment_type.word().to_owned(),
            openshift: input.kubernetes.or(input.openshift).or(project.openshift),
            namespace: Some(named.unwrap_or_else(|| namespace(&project.name, &input.name))),
            route: None,
            routes: None,
            created: instant::now(),
            updated: instant::now(),
            deleted: instant::NEVER.to_owned(),
        };
        let there = match input.id {
            Some(id) => places::Environment::by_id(tx, id)?,
            None => None,
        };
        let there = match there {
            Some(place) => Some(place),
            None => places::environments_by_name(tx, project.id, &input.name)?
                .into_iter()
                .find(Environment::is_live),
        };
        let id = match there {
            Some(old) => {
                place.id = old.id;
                place.deploy_head_ref = old.deploy_head_ref;
                place.deploy_title = old.deploy_title;
                let (head, title) = (&input.deploy_head_ref, &input.deploy_title);
                head.clone().update_to(&mut place.deploy_head_ref);
                title.clone().update_to(&mut place.deploy_title);
                places::redeploy(tx, &place)?;
                old.id
            }
            None => place.insert(tx)?,
        };
        places::Environment::by_id(tx, id)?.ok_or_else(|| Failure::reading("id", "undefined"))
    })
}

/// At most 63 lower-case letters, digits and dashes. The end of a long name is replaced by a hash.
pub(crate) fn namespace(project: &str, environment: &str) -> String {
    let safe: String = environment
        .to_lowercase()
        .chars()
        .map(|c| {
            if c.is_ascii_lowercase() || c.is_ascii_digit() {
                c
            } else {
                '-'
            }
        })
        .collect();
    let room = 58usize.saturating_sub(project.chars().count());
    if safe.chars().count() <= room {
        return format!("{project}-{safe}");
    }
    let hash = Sha1::digest(safe.as_bytes());
    let mark: String = hash
        .iter()
        .take(2)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let start: String = safe.chars().take(room.saturating_sub(5)).collect();
    format!("{project}-{start}-{mark}")
}

pub(crate) fn delete(session: &Session, input: &DeleteEnvironmentInput) -> Result<()> {
    session.write(|tx| {
        let project = places::project_by_name(tx, &input.project)?.ok_or("Unauthorized")?;
        let place = places::environments_by_name(tx, project.id, &input.name)?
            .into_iter()
            .find(Environment::is_live)
            .ok_or_else(|| {
                format!(
                    "Environment \"{}\" does not exist in project \"{}\"",
                    input.name, project.id
                )
            })?;
        let scope = format!("delete:{}", place.environment_type);
        session
            .caller
            .require("environment", &scope, PermissionTarget::Project(project.id))?;
        Ok(places::delete_environment(tx, place.id)?)
    })
}
