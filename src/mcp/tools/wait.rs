//! Waiting for a run.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::runs::{RunState, UNTRUSTED, optional, run_id, sentence};
use crate::domain::Outcome;
use crate::error::Kind;
use crate::mcp::call::Caller;
use crate::mcp::result::{Answer, Failure};
use crate::mcp::session::Session;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::mcp) struct WaitInput {
    /// The id of the run.
    #[serde(deserialize_with = "run_id")]
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub run: i64,
    /// The maximum time to wait, in seconds.
    #[serde(default, deserialize_with = "timeout")]
    #[schemars(range(min = 1, max = 86_400))]
    pub timeout_seconds: Option<u64>,
}

fn timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    optional(deserializer, 86_400)
}

impl WaitInput {
    pub(super) fn limit(&self, default: Duration) -> Duration {
        self.timeout_seconds.map_or(default, Duration::from_secs)
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::mcp) struct WaitedRun {
    #[serde(flatten)]
    run: RunState,
    /// True if the run was still in progress after `timeoutSeconds`.
    timed_out: bool,
}

const LIMIT: Duration = Duration::from_secs(600);

pub(in crate::mcp) async fn wait_for_run(
    session: &Session<'_>,
    caller: &Caller<'_>,
    input: &WaitInput,
) -> Result<Answer, Failure> {
    let run = session.run(input.run).await?;
    let waited = session.watch(caller, run, input.limit(LIMIT)).await?;
    let run = waited.run;
    let timed_out = match waited.end {
        Ok(()) => false,
        Err(error) if error.kind == Kind::StillGoing => true,
        Err(error) => return Err(error.into()),
    };
    let mut text = sentence(&run);
    match run.outcome() {
        Outcome::Failed => text.push_str("; run_log shows why"),
        _ if timed_out => text.push_str("; call wait_for_run again to keep waiting"),
        _ => {}
    }
    let result = WaitedRun {
        run: RunState::of(session, &run),
        timed_out,
    };
    Answer::new(text, result, UNTRUSTED)
}
