//! Polls runs, with one request per environment.

use std::collections::{HashMap, HashSet};

use crate::domain::{Environment, Run};
use crate::error::{Error, Kind};
use crate::lagoon::{Lagoon, LagoonError};

use super::Watcher;
use super::about;

/// Refusals in a row of one run's reads, which a restarting server can cause.
const REFUSALS: u32 = 5;

#[derive(Debug, Default)]
pub(super) struct RunReader {
    refusals: HashMap<i64, u32>,
    /// Not found by the last read.
    absent: HashSet<i64>,
}

/// `None` if the run could not be read this time. An error ends waiting.
type ReadResult = Result<Option<Run>, Error>;

impl RunReader {
    /// In the order of `runs`.
    pub(super) async fn read(
        &mut self,
        lagoon: &Lagoon,
        runs: &[&Run],
        watcher: &mut dyn Watcher,
    ) -> Vec<ReadResult> {
        let mut together: Vec<(&Environment, Vec<i64>)> = Vec::new();
        for run in runs {
            let Some(environment) = &run.environment else {
                continue;
            };
            match together.iter_mut().find(|(e, _)| e.id == environment.id) {
                Some((_, ids)) => ids.push(run.id),
                None => together.push((environment, vec![run.id])),
            }
        }
        let mut found: HashMap<i64, Run> = HashMap::new();
        // If Lagoon cannot be reached, no further run is read: each would take as long as the limit allows.
        let mut down: Option<String> = None;
        for (environment, ids) in together.into_iter().filter(|(_, ids)| ids.len() > 1) {
            // Others may have been started since; those that were pushed out are read one by one.
            let limit = i64::try_from(ids.len() * 2).unwrap_or(0).max(50);
            match lagoon.newest_runs(environment, limit).await {
                Ok(newest) => found.extend(newest.into_iter().map(|run| (run.id, run))),
                Err(error) if passes(&error) => {
                    down = Some(error.to_string());
                    break;
                }
                // The failure shows when they are read one by one.
                Err(_) => {}
            }
        }
        let mut read = Vec::with_capacity(runs.len());
        for run in runs {
            read.push(if let Some(mut newer) = found.remove(&run.id) {
                self.was_read(run.id);
                newer.user = newer.user.or_else(|| run.user.clone());
                Ok(Some(newer))
            } else if let Some(reason) = &down {
                watcher.unreadable(reason);
                Ok(None)
            } else {
                self.one(lagoon, run, &mut down, watcher).await
            });
        }
        read
    }

    /// Sets `down` if Lagoon cannot be reached.
    async fn one(
        &mut self,
        lagoon: &Lagoon,
        run: &Run,
        down: &mut Option<String>,
        watcher: &mut dyn Watcher,
    ) -> ReadResult {
        let reason = match lagoon.run_by_id(run.id).await {
            Ok(Some(mut newer)) => {
                self.was_read(run.id);
                newer.environment = newer.environment.or_else(|| run.environment.clone());
                return Ok(Some(newer));
            }
            Ok(None) if self.absent.insert(run.id) => {
                format!("Lagoon did not return run {}", run.id)
            }
            Ok(None) => {
                let words = "no longer exists";
                return Err(about(run, Kind::NotFound, words));
            }
            Err(error) if passes(&error) => down.insert(error.to_string()).clone(),
            Err(error) if self.may_pass(run.id, &error) => error.to_string(),
            Err(error) => {
                let error = Error {
                    runs: vec![run.to_json()],
                    ..Error::from(error)
                };
                return Err(error.hint(format!(
                    "the last known status of run {} is {}",
                    run.id, run.status
                )));
            }
        };
        watcher.unreadable(&reason);
        Ok(None)
    }

    fn was_read(&mut self, id: i64) {
        self.refusals.remove(&id);
        self.absent.remove(&id);
    }

    fn may_pass(&mut self, id: i64, error: &LagoonError) -> bool {
        if !matches!(
            error,
            LagoonError::Refused { .. } | LagoonError::TooLarge { .. } | LagoonError::Unusable(_)
        ) {
            return false;
        }
        let refusals = self.refusals.entry(id).or_default();
        *refusals += 1;
        *refusals < REFUSALS
    }
}

fn passes(error: &LagoonError) -> bool {
    matches!(
        error,
        LagoonError::NotReached { .. }
            | LagoonError::NoToken { .. }
            | LagoonError::NoAnswer { .. }
            | LagoonError::NotLagoon { .. }
    )
}
