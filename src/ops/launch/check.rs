//! Checks before a start that need no change.

use crate::domain::place::view::EnvironmentView;
use crate::domain::task::one_off::OneOff;
use crate::domain::task::text::{limit, storable};
use crate::domain::task::values;
use crate::domain::task::values::Problem;
use crate::domain::{Definition, Environment, Outcome, TaskRef, Work};
use crate::error::{Error, Flag, Hint, Kind, quoted_list};
use crate::lagoon::operations::adhoc::check_length;

use crate::ops::launch::recover::Newest;
use crate::ops::launch::{Launch, Subject};
use crate::ops::places::place;
use crate::ops::places::targets::Seen;
use crate::ops::runs::history;

/// A task to start on any environment.
#[derive(Debug, Clone, Default)]
pub struct TaskRequest {
    pub values: Vec<(String, String)>,
    /// Values go to a COMMAND task unescaped.
    pub raw: bool,
    /// Start without the task's service.
    pub no_preflight: bool,
}

/// A command to start on any environment.
#[derive(Debug, Clone)]
pub struct CommandRequest {
    pub name: String,
    pub service: String,
    /// The input of the container's shell.
    pub script: String,
    /// Start without the service.
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

impl From<Obstacle> for Error {
    fn from(obstacle: Obstacle) -> Error {
        match obstacle {
            Obstacle::NoTask(error) | Obstacle::NoService(_, error) | Obstacle::Other(error) => {
                error
            }
        }
    }
}

/// Checks a task on an environment. Tasks of one name can differ between environments.
pub fn task(seen: &Seen, task: &TaskRef, request: &TaskRequest) -> Result<Launch, Obstacle> {
    require_complete(seen)?;
    let definition = choose(&seen.view, task).map_err(|error| match error.kind {
        Kind::NotFound => Obstacle::NoTask(error),
        _ => Obstacle::Other(error),
    })?;
    definition_on(&seen.view, definition, request)
}

fn choose<'a>(view: &'a EnvironmentView, task: &TaskRef) -> Result<&'a Definition, Error> {
    task.find(&view.definitions).map_err(|error| {
        let mut error = Error::from(error);
        if error.kind != Kind::NotFound {
            return error;
        }
        let names = view.definitions.iter().take(10).map(|d| d.name.as_str());
        let names: Vec<&str> = names.collect();
        if !names.is_empty() && error.hints.is_empty() {
            error = error.hint(format!(
                "on {} there are: {}",
                view.environment.label(),
                quoted_list(&names)
            ));
        }
        error.hint("a task that another one of its name stands before is not listed")
    })
}

pub fn definition_on(
    view: &EnvironmentView,
    definition: &Definition,
    request: &TaskRequest,
) -> Result<Launch, Obstacle> {
    let mut warnings = Vec::new();
    match (&definition.work, &definition.service) {
        (Work::Command(_), Some(service)) => {
            let runs = format!("`{}` runs", definition.name);
            let skips = request.no_preflight;
            warnings.extend(preflight(&view.environment, service, &runs, skips)?);
        }
        (Work::Command(_), None) => {
            let message = format!(
                "the task `{}` names no service, so it can never be invoked",
                definition.name
            );
            if !request.no_preflight {
                return Err(Error::usage(message).hint(Hint::SkipPreflight).into());
            }
            warnings.push(message);
        }
        _ => {}
    }
    let values = values::resolve(definition, &request.values, request.raw)
        .map_err(|problems| values_error(definition, &problems))?;
    warnings.extend(values.warnings.iter().cloned());
    // Names of runs are shorter than names of tasks.
    if definition.name.chars().count() > limit::RUN_NAME {
        let message = format!(
            "the task's name has more than {} characters: Lagoon cannot start it",
            limit::RUN_NAME
        );
        let error = Error::usage(message).hint("define it under a shorter name");
        return Err(error.into());
    }
    let of_task = |outcome| {
        let runs = view.runs.iter();
        runs.filter(move |run| run.name == definition.name && run.outcome() == outcome)
    };
    Ok(Launch {
        place: view.environment.clone(),
        subject: Subject::Task(Box::new(definition.clone()), values),
        warnings,
        newest: Newest::of(&view.runs),
        unfinished: of_task(Outcome::Going).cloned().collect(),
        usual_length: history::median(of_task(Outcome::Completed)),
    })
}

pub fn require_none_unfinished(launch: Launch) -> Result<Launch, Obstacle> {
    let Some(run) = launch.unfinished.first() else {
        return Ok(launch);
    };
    let error = Error::failed(format!("a run of this task is {} there", run.status));
    Err(error.hint(Hint::ChooseIfRunning).into())
}

fn values_error(definition: &Definition, problems: &[Problem]) -> Error {
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
    let error = error.hint(format!("`{name}` takes: {}", arguments.join(", ")));
    let is_missing = |problem: &Problem| matches!(problem, Problem::Missing { .. });
    if problems.iter().any(is_missing) {
        return error.hint(Hint::GiveValue);
    }
    error
}

pub fn command(seen: &Seen, request: &CommandRequest) -> Result<Launch, Obstacle> {
    require_complete(seen)?;
    command_on(&seen.view, request)
}

pub fn command_on(view: &EnvironmentView, request: &CommandRequest) -> Result<Launch, Obstacle> {
    let one_off = OneOff {
        name: request.name.clone(),
        environment: view.environment.id,
        service: request.service.clone(),
        command: request.script.clone(),
    };
    let skips = request.no_preflight;
    let warnings = preflight(&view.environment, &one_off.service, "it should run", skips)?;
    check_command(&one_off)?;
    Ok(Launch {
        place: view.environment.clone(),
        subject: Subject::Command(one_off),
        warnings: warnings.into_iter().collect(),
        newest: Newest::of(&view.runs),
        unfinished: Vec::new(),
        usual_length: None,
    })
}

fn check_command(one_off: &OneOff) -> Result<(), Error> {
    let texts = [
        ("the command", &one_off.command),
        ("the name", &one_off.name),
        ("the service", &one_off.service),
    ];
    for (what, text) in texts {
        if text.trim().is_empty() {
            return Err(Error::usage(format!("{what} is empty")));
        }
        if what == "the name" && text.contains(char::is_control) {
            return Err(Error::usage("it holds control characters").about(Flag::Name));
        }
        storable(text).map_err(|why| Error::usage(format!("{what} cannot be kept: {why}")))?;
    }
    let length = one_off.command.len();
    if length > limit::COMMAND_BYTES {
        return Err(Error::usage(format!(
            "the command has {length} bytes, Lagoon keeps {}",
            limit::COMMAND_BYTES
        )));
    }
    let length = one_off.name.chars().count();
    if length > limit::RUN_NAME {
        return Err(Error::usage(format!(
            "the name has {length} characters, at most {} are allowed",
            limit::RUN_NAME
        )));
    }
    Ok(check_length(one_off)?)
}

/// Checks that the environment has the service: without it a run stays `new` for ever. With
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

fn require_complete(seen: &Seen) -> Result<(), Error> {
    match &seen.trouble {
        None => Ok(()),
        Some(trouble) => {
            let error = Error::from(trouble.clone());
            let message = format!("it cannot be read whole: {}", error.message);
            Err(Error { message, ..error })
        }
    }
}
