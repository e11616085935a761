//! Lagoon's own tasks for Drupal, as far as they are here: a run without a definition, whose command
//! Lagoon knows.

use async_graphql::MaybeUndefined;

use crate::failure::Failure;
use crate::permissions::{Caller, On};
use crate::resolvers::runs::{NewTask, check_place, create};
use crate::rows::runs::Run;
use crate::state::State;

/// `taskDrushUserLogin`.
pub(crate) fn user_login(state: &State, caller: &Caller, environment: i32) -> Result<Run, Failure> {
    let place = check_place(state, environment)?;
    let scope = format!("drushUserLogin:{}", place.environment_type);
    caller.require("task", &scope, On::Project(place.project))?;
    let started_by = caller.source_user().to_owned();
    let new = NewTask {
        service: MaybeUndefined::Value("cli".to_owned()),
        command: MaybeUndefined::Value("drush uli".to_owned()),
        ..NewTask::adhoc("Drush uli".to_owned(), environment, started_by)
    };
    create(state, &new, true)
}
