//! Reading runs again: one request for all of an environment.

use std::collections::{HashMap, HashSet};

use crate::domain::{Environment, Run};
use crate::error::{Error, Kind};
use crate::lagoon::{Lagoon, LagoonError};

use super::Watcher;
use super::verdict::about;

/// A server that restarts may refuse a few times; one that goes on refusing means it.
const REFUSALS: u32 = 5;

/// Reads runs, and remembers how many reads were refused in a row and which runs were not found.
#[derive(Debug, Default)]
pub(in crate::ops) struct Reader {
    refusals: HashMap<i64, u32>,
    /// Runs that the last read did not find.
    absent: HashSet<i64>,
}

/// Why a run was not read.
enum Unread {
    /// Nothing can be read at the moment.
    Passing(String),
    /// This one was refused, which may pass.
    Refused(String),
    /// Waiting for it is over.
    Ever(Error),
}

fn told(read: Result<Run, Unread>, watcher: &mut dyn Watcher) -> Read {
    match read {
        Ok(run) => Ok(Some(run)),
        Err(Unread::Passing(reason) | Unread::Refused(reason)) => {
            watcher.unreadable(&reason);
            Ok(None)
        }
        Err(Unread::Ever(error)) => Err(error),
    }
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
        // Why nobody else is asked in this look: each would take as long as the limit allows.
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
                // What is wrong shows when they are read by themselves.
                Err(_) => {}
            }
        }
        let mut read = Vec::with_capacity(runs.len());
        for run in runs {
            let newer = if let Some(newer) = found.remove(&run.id) {
                self.was_read(run.id);
                Ok(newer)
            } else if let Some(reason) = &down {
                Err(Unread::Passing(reason.clone()))
            } else {
                self.ask(lagoon, run).await
            };
            if let Err(Unread::Passing(reason)) = &newer {
                down.get_or_insert_with(|| reason.clone());
            }
            read.push(told(newer, watcher));
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
        told(self.ask(lagoon, run).await, watcher)
    }

    async fn ask(&mut self, lagoon: &Lagoon, run: &Run) -> Result<Run, Unread> {
        match lagoon.run_by_id(run.id).await {
            Ok(Some(mut newer)) => {
                self.was_read(run.id);
                newer.environment = newer.environment.or_else(|| run.environment.clone());
                Ok(newer)
            }
            Ok(None) if self.absent.insert(run.id) => Err(Unread::Refused(format!(
                "Lagoon does not show run {}",
                run.id
            ))),
            Ok(None) => Err(Unread::Ever(vanished(run))),
            Err(error) if passes(&error) => Err(Unread::Passing(error.to_string())),
            Err(error) if self.may_pass(run.id, &error) => Err(Unread::Refused(error.to_string())),
            Err(error) => {
                let error = Error {
                    runs: vec![run.to_json()],
                    ..Error::from(error)
                };
                Err(Unread::Ever(error.hint(format!(
                    "run {} was {} when it was last read",
                    run.id, run.status
                ))))
            }
        }
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

fn vanished(run: &Run) -> Error {
    let message = format!(
        "run {} of `{}` is gone: Lagoon does not have it any more",
        run.id, run.name
    );
    about(run, Kind::NotFound, message)
}
