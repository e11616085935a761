//! After a lost answer: was the run started or not?
//!
//! Runs newer than the newest one known before, with the same name, the exact command and, where
//! Lagoon says it, the same user are candidates. Exactly one is taken for ours.

use crate::domain::{Run, Work};
use crate::error::{Error, Kind};
use crate::lagoon::operations::runs::RecentView;
use crate::lagoon::{Lagoon, LagoonError};

use super::invoke::Ready;

/// How many runs may have been started there since.
const NEWEST: i64 = 50;

/// Looks for the run whose answer was lost.
///
/// # Errors
/// Exit code 7 when none or several could be it, or when looking fails as well.
pub async fn find(lagoon: &Lagoon, ready: &Ready, lost: Error) -> Result<Run, Error> {
    let view = match look(lagoon, ready).await {
        Ok(view) => view,
        Err(error) => {
            return Err(
                unknown(ready, &lost, &[]).hint(format!("looking for the run failed too: {error}"))
            );
        }
    };
    let candidates = candidates(ready, view);
    match candidates.as_slice() {
        [one] => Ok(one.clone()),
        several => Err(unknown(ready, &lost, several)),
    }
}

/// Runs that a refusal left behind: Lagoon makes the row before it passes it on.
pub async fn left_behind(lagoon: &Lagoon, ready: &Ready) -> Vec<Run> {
    match look(lagoon, ready).await {
        Ok(view) => candidates(ready, view),
        Err(_) => Vec::new(),
    }
}

async fn look(lagoon: &Lagoon, ready: &Ready) -> Result<RecentView, LagoonError> {
    // Who started a run tells two of them apart, where the server says it; that it does not know
    // the field must not cost the look-up.
    match lagoon.recent_runs(ready.environment.id, NEWEST, true).await {
        Err(LagoonError::Refused { status: 400, .. }) => {
            lagoon
                .recent_runs(ready.environment.id, NEWEST, false)
                .await
        }
        other => other,
    }
}

fn candidates(ready: &Ready, view: RecentView) -> Vec<Run> {
    let recorded = ready.recorded();
    let me = view.me;
    // Runs of images do not say who started them.
    let by_user = matches!(ready.definition.work, Work::Command(_));
    view.runs
        .into_iter()
        .filter(|recent| {
            recent.run.id > ready.newest
                && recent.run.name == ready.definition.name
                && recent.command == recorded
                && match (&me, &recent.user) {
                    (Some(me), Some(user)) if by_user => me.eq_ignore_ascii_case(user),
                    _ => true,
                }
        })
        .map(|recent| Run {
            environment: Some(ready.environment.clone()),
            ..recent.run
        })
        .collect()
}

fn unknown(ready: &Ready, lost: &Error, candidates: &[Run]) -> Error {
    let mut error = Error::new(
        Kind::Unreachable,
        format!(
            "it is unknown whether `{}` was started on {}: {lost}",
            ready.definition.name,
            ready.environment.label()
        ),
    );
    error.runs = candidates.iter().map(Run::to_json).collect();
    if candidates.is_empty() {
        return error
            .hint("no run of it was found; it may still appear: look before you start it again");
    }
    for run in candidates {
        error = error.hint(format!(
            "it may be run {} ({}, {})",
            run.id, run.task_name, run.status
        ));
    }
    error.hint("look at them before you start it again")
}
