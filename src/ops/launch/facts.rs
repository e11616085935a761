//! Facts about a start that the command line shows or acts on.

use std::time::Duration;

use super::{Launch, Subject};
use crate::domain::place::view::EnvironmentView;
use crate::domain::{Outcome, Run};
use crate::ops::runs::history;

#[derive(Debug, Clone, Default)]
pub(crate) struct LaunchFacts {
    pub warnings: Vec<String>,
    /// Values that were replaced by the name of their environment.
    pub notes: Vec<String>,
    /// The task's runs in progress, newest first.
    pub unfinished: Vec<Run>,
    /// The run in progress that is joined instead of a start.
    pub joined: Option<Run>,
    /// The median of the task's last completed runs.
    pub usual_length: Option<Duration>,
}

impl LaunchFacts {
    pub(super) fn of_task(view: &EnvironmentView, task: &str, warnings: Vec<String>) -> Self {
        let with = |outcome| {
            let runs = view.runs.iter();
            runs.filter(move |run| run.name == task && run.outcome() == outcome)
        };
        LaunchFacts {
            warnings,
            notes: Vec::new(),
            joined: None,
            unfinished: with(Outcome::Going).cloned().collect(),
            usual_length: history::median(with(Outcome::Completed)),
        }
    }
}

impl Launch {
    pub(crate) fn service(&self) -> Option<&str> {
        match &self.subject {
            Subject::Task(definition, _) => definition.service.as_deref(),
            Subject::Command(one_off) => Some(&one_off.service),
        }
    }

    pub(crate) fn values(&self) -> &[(String, String)] {
        match &self.subject {
            Subject::Task(_, values) => &values.plain,
            Subject::Command(_) => &[],
        }
    }

    /// The recorded command line, or the command as the user gave it.
    pub(crate) fn shown(&self) -> String {
        match &self.subject {
            Subject::Task(..) => self.recorded(),
            Subject::Command(one_off) => one_off.plain_command(),
        }
    }

    /// The task's name and confirmation text.
    pub(crate) fn confirmation(&self) -> Option<String> {
        let definition = self.definition()?;
        let text = definition.confirmation()?;
        Some(format!("{}: {text}", definition.name))
    }

    /// With its environment.
    pub(crate) fn newest_unfinished(&self) -> Option<Run> {
        self.facts.unfinished.first().map(|run| self.placed(run))
    }

    /// A run of this environment, with the environment.
    pub(super) fn placed(&self, run: &Run) -> Run {
        Run {
            environment: Some(self.place.clone().into()),
            ..run.clone()
        }
    }
}

/// A run of the same task that has not finished, in words.
pub(crate) fn already(run: &Run) -> String {
    format!(
        "run {} of this task is already in progress on this environment ({})",
        run.id, run.status
    )
}
