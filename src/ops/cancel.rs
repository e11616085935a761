//! Asking for the end of runs.

use crate::domain::Run;
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;

use super::wait::verdict_about;

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

/// Asks for the end of a run. It comes later; a lost answer leaves it open whether it was asked.
///
/// # Errors
/// Lagoon's refusal. (A failure comes as the text `Error: …`, seen on Lagoon 2.33.1.)
pub async fn request(lagoon: &Lagoon, run: &Run) -> Result<(), Error> {
    let answer = match lagoon.cancel_run(run.id).await {
        Ok(answer) => answer,
        // Whether it was asked shows in what happens next.
        Err(error) if error.leaves_unknown() => return Ok(()),
        Err(error) => {
            return Err(Error {
                runs: vec![run.to_json()],
                ..Error::from(error)
            });
        }
    };
    match answer.strip_prefix("Error:") {
        None => Ok(()),
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
