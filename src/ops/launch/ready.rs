//! What can be started: all checked, a task or a command of its own.

use std::time::Duration;

use crate::domain::{Environment, Run};
use crate::lagoon::Lagoon;
use crate::state::Claims;

use crate::ops::launch::lost::{Newest, Started, Unstarted};
use crate::ops::launch::{exec, invoke};

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

    /// The newest run that was seen there.
    pub(in crate::ops) fn newest(&mut self) -> &mut Newest {
        match self {
            Ready::Task(ready) => &mut ready.newest,
            Ready::OneOff(ready) => &mut ready.newest,
        }
    }

    /// Starts it, once.
    ///
    /// # Errors
    /// As [`invoke::start`] and [`exec::start`].
    pub async fn start(&self, lagoon: &Lagoon, claims: &Claims) -> Result<Started, Unstarted> {
        match self {
            Ready::Task(ready) => invoke::start(lagoon, claims, ready).await,
            Ready::OneOff(ready) => exec::start(lagoon, claims, ready).await,
        }
    }
}
