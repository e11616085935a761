//! Cancelling a run.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::runs::{RunState, UNTRUSTED, sentence};
use super::tasks::label;
use super::wait::WaitInput;
use crate::domain::{Outcome, Run};
use crate::error::Kind;
use crate::mcp::call::Caller;
use crate::mcp::consent;
use crate::mcp::result::{Answer, Failure, named};
use crate::mcp::session::Session;
use crate::ops::runs::cancel::{self, CancelOutcome};
use crate::terminal::clean_line;

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::mcp) struct CancelledRun {
    #[serde(flatten)]
    run: RunState,
    /// True if the run has ended as cancelled.
    cancelled: bool,
    /// False if the reply to the request was lost, so that Lagoon may not have received it.
    acknowledged: bool,
}

fn question(run: &Run) -> String {
    let place = run.environment.as_deref().map_or_else(String::new, label);
    let (name, status) = (named(&run.name), clean_line(&run.status));
    format!(
        "Cancel run {} of {name} on {place}? It is {status}.",
        run.id
    )
}

const LIMIT: Duration = Duration::from_secs(60);

pub(in crate::mcp) async fn cancel_run(
    session: &Session<'_>,
    caller: &Caller<'_>,
    input: &WaitInput,
) -> Result<Answer, Failure> {
    session.limits.check_invoke()?;
    let run = session.run(input.run).await?;
    session.limits.check_change(run.environment.as_deref())?;
    cancel::require_in_progress(&run)?;
    let command = format!("tasks cancel {}", run.id);
    let command = session.app.ui.completed_command(&command);
    consent::require(caller, &question(&run), &command).await?;
    // The user may have taken long.
    let run = session.run(input.run).await?;
    session.limits.check_change(run.environment.as_deref())?;
    cancel::require_in_progress(&run)?;
    if caller.is_stopped() {
        return Err(Failure::Stopped);
    }
    let request = {
        let _sending = session.sending(format!("run {} will be cancelled", run.id));
        let lagoon = session.app.lagoon().await?;
        cancel::request(lagoon, &run).await?
    };
    let what = format!("requested the cancellation of run {}", run.id);
    session.note_if_unread(caller, &what);
    let waited = session.watch(caller, run, input.limit(LIMIT)).await?;
    let run = waited.run;
    let acknowledged = request == CancelOutcome::Accepted;
    let mut text = sentence(&run);
    match waited.end {
        Ok(()) if run.outcome() == Outcome::Cancelled => {}
        Ok(()) => text.push_str(", so it was not cancelled"),
        Err(error) if matches!(error.kind, Kind::StillGoing | Kind::NeverStarted) => {
            text.push_str(if acknowledged {
                "; Lagoon accepted the request, which may still take effect"
            } else {
                "; it is unknown whether Lagoon received the request"
            });
        }
        Err(error) => return Err(error.into()),
    }
    let result = CancelledRun {
        cancelled: run.outcome() == Outcome::Cancelled,
        run: RunState::of(session, &run),
        acknowledged,
    };
    Answer::new(text, result, UNTRUSTED)
}
