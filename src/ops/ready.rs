//! What can be started: all checked, a task or a command of its own.

use std::time::Duration;

use crate::domain::{Environment, Run};
use crate::lagoon::Lagoon;

use super::lost::{Started, Unstarted};
use super::{exec, invoke};

/// Something to be started, all checked.
#[derive(Debug, Clone)]
pub enum Ready {
    /// A task.
    Task(Box<invoke::Ready>),
    /// A command of its own.
    OneOff(Box<exec::Ready>),
}

impl Ready {
    /// Where it will run.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        match self {
            Ready::Task(ready) => &ready.environment,
            Ready::OneOff(ready) => &ready.environment,
        }
    }

    /// What the user should know first.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        match self {
            Ready::Task(ready) => &ready.warnings,
            Ready::OneOff(ready) => &ready.warnings,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Ready::Task(ready) => &ready.definition.name,
            Ready::OneOff(ready) => &ready.one_off.name,
        }
    }

    /// The service whose container runs it.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        match self {
            Ready::Task(ready) => ready.definition.service.as_deref(),
            Ready::OneOff(ready) => Some(&ready.one_off.service),
        }
    }

    /// The values of a task's arguments.
    #[must_use]
    pub fn values(&self) -> &[(String, String)] {
        match self {
            Ready::Task(ready) => &ready.values.plain,
            Ready::OneOff(_) => &[],
        }
    }

    /// Runs of the same task there that have not ended, newest first.
    #[must_use]
    pub fn unfinished(&self) -> &[Run] {
        match self {
            Ready::Task(ready) => &ready.unfinished,
            Ready::OneOff(_) => &[],
        }
    }

    /// What it usually takes.
    #[must_use]
    pub fn usual_length(&self) -> Option<Duration> {
        match self {
            Ready::Task(ready) => ready.usual_length(),
            Ready::OneOff(_) => None,
        }
    }

    /// The same for a place where a run of this id exists meanwhile: what is started is newer.
    #[must_use]
    pub(super) fn after(mut self, id: i64) -> Ready {
        let newest = match &mut self {
            Ready::Task(ready) => &mut ready.newest,
            Ready::OneOff(ready) => &mut ready.newest,
        };
        *newest = id.max(*newest);
        self
    }

    /// Starts it, once.
    ///
    /// # Errors
    /// As [`invoke::start`] and [`exec::start`].
    pub async fn start(&self, lagoon: &Lagoon) -> Result<Started, Unstarted> {
        match self {
            Ready::Task(ready) => invoke::start(lagoon, ready).await,
            Ready::OneOff(ready) => exec::start(lagoon, ready).await,
        }
    }
}
