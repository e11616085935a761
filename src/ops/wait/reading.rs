//! Reading runs again: one request for all of an environment.

use std::collections::HashMap;

use crate::domain::{Environment, Run};
use crate::error::{Error, Kind};
use crate::lagoon::{Lagoon, LagoonError};

use super::Watcher;
use super::verdict::about;

/// A server that restarts may refuse a few times; one that goes on refusing means it.
const REFUSALS: u32 = 5;

/// Reads runs, and remembers how many were refused in a row.
#[derive(Debug, Default)]
pub(in crate::ops) struct Reader {
    refusals: HashMap<i64, u32>,
}

/// A run as it is now; `None` when it could not be read this time; or that waiting is over.
type Read = Result<Option<Run>, Error>;

impl Reader {
    /// Reads these runs, in their order. Several of one environment cost one request.
    pub(in crate::ops) async fn read(
        &mut self,
        lagoon: &Lagoon,
        runs: &[&Run],
        watcher: &mut dyn Watcher,
    ) -> Vec<Read> {
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
        let mut failed: HashMap<i64, String> = HashMap::new();
        for (environment, ids) in together.into_iter().filter(|(_, ids)| ids.len() > 1) {
            // Others may have been started since; those that were pushed out are read one by one.
            let limit = i64::try_from(ids.len() * 2).unwrap_or(0).max(50);
            match lagoon.newest_runs(environment, limit).await {
                Ok(newest) => found.extend(newest.into_iter().map(|run| (run.id, run))),
                Err(error) if passes(&error) => {
                    failed.extend(ids.iter().map(|id| (*id, error.to_string())));
                }
                // What is wrong shows when they are read by themselves.
                Err(_) => {}
            }
        }
        let mut read = Vec::with_capacity(runs.len());
        for run in runs {
            read.push(if let Some(newer) = found.remove(&run.id) {
                self.refusals.remove(&run.id);
                Ok(Some(newer))
            } else if let Some(reason) = failed.get(&run.id) {
                watcher.unreadable(reason);
                Ok(None)
            } else {
                self.one(lagoon, run, watcher).await
            });
        }
        read
    }

    /// Reads one run.
    pub(in crate::ops) async fn one(
        &mut self,
        lagoon: &Lagoon,
        run: &Run,
        watcher: &mut dyn Watcher,
    ) -> Read {
        match lagoon.run_by_id(run.id).await {
            Ok(Some(mut newer)) => {
                self.refusals.remove(&run.id);
                newer.environment = newer.environment.or_else(|| run.environment.clone());
                Ok(Some(newer))
            }
            Ok(None) => Err(vanished(run)),
            Err(error) if passes(&error) || self.may_pass(run.id, &error) => {
                watcher.unreadable(&error.to_string());
                Ok(None)
            }
            Err(error) => {
                let error = Error {
                    runs: vec![run.to_json()],
                    ..Error::from(error)
                };
                Err(error.hint(format!(
                    "run {} was {} when it was last read",
                    run.id, run.status
                )))
            }
        }
    }

    fn may_pass(&mut self, id: i64, error: &LagoonError) -> bool {
        if !matches!(
            error,
            LagoonError::Refused { .. } | LagoonError::Unusable(_)
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

fn vanished(run: &Run) -> Error {
    let message = format!(
        "run {} of `{}` is gone: Lagoon does not have it any more",
        run.id, run.name
    );
    about(run, Kind::NotFound, message)
}
