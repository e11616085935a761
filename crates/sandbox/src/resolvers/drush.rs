//! `taskDrushCacheClear`, one of Lagoon's tasks without a definition. The order of the checks and the
//! names are those of Lagoon's `services/api/src/resources/task/resolvers.ts`; its command also works
//! with Drupal 7, which the sandbox's stand-in for drush does not imitate.

use async_graphql::MaybeUndefined;

use super::runs::{self, NewTask};
use crate::failure::Failure;
use crate::permissions::{Caller, On};
use crate::rows::runs::Run;
use crate::state::State;

const SERVICE: &str = "cli";

pub(crate) fn cache_clear(
    state: &State,
    caller: &Caller,
    environment: i32,
) -> Result<Run, Failure> {
    let place = runs::check_place(state, environment)?;
    let scope = format!("drushCacheClear:{}", place.environment_type);
    caller.require("task", &scope, On::Project(place.project))?;
    if !runs::has_service(state, environment, SERVICE)? {
        return Err(Failure::new(format!(
            "Environment {environment} has no service {SERVICE}"
        )));
    }
    let name = "Drush cache-clear".to_owned();
    let new = NewTask {
        service: MaybeUndefined::Value(SERVICE.to_owned()),
        command: MaybeUndefined::Value("drush cr".to_owned()),
        ..NewTask::adhoc(name, environment, caller.source_user().to_owned())
    };
    runs::create(state, &new, true)
}
