//! Reads runs.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::sleep;
use crate::domain::{Environment, Run};
use crate::error::{Error, Hint};
use crate::lagoon::{Lagoon, LagoonError};

const SECOND_READ: Duration = Duration::from_millis(300);

/// Reads something that should exist. Lagoon can return `null` for it once, so a second read
/// decides.
pub(in crate::ops) async fn twice<T, F>(read: impl Fn() -> F) -> Result<Option<T>, LagoonError>
where
    F: Future<Output = Result<Option<T>, LagoonError>>,
{
    if let Some(found) = read().await? {
        return Ok(Some(found));
    }
    pause().await;
    read().await
}

/// Between the two reads.
pub(in crate::ops) async fn pause() {
    sleep(SECOND_READ).await;
}

pub(crate) async fn by_id(lagoon: &Lagoon, id: i64) -> Result<Run, Error> {
    let found = twice(|| lagoon.run_by_id(id)).await?;
    found.ok_or_else(|| not_found(id))
}

/// The newest runs of an environment, newest first.
pub(crate) async fn newest(
    lagoon: &Lagoon,
    environment: &Environment,
    limit: usize,
) -> Result<Vec<Run>, Error> {
    if limit == 0 {
        // Lagoon reads 0 as no limit.
        return Ok(Vec::new());
    }
    let limit = i32::try_from(limit).map_or(0, i64::from);
    let view = lagoon.recent_runs(environment.id, limit).await?;
    let environment = Some(Arc::new(environment.clone()));
    let runs = view.runs.into_iter().map(|recent| Run {
        environment: environment.clone(),
        ..recent.run
    });
    Ok(runs.collect())
}

pub(super) fn not_found(run: impl Display) -> Error {
    Error::not_found(format!("run {run} not found")).hint(Hint::ListRuns)
}

pub(crate) fn gone(run: i64) -> String {
    format!("run {run} no longer exists")
}
