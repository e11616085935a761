//! `taskDrushCacheClear`, as in Lagoon's `services/api/src/resources/task/resolvers.ts`, but without
//! support of Drupal 7.

use async_graphql::MaybeUndefined;

use super::runs::{self, NewTask};
use crate::failure::Result;
use crate::permissions::PermissionTarget;
use crate::rows::runs::Run;
use crate::state::Session;

const SERVICE: &str = "cli";

pub(crate) fn cache_clear(session: &Session, environment: i32) -> Result<Run> {
    let place = runs::check_place(session, environment)?;
    let scope = format!("drushCacheClear:{}", place.environment_type);
    session
        .caller
        .require("task", &scope, PermissionTarget::Project(place.project))?;
    if !runs::has_service(session, environment, SERVICE)? {
        return Err(format!("Environment {environment} has no service {SERVICE}").into());
    }
    let name = "Drush cache-clear".to_owned();
    let new = NewTask {
        service: MaybeUndefined::Value(SERVICE.to_owned()),
        command: MaybeUndefined::Value("drush cr".to_owned()),
        ..NewTask::adhoc(name, environment, session.caller.source_user().to_owned())
    };
    runs::create(session, &new, true)
}
