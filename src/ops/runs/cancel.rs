//! Cancels runs.

use crate::domain::{Outcome, Run};
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;

use crate::ops::resend::Resend;
use crate::ops::runs::wait::about;

/// Refuses a finished run: cancelling would change its times.
pub(crate) fn require_in_progress(run: &Run) -> Result<(), Error> {
    if !run.outcome().is_finished() {
        return Ok(());
    }
    let end = match run.outcome() {
        Outcome::Completed => "has already completed",
        Outcome::Failed => "has already failed",
        _ => "was already cancelled",
    };
    Err(about(
        run,
        Kind::Failed,
        &format!("{end}; nothing to cancel"),
    ))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CancelOutcome {
    Accepted,
    /// The reply was lost.
    Unknown,
}

/// Requests the cancellation, which takes effect later. Reads the run after a refusal that does not
/// exclude an effect. After a refused token, signs in and sends again if the run is in progress.
/// Lagoon reports failures in the text `Error: …` (seen on Lagoon 2.33.1).
pub(crate) async fn request(lagoon: &Lagoon, run: &Run) -> Result<CancelOutcome, Error> {
    let mut resend = Resend::default();
    let answer = loop {
        let error = match lagoon.cancel_run(run.id).await {
            Ok(answer) => break answer,
            Err(error) if error.leaves_unknown() => return Ok(CancelOutcome::Unknown),
            Err(error) => error,
        };
        let mut is_unknown = false;
        if error.is_doubtful_refusal() {
            let may_resend = resend.is_possible(lagoon, &error).await;
            let now = lagoon.run_by_id(run.id).await;
            match &now {
                Ok(Some(now)) if now.outcome().is_finished() => return Ok(CancelOutcome::Unknown),
                Ok(Some(_)) if may_resend => continue,
                _ => {}
            }
            is_unknown = now.is_err() || !error.is_from_lagoon();
        }
        let mut error = Error::from(error);
        if is_unknown {
            error = error.unknown_whether(&format!("run {} will be cancelled", run.id));
        }
        error.runs = vec![run.to_json()];
        return Err(error);
    };
    match answer.strip_prefix("Error:") {
        None => Ok(CancelOutcome::Accepted),
        Some(words) => {
            let words = words.lines().next().unwrap_or_default().trim();
            let message = format!("Lagoon could not cancel run {}: {words}", run.id);
            Err(Error {
                runs: vec![run.to_json()],
                ..Error::failed(message)
            })
        }
    }
}

/// Fails unless the run was cancelled.
pub(crate) fn verdict(run: &Run) -> Result<(), Error> {
    if run.outcome() == Outcome::Cancelled {
        return Ok(());
    }
    let words = format!("was not cancelled: it is {}", run.status);
    Err(about(run, Kind::Failed, &words))
}
