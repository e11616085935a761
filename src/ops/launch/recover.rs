//! Starts a run with one mutation, and finds out whether it was started when the reply is lost or
//! is a refusal.
//!
//! Candidates are newer runs with the same name, the same recorded command and, if Lagoon records
//! it, the same user, unless another process on this machine claimed them. Exactly one candidate is
//! taken for ours.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::{Instant, sleep};
use crate::domain::run::moment;
use crate::domain::{Environment, Run};
use crate::error::{Error, Hint, Kind};
use crate::lagoon::operations::runs::RecentView;
use crate::lagoon::{Lagoon, LagoonError};
use crate::state::{Claims, StartClaim};

use crate::ops::resend::{PAUSE, READS, Resend};

const NEWEST: i64 = 50;

/// The newest run is read again before a start if the last read is older.
const STALE: Duration = Duration::from_secs(5);

/// Identifies a run whose reply may be lost.
#[derive(Debug, Clone)]
pub(super) struct RunFingerprint {
    pub environment: Environment,
    pub name: String,
    /// The exact command line that Lagoon will record, or the image.
    pub command: String,
    pub newest: NewestRun,
    /// Lagoon records the user, except for images.
    pub records_user: bool,
}

/// The newest run of an environment before a start, by id and by the server's clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewestRun {
    id: i64,
    created: Option<Timestamp>,
    /// `None` if it was never read.
    seen: Option<Instant>,
}

impl NewestRun {
    pub(super) fn of<'a>(runs: impl IntoIterator<Item = &'a Run>) -> NewestRun {
        let mut newest = NewestRun {
            id: 0,
            created: None,
            seen: Some(Instant::now()),
        };
        for run in runs {
            newest.id = newest.id.max(run.id);
            newest.created = newest.created.max(created(run));
        }
        newest
    }

    pub(super) fn advance(&mut self, other: &NewestRun) {
        self.id = self.id.max(other.id);
        self.created = self.created.max(other.created);
        self.seen = self.seen.max(other.seen);
    }

    /// Reads the newest runs again. If that fails, the earlier read still counts.
    pub(super) async fn refresh(&mut self, lagoon: &Lagoon, environment: &Environment) {
        if let Ok(runs) = lagoon.newest_runs(environment, 10).await {
            self.advance(&NewestRun::of(&runs));
        }
    }

    /// The server's clock counts full seconds.
    fn is_before(&self, run: &Run) -> bool {
        let is_older =
            matches!((created(run), self.created), (Some(run), Some(seen)) if run < seen);
        run.id > self.id && !is_older
    }
}

fn created(run: &Run) -> Option<Timestamp> {
    moment(run.created.as_deref()?)
}

#[derive(Debug)]
pub(crate) enum StartOutcome {
    Started(Run),
    /// The reply was lost, and the run was found.
    Recovered(Run),
    Refused(Error),
    /// Refused, and the look-up for a run that was created anyway failed.
    Unchecked(Error),
    /// It may have been started.
    Unknown(Error),
}

/// Sends the mutation once. If the reply is lost, or is a refusal that does not exclude a run,
/// looks for the run. After a refused token, signs in and sends again if there is no run.
///
/// # Errors
/// Unknown (7) if none or several runs are candidates, or they cannot be read.
pub(super) async fn start<F>(
    lagoon: &Lagoon,
    claims: &Claims,
    mut fingerprint: RunFingerprint,
    send: impl Fn() -> F,
) -> StartOutcome
where
    F: Future<Output = Result<Run, LagoonError>>,
{
    let seen = fingerprint.newest.seen;
    if seen.is_none_or(|seen| seen.elapsed() > STALE) {
        let place = &fingerprint.environment;
        fingerprint.newest.refresh(lagoon, place).await;
    }
    let place = fingerprint.environment.id.to_string();
    let kind = [place.as_str(), &fingerprint.name, &fingerprint.command];
    let mut search = RunSearch {
        lagoon,
        start: claims.begin(&kind, lagoon.patience()).await,
        fingerprint: &fingerprint,
    };
    let mut resend = Resend::default();
    loop {
        let error = match send().await {
            Ok(run) => {
                search.start.claim(run.id, &run.task_name);
                return StartOutcome::Started(fingerprint.placed(run));
            }
            Err(error) => error,
        };
        if !error.leaves_unknown() && !error.is_doubtful_refusal() {
            return StartOutcome::Refused(error.into());
        }
        let may_resend = resend.is_possible(lagoon, &error).await;
        // Before it is sent again, the server may still be working on the first one.
        let found = search
            .find_candidates(error.leaves_unknown() || may_resend)
            .await;
        if may_resend && matches!(&found, Ok(found) if found.runs.is_empty()) {
            continue;
        }
        return search.conclude(error, found);
    }
}

impl RunFingerprint {
    fn placed(&self, run: Run) -> Run {
        Run {
            environment: Some(self.environment.clone().into()),
            ..run
        }
    }
}

struct RunSearch<'a> {
    lagoon: &'a Lagoon,
    start: StartClaim<'a>,
    fingerprint: &'a RunFingerprint,
}

/// The candidates.
struct Candidates {
    runs: Vec<Run>,
    /// Another process may have started one of them: it is still starting the same, or no second
    /// read was possible.
    is_contested: bool,
}

impl RunSearch<'_> {
    /// Reads the candidates. An unreadable reply is read again. After a lost reply, neither an
    /// empty list nor the first read is final: the server may not have finished, and a single
    /// candidate may be another process's run.
    async fn find_candidates(&mut self, is_lost: bool) -> Result<Candidates, LagoonError> {
        let is_alone = self.start.wait_for_others(self.lagoon.patience()).await;
        let mut unconfirmed = None;
        let mut looks = 1;
        loop {
            let place = self.fingerprint.environment.id;
            match self.lagoon.recent_runs(place, NEWEST).await {
                Ok(view) => {
                    let runs = self.candidates(view);
                    if !is_lost || looks == READS || (looks > 1 && !runs.is_empty()) {
                        let is_contested = !is_alone;
                        return Ok(Candidates { runs, is_contested });
                    }
                    unconfirmed = Some(runs).filter(|runs| !runs.is_empty());
                }
                Err(LagoonError::NotLagoon { .. } | LagoonError::Unusable(_)) if looks < READS => {}
                // Without a second read, the run may be another process's.
                Err(error) => {
                    let is_contested = true;
                    let found = unconfirmed.map(|runs| Candidates { runs, is_contested });
                    return found.ok_or(error);
                }
            }
            sleep(PAUSE * looks).await;
            looks += 1;
        }
    }

    fn candidates(&self, view: RecentView) -> Vec<Run> {
        let (fingerprint, me) = (self.fingerprint, view.me);
        view.runs
            .into_iter()
            .filter(|recent| {
                fingerprint.newest.is_before(&recent.run)
                    && recent.run.name == fingerprint.name
                    && recent.command == fingerprint.command
                    && match (&me, &recent.run.user) {
                        (Some(me), Some(user)) if fingerprint.records_user => {
                            me.eq_ignore_ascii_case(user)
                        }
                        _ => true,
                    }
                    && !self.start.is_claimed(recent.run.id, &recent.run.task_name)
            })
            .map(|recent| fingerprint.placed(recent.run))
            .collect()
    }

    /// Combines the mutation's error and the candidates.
    fn conclude(&self, error: LagoonError, found: Result<Candidates, LagoonError>) -> StartOutcome {
        let is_lost = error.leaves_unknown();
        // A 400 comes before anything is carried out: it leaves no row behind.
        let is_invalid = matches!(error, LagoonError::Refused { status: 400, .. });
        let is_from_lagoon = error.is_from_lagoon() && !is_invalid;
        let error = Error::from(error);
        let Candidates { runs, is_contested } = match found {
            Ok(found) => found,
            Err(why) if is_lost => {
                let unknown = unknown(self.fingerprint, &error, &[]);
                let why = format!("the search for the run failed: {why}");
                return StartOutcome::Unknown(unknown.hint(why));
            }
            Err(why) => return StartOutcome::Unchecked(unchecked(error, &why)),
        };
        let claim = |run: &Run| self.start.claim(run.id, &run.task_name);
        if is_from_lagoon {
            // Lagoon creates the row before it passes it on: a refusal can leave one behind.
            if !is_contested {
                for run in &runs {
                    claim(run);
                }
            }
            // Runs that another process may have started are not named.
            let own = if is_contested { &[][..] } else { &runs };
            return StartOutcome::Refused(include_left_behind(error, own));
        }
        match runs.as_slice() {
            [one] if !is_contested && claim(one) => StartOutcome::Recovered(one.clone()),
            [] if !is_lost => StartOutcome::Refused(error),
            several => StartOutcome::Unknown(unknown(self.fingerprint, &error, several)),
        }
    }
}

pub(super) const CHECK_RUNS: &str = "check the newest runs there before you start it again";

fn include_left_behind(refused: Error, runs: &[Run]) -> Error {
    runs.iter().fold(refused, |mut refused, run| {
        refused.runs.push(run.to_json());
        if run.has_started() {
            return refused.hint(format!(
                "run {} was created although Lagoon refused the request; it is {}",
                run.id, run.status
            ));
        }
        refused.hint(Hint::CancelRun {
            id: run.id,
            status: run.status.to_string(),
        })
    })
}

fn unchecked(refused: Error, why: &LagoonError) -> Error {
    refused
        .unknown_whether("a run was created")
        .hint(format!("the search for the run failed: {why}"))
        .hint(CHECK_RUNS)
}

fn unknown(fingerprint: &RunFingerprint, lost: &Error, candidates: &[Run]) -> Error {
    let mut error = Error::new(
        Kind::Unreachable,
        format!(
            "it is unknown whether `{}` was started on {}: {lost}",
            fingerprint.name,
            fingerprint.environment.label()
        ),
    );
    error.runs = candidates.iter().map(Run::to_json).collect();
    if candidates.is_empty() {
        return error.hint(format!("no run was found yet; {CHECK_RUNS}"));
    }
    let hint = |run: &Run| {
        format!(
            "it may be run {} ({}, {})",
            run.id, run.task_name, run.status
        )
    };
    let error = error.with_hints(candidates.iter().map(hint));
    error.hint("check them before you start it again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: i64, created: Option<&str>) -> Run {
        Run {
            id,
            name: "Say hello".into(),
            task_name: "lagoon-task-abcdef".into(),
            status: "new".into(),
            service: None,
            created: created.map(Into::into),
            started: None,
            completed: None,
            environment: None,
            user: None,
        }
    }

    #[test]
    fn candidates_are_newer_by_id_and_server_time() {
        let (second, next) = (Some("2026-01-01 00:00:01"), Some("2026-01-01 00:00:02"));
        let newest = NewestRun::of(&[run(7, second), run(5, next)]);
        for (id, created, is_newer) in [
            (7, next, false),
            (6, next, false),
            (8, second, false),
            (8, next, true),
            (8, None, true),
        ] {
            assert_eq!(
                newest.is_before(&run(id, created)),
                is_newer,
                "{id} {created:?}"
            );
        }
        assert!(NewestRun::default().is_before(&run(1, second)));
    }

    #[test]
    fn an_unread_environment_does_not_refresh_the_newest_run() {
        let mut newest = NewestRun::of(&[run(7, None)]);
        let seen = newest.seen;
        newest.advance(&NewestRun::default());
        assert_eq!(newest.seen, seen);
    }
}
