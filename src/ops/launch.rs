//! Starting runs: checked first, sent once, looked up when the reply is lost. A single target is a
//! list of one.

#[cfg(feature = "cli")]
pub(crate) mod batch;
pub(crate) mod check;
#[cfg(feature = "cli")]
pub(crate) mod facts;
#[cfg(feature = "cli")]
pub(crate) mod join;
pub(crate) mod recover;
#[cfg(feature = "cli")]
pub(crate) mod rerun;
#[cfg(feature = "cli")]
pub(crate) mod start;

#[cfg(feature = "cli")]
use crate::domain::task::one_off::OneOff;
use crate::domain::task::values::Values;
use crate::domain::{Definition, Environment, Run, Work};
use crate::error::Error;
use crate::lagoon::{Lagoon, LagoonError};
use crate::state::Claims;

#[cfg(feature = "cli")]
pub(crate) use facts::LaunchFacts;
use recover::{NewestRun, RunFingerprint, StartOutcome};

/// One start on one environment, checked.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub place: Environment,
    pub subject: Subject,
    pub newest: NewestRun,
    #[cfg(feature = "cli")]
    pub facts: LaunchFacts,
}

#[derive(Debug, Clone)]
pub(crate) enum Subject {
    Task(Box<Definition>, Values),
    #[cfg(feature = "cli")]
    Command(OneOff),
}

impl Launch {
    pub(crate) fn name(&self) -> &str {
        match &self.subject {
            Subject::Task(definition, _) => &definition.name,
            #[cfg(feature = "cli")]
            Subject::Command(one_off) => &one_off.name,
        }
    }

    /// The task; `None` for a command.
    pub(crate) fn definition(&self) -> Option<&Definition> {
        match &self.subject {
            Subject::Task(definition, _) => Some(definition),
            #[cfg(feature = "cli")]
            Subject::Command(_) => None,
        }
    }

    /// The command line that Lagoon will record, or the image.
    pub(crate) fn recorded(&self) -> String {
        match &self.subject {
            Subject::Task(definition, values) => match &definition.work {
                Work::Command(command) => values.command_line(command),
                Work::Image(image) => image.clone(),
            },
            #[cfg(feature = "cli")]
            Subject::Command(one_off) => one_off.command.clone(),
        }
    }

    pub(crate) async fn start(&self, lagoon: &Lagoon, claims: &Claims) -> StartOutcome {
        // For images Lagoon does not record who started them.
        let is_image = matches!(self.definition(), Some(d) if !matches!(d.work, Work::Command(_)));
        let fingerprint = RunFingerprint {
            environment: self.place.clone(),
            name: self.name().to_owned(),
            command: self.recorded(),
            newest: self.newest.clone(),
            records_user: !is_image,
        };
        let send = || self.send(lagoon);
        match recover::start(lagoon, claims, fingerprint, send).await {
            StartOutcome::Refused(error) => StartOutcome::Refused(self.explained(error)),
            StartOutcome::Unchecked(error) => StartOutcome::Unchecked(self.explained(error)),
            StartOutcome::Unknown(error) => StartOutcome::Unknown(self.explained(error)),
            outcome => outcome,
        }
    }

    async fn send(&self, lagoon: &Lagoon) -> Result<Run, LagoonError> {
        match &self.subject {
            Subject::Task(definition, values) => {
                let (task, environment) = (definition.id, self.place.id);
                lagoon.invoke_task(task, environment, &values.sent).await
            }
            #[cfg(feature = "cli")]
            Subject::Command(one_off) => lagoon.add_task(one_off).await,
        }
    }

    /// Adds the reason for a refusal.
    fn explained(&self, error: Error) -> Error {
        match self.definition() {
            Some(task) if error.message.contains("could not be found") => error.hint(format!(
                "`{}` was changed or deleted in the meantime, or your role may not invoke it",
                task.name
            )),
            Some(_) if error.message.contains("disabled for this project") => {
                error.hint("the project's owner or a platform owner can enable tasks again")
            }
            _ => error,
        }
    }
}
