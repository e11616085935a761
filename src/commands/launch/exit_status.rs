//! The result of `exec --exit-status`.

use crate::app::App;
use crate::domain::{Outcome, Run};
use crate::error::{Error, Kind};
use crate::ops;
use crate::ops::runs::log;

/// Replaces the verdict on a run that completed or failed by the exit code of its command. Without a
/// code, the run counts as failed.
pub(super) async fn verdict(
    app: &App,
    run: &Run,
    nonce: &str,
    verdict: Result<(), Error>,
) -> Result<(), Error> {
    let is_about_run = verdict
        .as_ref()
        .err()
        .is_none_or(|error| error.kind == Kind::RunFailed);
    let has_ended = matches!(run.outcome(), Outcome::Completed | Outcome::Failed);
    if !is_about_run || !has_ended {
        return verdict;
    }
    let id = run.id;
    let failed = |message: String| Error {
        runs: vec![run.to_json()],
        ..Error::new(Kind::RunFailed, message)
    };
    match log::exit_code(app.lagoon().await?, &ops::clock(), id, nonce).await {
        Ok(0) => verdict,
        Ok(code) => Err(Error {
            exit_status: Some(code),
            ..failed(format!("the command of run {id} exited with {code}"))
        }),
        Err(why) => Err(failed(format!(
            "the exit code of the command of run {id} is unknown: {why}"
        ))),
    }
}
