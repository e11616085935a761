//! The fragment `Run`, with fields that some operations add.

use std::sync::Arc;

use serde::Deserialize;
use smol_str::SmolStr;

use super::{EnvironmentFields, need};
use crate::domain::run::RecentRun;
use crate::domain::{Environment, Run};
use crate::lagoon::LagoonError;
use crate::lagoon::error::GraphqlError;

/// A listing may have a hundred thousand of these; `SmolStr` stores short texts in place.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunFields {
    pub(crate) id: Option<i64>,
    name: Option<SmolStr>,
    pub(crate) task_name: Option<SmolStr>,
    status: Option<SmolStr>,
    service: Option<SmolStr>,
    created: Option<SmolStr>,
    started: Option<SmolStr>,
    completed: Option<SmolStr>,
    pub(crate) command: Option<SmolStr>,
    pub(crate) source_user: Option<SmolStr>,
    environment: Option<Box<EnvironmentFields>>,
}

impl RunFields {
    /// In the environment of the selection, or in this one.
    pub(crate) fn into_run(
        self,
        environment: Option<Arc<Environment>>,
    ) -> Result<Run, LagoonError> {
        let selected = self.environment.map(|found| found.into_environment(None));
        Ok(Run {
            id: need(self.id, "a run's id")?,
            name: self.name.unwrap_or_default(),
            task_name: self.task_name.unwrap_or_default(),
            status: self.status.unwrap_or_default(),
            service: self.service.filter(|service| !service.is_empty()),
            created: self.created,
            started: self.started,
            completed: self.completed,
            environment: selected.transpose()?.map(Arc::new).or(environment),
            user: self.source_user,
        })
    }

    pub(crate) fn into_recent_run(mut self) -> Result<RecentRun, LagoonError> {
        Ok(RecentRun {
            command: self.command.take().unwrap_or_default(),
            run: self.into_run(None)?,
        })
    }
}

/// Lagoon guarantees no order within a second.
pub(crate) fn newest_first<T>(mut runs: Vec<T>, run: impl Fn(&T) -> &Run) -> Vec<T> {
    runs.sort_by(|a, b| {
        let (a, b) = (run(a), run(b));
        b.created.cmp(&a.created).then(b.id.cmp(&a.id))
    });
    runs
}

/// The new run exists even if the reply has errors.
pub(crate) fn started(
    found: Option<RunFields>,
    errors: Vec<GraphqlError>,
) -> Result<Run, LagoonError> {
    match (found, errors.into_iter().next()) {
        (Some(found), _) if found.id.is_some() => found.into_run(None),
        (_, Some(error)) => Err(error.into_error(200)),
        (_, None) => Err(LagoonError::Unusable("the new run is missing".to_owned())),
    }
}
