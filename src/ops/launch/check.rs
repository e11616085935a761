//! Checks before a start that need no change.

#[cfg(feature = "cli")]
mod command;
#[cfg(feature = "cli")]
mod selection;

use crate::domain::place::view::EnvironmentView;
#[cfg(feature = "cli")]
use crate::domain::task::environment_value::{NamedValues, with_names};
use crate::domain::task::text::limit;
use crate::domain::task::values;
use crate::domain::task::values::ValueProblem;
use crate::domain::{Definition, Environment, Work};
use crate::error::{Error, Hint};

#[cfg(feature = "cli")]
use crate::ops::launch::LaunchFacts;
use crate::ops::launch::recover::NewestRun;
use crate::ops::launch::{Launch, Subject};
use crate::ops::places::place;

#[cfg(feature = "cli")]
pub(crate) use command::{CommandRequest, command_on};
#[cfg(feature = "cli")]
pub(crate) use selection::{command, require_none_unfinished, task};

/// A task to start on any environment.
#[derive(Debug, Clone, Default)]
pub(crate) struct TaskRequest {
    pub values: Vec<(String, String)>,
    /// Values go to a COMMAND task unescaped.
    pub raw: bool,
    /// Start without the task's service.
    pub no_preflight: bool,
}

#[derive(Debug)]
pub enum Obstacle {
    NoTask(Error),
    NoService(String, Error),
    Other(Error),
}

impl From<Error> for Obstacle {
    fn from(error: Error) -> Obstacle {
        Obstacle::Other(error)
    }
}

impl Obstacle {
    #[cfg(feature = "cli")]
    pub(crate) fn error(&self) -> &Error {
        match self {
            Obstacle::NoTask(error) | Obstacle::NoService(_, error) | Obstacle::Other(error) => {
                error
            }
        }
    }
}

impl From<Obstacle> for Error {
    fn from(obstacle: Obstacle) -> Error {
        match obstacle {
            Obstacle::NoTask(error) | Obstacle::NoService(_, error) | Obstacle::Other(error) => {
                error
            }
        }
    }
}

pub(crate) fn definition_on(
    view: &EnvironmentView,
    definition: &Definition,
    request: &TaskRequest,
) -> Result<Launch, Obstacle> {
    let mut warnings = Vec::new();
    warnings.extend(service_warning(view, definition, request)?);
    let values = values::resolve(definition, &request.values, request.raw)
        .map_err(|problems| values_error(definition, &problems))?;
    warnings.extend(values.warnings.iter().cloned());
    // Names of runs are shorter than names of tasks.
    if definition.name.chars().count() > limit::RUN_NAME {
        let message = format!(
            "Lagoon cannot start tasks whose names have more than {} characters",
            limit::RUN_NAME
        );
        let error = Error::usage(message).hint("define it under a shorter name");
        return Err(error.into());
    }
    Ok(Launch {
        place: view.environment.clone(),
        subject: Subject::Task(Box::new(definition.clone()), values),
        newest: NewestRun::of(&view.runs),
        #[cfg(feature = "cli")]
        facts: LaunchFacts::of_task(view, &definition.name, warnings),
    })
}

/// Checks the service of a COMMAND task.
fn service_warning(
    view: &EnvironmentView,
    definition: &Definition,
    request: &TaskRequest,
) -> Result<Option<String>, Obstacle> {
    match (&definition.work, &definition.service) {
        (Work::Command(_), Some(service)) => {
            let runs = format!("a run of `{}`", definition.name);
            preflight(&view.environment, service, &runs, request.no_preflight)
        }
        (Work::Command(_), None) => {
            let message = format!(
                "the task `{}` has no service, so it cannot be invoked",
                definition.name
            );
            match request.no_preflight {
                true => Ok(Some(message)),
                false => Err(Error::usage(message).hint(Hint::SkipPreflight).into()),
            }
        }
        _ => Ok(None),
    }
}

/// False if the start would be refused even with the missing values, so that prompts are in vain.
#[cfg(feature = "cli")]
pub(crate) fn lacks_only_values(
    view: &EnvironmentView,
    definition: &Definition,
    request: &TaskRequest,
) -> bool {
    let project = &view.environment.project.name;
    let Ok(named) = with_names(definition.arguments(), project, &request.values) else {
        return false;
    };
    let is_missing = |problem: &ValueProblem| matches!(problem, ValueProblem::Missing { .. });
    let resolved = values::resolve(definition, &named.values, request.raw);
    service_warning(view, definition, request).is_ok()
        && resolved.map_or_else(|problems| problems.iter().all(is_missing), |_| true)
}

/// As [`definition_on`]; environment-typed values can also be safe names or namespaces.
#[cfg(feature = "cli")]
pub(crate) fn definition_with_names(
    view: &EnvironmentView,
    definition: &Definition,
    request: &TaskRequest,
) -> Result<Launch, Obstacle> {
    let project = &view.environment.project.name;
    let NamedValues { values, notes } =
        with_names(definition.arguments(), project, &request.values)
            .map_err(|problems| values_error(definition, &problems))?;
    let request = TaskRequest { values, ..*request };
    let mut launch = definition_on(view, definition, &request)?;
    launch.facts.notes = notes;
    Ok(launch)
}

fn values_error(definition: &Definition, problems: &[ValueProblem]) -> Error {
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let error = Error::usage(texts.join("; "));
    let name = &definition.name;
    let arguments = definition.arguments().iter().map(|argument| {
        let (name, kind) = (&argument.name, argument.kind.short());
        let mark = if argument.is_required() {
            ""
        } else {
            " (optional)"
        };
        format!("{name}:{kind}{mark}")
    });
    let arguments: Vec<String> = arguments.collect();
    if arguments.is_empty() {
        return error.hint(format!("`{name}` takes no arguments"));
    }
    let error = error.hint(format!("arguments of `{name}`: {}", arguments.join(", ")));
    let is_missing = |problem: &ValueProblem| matches!(problem, ValueProblem::Missing { .. });
    if problems.iter().any(is_missing) {
        return error.hint(Hint::GiveValue);
    }
    error
}

/// Checks that the environment has the service: without it a run never leaves `new`. With
/// `skips`, the failure is a warning.
fn preflight(
    environment: &Environment,
    service: &str,
    runs: &str,
    skips: bool,
) -> Result<Option<String>, Obstacle> {
    match place::require_service(environment, service, runs) {
        Ok(()) => Ok(None),
        Err(error) if skips => Ok(Some(error.message)),
        Err(error) => {
            let error = error.hint(Hint::SkipPreflight);
            Err(Obstacle::NoService(service.to_owned(), error))
        }
    }
}
