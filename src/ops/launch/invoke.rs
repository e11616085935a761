//! Starting a task: everything is checked before the one mutation is sent.

use std::time::Duration;

use crate::domain::quoting::escape;
use crate::domain::values::{self, Problem, Values};
use crate::domain::view::EnvironmentView;
use crate::domain::{Definition, Environment, Outcome, Run, TaskRef, Work};
use crate::error::{Error, Kind, quoted_list};
use crate::lagoon::Lagoon;
use crate::state::Claims;

use crate::ops::launch::lost::{self, Newest, Sought, Started, Unstarted};
use crate::ops::places::place;
use crate::ops::runs::history;

/// What to do when a run of the same task is still going on that environment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IfRunning {
    /// Start another one, and mention it.
    #[default]
    Start,
    /// Start none.
    Skip,
    /// Start one when it has ended.
    Wait,
    /// Fail.
    Fail,
}

/// How a task is to be started.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Argument values, as they were given.
    pub values: Vec<(String, String)>,
    /// Values go to a COMMAND task unescaped.
    pub raw: bool,
    /// Go ahead although the environment does not have the task's service.
    pub without_preflight: bool,
}

/// A task that is ready to be started.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Where.
    pub environment: Environment,
    /// What.
    pub definition: Definition,
    /// With which values.
    pub values: Values,
    /// What the user should know first.
    pub warnings: Vec<String>,
    /// The newest run there; the run to start will be newer.
    pub newest: Newest,
    /// Runs of this task that have not ended, newest first.
    pub unfinished: Vec<Run>,
    /// Runs of this task that completed lately.
    pub completed: Vec<Run>,
}

impl Ready {
    /// The command line that Lagoon will record, or the image.
    #[must_use]
    pub fn recorded(&self) -> String {
        match &self.definition.work {
            Work::Command(command) => self.values.command_line(command),
            Work::Image(image) => image.clone(),
            Work::Unknown(_) => String::new(),
        }
    }

    /// The same with exactly these values, which were read back from a run: none is completed.
    #[must_use]
    pub fn with_exactly(mut self, values: &[(String, String)]) -> Ready {
        let escaped = |(name, value): &(String, String)| (name.clone(), escape(value));
        self.values.sent = values.iter().map(escaped).collect();
        self.values.plain = values.to_vec();
        self
    }

    fn sought(&self) -> Sought {
        Sought {
            environment: self.environment.clone(),
            name: self.definition.name.clone(),
            command: self.recorded(),
            newest: self.newest.clone(),
            says_user: matches!(self.definition.work, Work::Command(_)),
        }
    }

    /// What a run of this task usually takes: the median of the last ones that completed.
    #[must_use]
    pub fn usual_length(&self) -> Option<Duration> {
        history::median(self.completed.iter())
    }
}

/// Finds the task in what the environment shows.
///
/// # Errors
/// Not found or ambiguous; "not found" says that a shadowed task is not listed.
pub fn choose<'a>(view: &'a EnvironmentView, task: &TaskRef) -> Result<&'a Definition, Error> {
    task.find(&view.definitions).map_err(|error| {
        let error = Error::from(error);
        if error.kind == Kind::NotFound {
            let names: Vec<&str> = view
                .definitions
                .iter()
                .take(10)
                .map(|d| d.name.as_str())
                .collect();
            let error = if names.is_empty() || !error.hints.is_empty() {
                error
            } else {
                error.hint(format!(
                    "on {} there are: {}",
                    view.environment.label(),
                    quoted_list(&names)
                ))
            };
            return error.hint("a task that another one of its name stands before is not listed");
        }
        error
    })
}

/// Checks everything that can be checked without a change.
///
/// # Errors
/// Wrong or missing values, a service that is not there.
pub fn prepare(
    view: &EnvironmentView,
    definition: &Definition,
    wish: &Wish,
) -> Result<Ready, Error> {
    let mut warnings = Vec::new();
    if let Err(error) = preflight(&view.environment, definition) {
        if !wish.without_preflight {
            return Err(error.hint("--no-preflight starts it all the same"));
        }
        warnings.push(error.message);
    }
    let values = values::resolve(definition, &wish.values, wish.raw)
        .map_err(|problems| values_error(definition, &problems))?;
    warnings.extend(values.warnings.iter().cloned());
    // Names of runs are shorter than names of tasks.
    if definition.name.chars().count() > crate::domain::text::limit::RUN_NAME {
        return Err(Error::usage(format!(
            "the task's name has more than {} characters: Lagoon cannot start it",
            crate::domain::text::limit::RUN_NAME
        ))
        .hint("define it under a shorter name"));
    }
    let unfinished = view
        .runs
        .iter()
        .filter(|run| run.name == definition.name && run.outcome() == Outcome::Going)
        .cloned()
        .collect();
    Ok(Ready {
        environment: view.environment.clone(),
        definition: definition.clone(),
        values,
        warnings,
        newest: Newest::of(&view.runs),
        unfinished,
        completed: view
            .runs
            .iter()
            .filter(|run| run.name == definition.name && run.outcome() == Outcome::Completed)
            .cloned()
            .collect(),
    })
}

/// Whether the environment has what the task needs: without its service a run stays `new` for ever.
///
/// # Errors
/// Wrong use, with the services that there are.
pub fn preflight(environment: &Environment, definition: &Definition) -> Result<(), Error> {
    if !matches!(definition.work, Work::Command(_)) {
        return Ok(());
    }
    let Some(service) = &definition.service else {
        return Err(Error::usage(format!(
            "the task `{}` names no service, so it can never be invoked",
            definition.name
        )));
    };
    place::require_service(environment, service, &format!("`{}` runs", definition.name))
}

fn values_error(definition: &Definition, problems: &[Problem]) -> Error {
    let message = problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ");
    let mut error = Error::usage(message);
    let takes: Vec<String> = definition
        .arguments()
        .iter()
        .map(|a| {
            format!(
                "{}:{}{}",
                a.name,
                a.kind.short(),
                if a.is_required() { "" } else { " (optional)" }
            )
        })
        .collect();
    if takes.is_empty() {
        error = error.hint(format!("`{}` takes no arguments", definition.name));
    } else {
        error = error.hint(format!("`{}` takes: {}", definition.name, takes.join(", ")));
        if problems
            .iter()
            .any(|p| matches!(p, Problem::Missing { .. }))
        {
            error = error.hint("give a value with -a NAME=VALUE");
        }
    }
    error
}

/// Starts it. When the answer is lost, looks for the run instead of sending again.
///
/// # Errors
/// Lagoon's refusal; or, when the outcome stays unknown, exit code 7 with the candidates.
pub async fn start(lagoon: &Lagoon, claims: &Claims, ready: &Ready) -> Result<Started, Unstarted> {
    let (task, environment) = (ready.definition.id, ready.environment.id);
    let send = async || {
        lagoon
            .invoke_task(task, environment, &ready.values.sent)
            .await
    };
    let started = lost::start(lagoon, claims, ready.sought(), send).await;
    started.map_err(|why| why.map(|error| refused(error, ready)))
}

fn refused(error: Error, ready: &Ready) -> Error {
    if error.message.contains("could not be found") {
        return error.hint(format!(
            "`{}` was listed a moment ago: it was changed or removed since, or your role may not invoke it",
            ready.definition.name
        ));
    }
    if error.message.contains("disabled for this project") {
        return error.hint("the project's owner or a platform owner can enable tasks again");
    }
    error
}
