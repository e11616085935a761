//! The next step after a start: to follow the run.

use crate::commands::launch::Start;
use crate::commands::report::ResultShape;
use crate::commands::scope;
use crate::domain::Run;
use crate::domain::task::quoting;
use crate::error::{Error, Kind};
use crate::ops::launch::start::LaunchOutcome;
use crate::output::Format;
use crate::terminal::PromptError;

pub(super) enum FollowAnswer {
    Yes,
    No,
    Interrupted,
}

impl Start<'_> {
    /// Asks whether to follow the run if it was started from prompts and nothing waits for it.
    pub(super) fn offer_to_follow(
        &self,
        outcomes: &[LaunchOutcome],
        signal: Option<Kind>,
    ) -> Result<FollowAnswer, Error> {
        let ui = &self.app.ui;
        let started = match (self.shape, outcomes, signal) {
            (ResultShape::One, [outcome], None) => outcome.started(),
            _ => None,
        };
        let is_running = started.is_some_and(|run| !run.outcome().is_finished());
        let was_prompted = self.was_prompted && ui.can_prompt() && !ui.is_quiet();
        let has_table = self.answer.format() == Format::Table;
        if !(is_running && was_prompted && has_table) || self.flags.waits() {
            return Ok(FollowAnswer::No);
        }
        match ui.prompt().confirm("Follow the log?", true) {
            Ok(true) => Ok(FollowAnswer::Yes),
            Ok(false) => Ok(FollowAnswer::No),
            Err(PromptError::Interrupted) => Ok(FollowAnswer::Interrupted),
            Err(error) => Err(error.into()),
        }
    }

    /// After prompts, says that the run was started, and prints the command line that does the same
    /// without prompts.
    pub(super) fn print_equivalent(&self, outcomes: &[LaunchOutcome]) {
        if let (Some(line), [outcome]) = (&self.equivalent, outcomes)
            && let Some(run) = outcome.run()
        {
            let ui = &self.app.ui;
            if let (Some(_), Some(place)) = (outcome.started(), &run.environment) {
                let (id, name, place) = (run.id, &run.name, place.label());
                ui.note(&format!("started run {id} of `{name}` on {place}"));
            }
            ui.note(&format!("equivalent command:\n  {line}"));
        }
    }

    /// The command line that follows the started run, or waits for the started runs; `None` if none
    /// is in progress.
    pub(super) fn next_step(&self, started: &[Run]) -> Option<String> {
        let going = started.iter().filter(|run| !run.outcome().is_finished());
        let mut ids: Vec<i64> = going.map(|run| run.id).collect();
        ids.sort_unstable();
        let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
        match (self.shape, ids.len()) {
            (_, 0) => None,
            (ResultShape::One, _) => Some(format!("follow it: {}", follow_line(ids))),
            (ResultShape::Many, count) => Some(format!(
                "{count} started; to wait for them: {}",
                wait_line(ids)
            )),
        }
    }
}

pub(super) fn wait_line(ids: impl IntoIterator<Item = String>) -> String {
    quoting::suggestion(scope::line_start("wait").into_iter().chain(ids))
}

pub(super) fn follow_line(ids: impl IntoIterator<Item = String>) -> String {
    let words = scope::line_start("logs").into_iter().chain(ids);
    quoting::suggestion(words.chain(["-f".to_owned()]))
}
