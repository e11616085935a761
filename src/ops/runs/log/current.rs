//! The log of a run, in progress or not.

use super::{LogFile, log, settled};
use crate::clock::{Clock, wall_time};
use crate::domain::Run;
use crate::domain::run::{Log, moment};
use crate::error::Error;
use crate::lagoon::Lagoon;

/// The time after its end in which a log may be incomplete, in seconds.
const JUST: i64 = 30;

/// The log of a run that ended a moment ago can still arrive.
pub(crate) fn has_just_ended(run: &Run) -> bool {
    let ended = run.completed.as_deref().and_then(moment);
    run.outcome().is_finished()
        && ended.is_some_and(|at| wall_time().duration_since(at).as_secs().abs() < JUST)
}

/// The current log. Of a run that has just ended, the final one.
pub(crate) async fn current(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    run: &Run,
) -> Result<Log<LogFile>, Error> {
    if has_just_ended(run) {
        return Ok(settled(lagoon, clock, run.id).await);
    }
    log(lagoon, run.id).await
}
