//! Invariants of an invocation under any fault.

use serde_json::Value;

use super::draw::{Case, Command, Met, Rival, Role};
use crate::support::output::Output;

/// The observed results of an invocation.
pub(super) struct ReceivedRequest {
    /// The runs that it started.
    pub(super) ours: Vec<i64>,
    /// Runs that another user started at the same moment.
    pub(super) rivals: Vec<i64>,
    /// The fates of its requests.
    pub(super) happened: Vec<(Role, Met)>,
    pub(super) output: Output,
}

pub(super) fn judge(case: &Case, seen: &ReceivedRequest) -> Result<(), String> {
    let output = &seen.output;
    if output.stderr.contains("panicked") {
        return Err("it panicked".to_owned());
    }
    let mutations = |(role, _): &&(Role, Met)| *role == Role::Mutation;
    let sent = seen.happened.iter().filter(mutations).count();
    if sent > 1 {
        return Err(format!("the mutation was sent {sent} times"));
    }
    if seen.ours.len() > 1 {
        return Err("it was started twice".to_owned());
    }
    let meant = codes(case, seen);
    if !meant.contains(&output.code) {
        return Err(format!(
            "exit code {} where {meant:?} is right",
            output.code
        ));
    }
    let stdout: Option<Value> = match output.stdout.as_str() {
        "" => None,
        text => Some(serde_json::from_str(text).map_err(|e| format!("stdout: {e}"))?),
    };
    let reported = stdout.as_ref().and_then(|run| run["id"].as_i64());
    if output.code == 0 {
        return match seen.ours.as_slice() {
            [id] if reported == Some(*id) => Ok(()),
            _ => Err("it is done, and does not report its own run".to_owned()),
        };
    }
    let last = output.stderr.lines().last().unwrap_or_default();
    let error: Value = serde_json::from_str(last).map_err(|e| format!("the error: {e}"))?;
    let error = &error["error"];
    if error["exitCode"] != output.code {
        return Err("the error names another exit code".to_owned());
    }
    let named = |id: &i64| {
        let mut runs = error["runs"].as_array().into_iter().flatten();
        reported == Some(*id) || runs.any(|run| run["id"] == *id)
    };
    let message = error["message"].as_str().unwrap_or_default();
    let is_unknown = message.contains("unknown whether");
    match seen.ours.first() {
        Some(id) if !named(id) && !is_unknown => {
            Err("a run was started and is named nowhere".to_owned())
        }
        None if reported.is_some() => Err("it reports a run that it did not start".to_owned()),
        _ => Ok(()),
    }
}

/// The exit codes that tell the truth.
fn codes(case: &Case, seen: &ReceivedRequest) -> Vec<i32> {
    let met = |wanted: Role| {
        let all = seen
            .happened
            .iter()
            .filter(move |(role, _)| *role == wanted);
        all.map(|(_, met)| *met)
    };
    let Some(mutation) = met(Role::Mutation).next() else {
        return met(Role::Before).next_back().map_or(vec![7], refused);
    };
    let after: Vec<Met> = met(Role::After).collect();
    // The second reading of a query can be a refusal, too.
    let denied = |pair: &[Met]| pair[0].is_doubtful() && pair[1] == Met::Unauthorized;
    let denied = after.windows(2).any(denied);
    // What looks for a run ends with its last question.
    let found = after.last().is_some_and(|met| met.is_heard());
    let lost = |met: Met| match case.rival {
        _ if !found || !met.reached() => vec![7],
        // Of two runs that nothing tells apart, neither is known to be ours.
        Rival::TheSameUser => vec![7],
        // The other process may not have claimed its run in time.
        Rival::ThisMachine => vec![0, 7],
        Rival::None | Rival::SomebodyElse => vec![0],
    };
    // A duplicate of an earlier reply can be read in place of the mutation's reply, and is refused: not
    // only of the last one, because there can be several connections.
    let misheard = met(Role::Before).any(|met| met == Met::Twice);
    match mutation {
        Met::Nothing | Met::Twice => match case.command {
            Command::Wait if misheard && denied => vec![0, 4, 7],
            Command::Wait if denied => vec![0, 4],
            Command::Wait if misheard && !found => vec![0, 7],
            // Only looked at again, until it can be read.
            Command::Wait => vec![0],
            _ if after.is_empty() => vec![0],
            _ if misheard => lost(mutation),
            _ => vec![],
        },
        Met::Unauthorized => vec![4],
        Met::UnauthorizedAfter if !found => vec![4],
        Met::TooMany => vec![7],
        met => lost(met),
    }
}

/// The exit code of a query whose last reply was this one.
fn refused(met: Met) -> Vec<i32> {
    match met {
        Met::Unauthorized => vec![4],
        Met::Unreadable => vec![1, 7],
        Met::Endless => vec![1],
        _ => vec![7],
    }
}
