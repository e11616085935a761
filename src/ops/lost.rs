//! After a lost answer: was the run started or not?
//!
//! Runs newer than the newest one known before, with the same name, the exact command and, where
//! Lagoon says it, the same user are candidates. Exactly one is taken for ours.

use std::time::Duration;

use crate::domain::{Environment, Run};
use crate::error::{Error, Kind};
use crate::lagoon::operations::runs::RecentView;
use crate::lagoon::{Lagoon, LagoonError};

use super::history::recent;

/// How many runs may have been started there since.
const NEWEST: i64 = 50;

/// How often it is looked at most; the pause before each further look grows by this.
const LOOKS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// What a run that is about to be started can be known by.
#[derive(Debug, Clone)]
pub struct Sought {
    /// Where it will run.
    pub environment: Environment,
    /// What it will be called.
    pub name: String,
    /// The exact command line that Lagoon will record, or the image.
    pub command: String,
    /// The id of the newest run there; the one that is sought will be newer.
    pub newest: i64,
    /// Whether Lagoon notes who started it; of images it does not.
    pub says_user: bool,
}

/// A run that exists.
#[derive(Debug, Clone)]
pub struct Started {
    /// The run.
    pub run: Run,
    /// The answer was lost and the run was found by looking for it.
    pub recovered: bool,
}

/// Why no run is known to exist.
#[derive(Debug)]
pub enum Unstarted {
    /// Nothing was started.
    Refused(Error),
    /// It may have been.
    Unknown(Error),
}

impl Unstarted {
    /// The same with what its user should know.
    #[must_use]
    pub fn map(self, change: impl FnOnce(Error) -> Error) -> Unstarted {
        match self {
            Unstarted::Refused(error) => Unstarted::Refused(change(error)),
            Unstarted::Unknown(error) => Unstarted::Unknown(change(error)),
        }
    }
}

impl From<Unstarted> for Error {
    fn from(why: Unstarted) -> Error {
        match why {
            Unstarted::Refused(error) | Unstarted::Unknown(error) => error,
        }
    }
}

/// What became of the one mutation that starts a run. When its answer is lost, looks for the run
/// instead of sending again.
///
/// # Errors
/// Lagoon's refusal; or exit code 7 when none or several could be it, or looking fails as well.
pub async fn settle(
    lagoon: &Lagoon,
    sought: &Sought,
    sent: Result<Run, LagoonError>,
) -> Result<Started, Unstarted> {
    match sent {
        Ok(run) => Ok(Started {
            run: Run {
                environment: Some(sought.environment.clone().into()),
                ..run
            },
            recovered: false,
        }),
        Err(error) if error.leaves_unknown() => Ok(Started {
            run: find(lagoon, sought, error.into())
                .await
                .map_err(Unstarted::Unknown)?,
            recovered: true,
        }),
        Err(error @ LagoonError::Refused { .. }) => {
            let mut refused = Error::from(error);
            // Lagoon makes the row before it passes it on: a refusal can leave one behind.
            for run in left_behind(lagoon, sought).await {
                refused.runs.push(run.to_json());
                refused = refused.hint(format!(
                    "run {} ({}) was left behind and may never start: `tasks cancel {}`",
                    run.id, run.status, run.id
                ));
            }
            Err(Unstarted::Refused(refused))
        }
        Err(error) => Err(Unstarted::Refused(error.into())),
    }
}

async fn left_behind(lagoon: &Lagoon, sought: &Sought) -> Vec<Run> {
    look(lagoon, sought).await.unwrap_or_default()
}

/// The runs that could be it. Nobody can look again later, so an answer that cannot be read is not
/// taken for the last; lost and refused requests have been repeated where they are sent.
async fn look(lagoon: &Lagoon, sought: &Sought) -> Result<Vec<Run>, LagoonError> {
    let mut looks = 1;
    loop {
        match recent(lagoon, sought.environment.id, NEWEST).await {
            Ok(view) => return Ok(candidates(sought, view)),
            Err(LagoonError::NotLagoon { .. } | LagoonError::Unusable(_)) if looks < LOOKS => {}
            Err(error) => return Err(error),
        }
        tokio::time::sleep(PAUSE * looks).await;
        looks += 1;
    }
}

async fn find(lagoon: &Lagoon, sought: &Sought, lost: Error) -> Result<Run, Error> {
    match look(lagoon, sought).await.as_deref() {
        Ok([one]) => Ok(one.clone()),
        Ok(several) => Err(unknown(sought, &lost, several)),
        Err(error) => {
            Err(unknown(sought, &lost, &[])
                .hint(format!("looking for the run failed too: {error}")))
        }
    }
}

fn candidates(sought: &Sought, view: RecentView) -> Vec<Run> {
    let me = view.me;
    view.runs
        .into_iter()
        .filter(|recent| {
            recent.run.id > sought.newest
                && recent.run.name == sought.name
                && recent.command == sought.command
                && match (&me, &recent.user) {
                    (Some(me), Some(user)) if sought.says_user => me.eq_ignore_ascii_case(user),
                    _ => true,
                }
        })
        .map(|recent| Run {
            environment: Some(sought.environment.clone().into()),
            ..recent.run
        })
        .collect()
}

fn unknown(sought: &Sought, lost: &Error, candidates: &[Run]) -> Error {
    let mut error = Error::new(
        Kind::Unreachable,
        format!(
            "it is unknown whether `{}` was started on {}: {lost}",
            sought.name,
            sought.environment.label()
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
