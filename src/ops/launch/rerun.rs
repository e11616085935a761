//! Launches that repeat a run.

use crate::domain::place::view::EnvironmentView;
use crate::domain::run::recorded;
use crate::domain::task::exit_status;
use crate::domain::task::quoting::escape;
use crate::domain::{Definition, Environment, Run, Work};
use crate::error::Error;
use crate::lagoon::Lagoon;
use crate::lagoon::operations::single_run::RunDetails;

use crate::ops::launch::check::{self, CommandRequest, TaskRequest};
use crate::ops::launch::{Launch, Subject};
use crate::ops::runs::read;

/// A run and what Lagoon recorded of it.
#[derive(Debug, Clone)]
pub(crate) struct RecordedRun {
    pub run: Run,
    pub environment: Environment,
    /// As the user gave it.
    command: String,
    record: RunDetails,
}

/// The task of a run, and what is known of its values.
#[derive(Debug, Clone)]
pub(crate) enum RerunSource {
    Task(Definition, Vec<(String, String)>),
    /// Lagoon does not record an image's values.
    ValuesUnknown(Definition),
    /// The task has changed since, or its values cannot be reconstructed.
    Changed(Definition),
    OneOff,
}

impl RecordedRun {
    /// The recorded command line without the exit status of `exec --exit-status`, or the image.
    pub(crate) fn command(&self) -> &str {
        &self.command
    }

    pub(crate) fn origin(&self, view: &EnvironmentView) -> Result<RerunSource, Error> {
        let named = view.definitions.iter().find(|d| d.name == self.run.name);
        let Some(definition) = named else {
            return if self.is_of_an_image() {
                Err(Error::not_found(format!(
                    "run {} seems to have used the image {}, but {} has no task `{}`",
                    self.run.id,
                    self.command(),
                    view.environment.label(),
                    self.run.name
                )))
            } else {
                Ok(RerunSource::OneOff)
            };
        };
        let definition = definition.clone();
        Ok(match &definition.work {
            Work::Command(command) => {
                let names: Vec<&str> = definition.arguments().iter().map(|a| &*a.name).collect();
                match recorded::values(&self.record.command, command, &names) {
                    Some(values) => RerunSource::Task(definition, values),
                    None => RerunSource::Changed(definition),
                }
            }
            Work::Image(image) if image != self.command() => RerunSource::Changed(definition),
            Work::Image(_) if definition.arguments().is_empty() => {
                RerunSource::Task(definition, Vec::new())
            }
            Work::Image(_) => RerunSource::ValuesUnknown(definition),
        })
    }

    /// For an image, Lagoon records its name as the command, and no user.
    fn is_of_an_image(&self) -> bool {
        let command = self.command();
        self.record.user.is_none()
            && command.contains('/')
            && !command.starts_with(['/', '.'])
            && !command.contains(|c: char| c.is_whitespace() || "'\"$`;&|<>()*?".contains(c))
    }

    pub(crate) fn as_command(
        &self,
        view: &EnvironmentView,
        no_preflight: bool,
    ) -> Result<Launch, Error> {
        let request = CommandRequest {
            name: self.run.name.to_string(),
            service: self.run.service.as_deref().unwrap_or_default().to_owned(),
            script: self.command().to_owned(),
            no_preflight,
        };
        Ok(check::command_on(view, &request)?)
    }
}

/// Replaces some values of the run.
pub(crate) fn task(
    view: &EnvironmentView,
    definition: &Definition,
    kept: &[(String, String)],
    replaced: &[(String, String)],
    no_preflight: bool,
) -> Result<Launch, Error> {
    let is_kept = |(name, _): &&(String, String)| !replaced.iter().any(|(new, _)| new == name);
    let kept_values = kept.iter().filter(is_kept);
    let request = TaskRequest {
        values: kept_values.chain(replaced).cloned().collect(),
        raw: false,
        no_preflight,
    };
    let mut launch = check::definition_with_names(view, definition, &request)?;
    if let Subject::Task(definition, values) = &mut launch.subject
        && matches!(definition.work, Work::Command(_))
        && replaced.is_empty()
    {
        // Exactly the recorded values, in their order: defaults would add others.
        let escaped = |(name, value): &(String, String)| (name.clone(), escape(value));
        values.sent = kept.iter().map(escaped).collect();
        values.plain = kept.to_vec();
    }
    Ok(launch)
}

/// The values that a task's run received; empty if they are unknown, as for an image.
pub(crate) async fn recorded_values(lagoon: &Lagoon, run: &Run) -> Vec<(String, String)> {
    let record = lagoon.run_record(run.id).await.ok().flatten();
    record.map_or_else(Vec::new, |record| recorded::leading(&record.command))
}

pub(crate) async fn read(lagoon: &Lagoon, run: Run) -> Result<RecordedRun, Error> {
    let read = || lagoon.run_record(run.id);
    let record = read::twice(read)
        .await?
        .ok_or_else(|| Error::not_found(read::gone(run.id)))?;
    let environment = run.environment.as_deref().cloned().ok_or_else(|| {
        Error::not_found(format!(
            "the environment of run {} no longer exists or is hidden from you",
            run.id
        ))
    })?;
    if record.command.is_empty() {
        return Err(Error::failed(format!(
            "Lagoon recorded no command for run {}; nothing to rerun",
            run.id
        )));
    }
    Ok(RecordedRun {
        run,
        environment,
        command: exit_status::plain(&record.command),
        record,
    })
}
