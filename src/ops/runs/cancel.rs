//! Asking for the end of runs.

use crate::domain::Run;
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;

use crate::ops::resend::Resend;
use crate::ops::runs::wait::verdict_about;

/// That a run is over already: cancelling it would change nothing but its times.
///
/// # Errors
/// For a run that is over.
pub fn require_going(run: &Run) -> Result<(), Error> {
    if !run.outcome().is_over() {
        return Ok(());
    }
    let message = format!(
        "run {} of `{}` is {}: there is nothing to cancel",
        run.id, run.name, run.status
    );
    Err(verdict_about(run, Kind::Failed, message))
}

/// Lagoon's reply to a request to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Lagoon took it.
    Accepted,
    /// The reply was lost: what happens to the run shows whether Lagoon got it.
    Unknown,
}

/// Requests the cancellation of a run, which comes later.
///
/// # Errors
/// Lagoon's refusal. (A failure comes as the text `Error: …`, seen on Lagoon 2.33.1.) After any
/// refusal that does not exclude that the request was carried out, reads the run once; its end counts as
/// accepted. After a refused token, signs in and requests it again if the run is still in progress.
pub async fn request(lagoon: &Lagoon, run: &Run) -> Result<Request, Error> {
    let mut resend = Resend::default();
    let answer = loop {
        let error = match lagoon.cancel_run(run.id).await {
            Ok(answer) => break answer,
            Err(error) if error.leaves_unknown() => return Ok(Request::Unknown),
            Err(error) => error,
        };
        let mut is_unknown = false;
        if error.is_doubtful_refusal() {
            let may_resend = resend.is_possible(lagoon, &error).await;
            let now = lagoon.run_by_id(run.id).await;
            match &now {
                Ok(Some(now)) if now.outcome().is_over() => return Ok(Request::Unknown),
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
        None => Ok(Request::Accepted),
        Some(words) => {
            let words = words.lines().next().unwrap_or_default().trim();
            let message = format!("Lagoon could not cancel run {}: {words}", run.id);
            Err(verdict_about(run, Kind::Failed, message))
        }
    }
}

/// What it means for somebody who asked for it how a run ended.
///
/// # Errors
/// When it ended otherwise than cancelled.
pub fn verdict(run: &Run) -> Result<(), Error> {
    if run.outcome() == crate::domain::Outcome::Cancelled {
        return Ok(());
    }
    let message = format!(
        "run {} of `{}` was not cancelled: it is {}",
        run.id, run.name, run.status
    );
    Err(verdict_about(run, Kind::Failed, message))
}
