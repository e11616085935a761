//! A task, and its start.

use crate::client::{Environment, Error, ErrorKind, Run};
use crate::domain::{Argument, Definition, Work};
use crate::ops::launch::check::{self, TaskRequest};
use crate::ops::launch::recover::StartOutcome;

/// A task that can be invoked on an environment.
#[derive(Clone)]
pub struct Task {
    environment: Environment,
    inner: Definition,
}

/// The start of a task, see [`Task::invoke`].
#[must_use = "nothing is started before `start` is called"]
pub struct Invocation<'a> {
    task: &'a Task,
    values: Vec<(String, String)>,
    is_confirmed: bool,
}

impl Task {
    pub(super) fn new(environment: &Environment, inner: Definition) -> Self {
        Task {
            environment: environment.clone(),
            inner,
        }
    }

    /// Lagoon's id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.inner.id
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The description; may be empty.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.inner.description
    }

    /// The shell command; `None` for a task that runs an image.
    #[must_use]
    pub fn command(&self) -> Option<&str> {
        self.inner.command()
    }

    /// The image; `None` for a task that runs a command.
    #[must_use]
    pub fn image(&self) -> Option<&str> {
        match &self.inner.work {
            Work::Image(image) => Some(image),
            _ => None,
        }
    }

    /// The service whose container runs the command.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.inner.service.as_deref()
    }

    /// The arguments, in no particular order.
    #[must_use]
    pub fn arguments(&self) -> &[Argument] {
        self.inner.arguments()
    }

    /// The text that a user must confirm before a start.
    #[must_use]
    pub fn confirmation_text(&self) -> Option<&str> {
        self.inner.confirmation()
    }

    /// Prepares a start.
    pub fn invoke(&self) -> Invocation<'_> {
        Invocation {
            task: self,
            values: Vec::new(),
            is_confirmed: false,
        }
    }
}

impl Invocation<'_> {
    /// Gives an argument its value, which arrives exactly as given.
    pub fn value(mut self, argument: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.push((argument.into(), value.into()));
        self
    }

    /// Says that the user has confirmed the task's confirmation text.
    pub fn confirmed(mut self) -> Self {
        self.is_confirmed = true;
        self
    }

    /// Reads the task again, checks the values and starts it. The request to start is sent once. If its
    /// reply is lost, the run is looked up, and returned if exactly one run can be it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for an unknown or missing argument, a value that the argument does not
    /// allow, and an environment without the task's service; [`ErrorKind::NotConfirmed`];
    /// [`ErrorKind::UnknownOutcome`] if the reply was lost and it is unknown whether a run was started. A
    /// refusal starts nothing, unless [`Error::candidates`] has a run.
    ///
    /// If a reply is lost, two simultaneous starts of the same task with the same values are told apart
    /// only between clones of a client and between clients that share a state folder.
    pub async fn start(self) -> Result<Run, Error> {
        let Environment { client, .. } = &self.task.environment;
        let view = self.task.environment.view(true).await?;
        let id = self.task.id();
        let found = view.definitions.iter().find(|found| found.id == id);
        let definition = found.ok_or_else(|| {
            let message = format!("the task `{}` (id {id}) no longer exists", self.task.name());
            Error::new(ErrorKind::NotFound, message)
        })?;
        if let Some(text) = definition.confirmation().filter(|_| !self.is_confirmed) {
            let message = format!("`{}` requires confirmation: {text}", definition.name);
            return Err(Error::new(ErrorKind::NotConfirmed, message));
        }
        let request = TaskRequest {
            values: self.values,
            ..TaskRequest::default()
        };
        let launch = check::definition_on(&view, definition, &request);
        let launch = launch.map_err(crate::error::Error::from)?;
        match launch.start(&client.lagoon, &client.record.claims).await {
            StartOutcome::Started(run) | StartOutcome::Recovered(run) => Ok(Run::new(client, run)),
            StartOutcome::Refused(error) => Err(error.into()),
            StartOutcome::Unchecked(error) | StartOutcome::Unknown(error) => {
                Err(Error::unknown(error))
            }
        }
    }
}
