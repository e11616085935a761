//! Commands without a task.

use super::{Obstacle, preflight};
use crate::domain::place::view::EnvironmentView;
use crate::domain::task::one_off::OneOff;
use crate::domain::task::text::{limit, storable, too_long};
use crate::error::{Error, Flag};
use crate::lagoon::operations::adhoc::check_length;
use crate::ops::launch::recover::NewestRun;
use crate::ops::launch::{Launch, LaunchFacts, Subject};

/// A command to start on any environment.
#[derive(Debug, Clone)]
pub(crate) struct CommandRequest {
    pub name: String,
    pub service: String,
    /// The input of the container's shell.
    pub script: String,
    /// Start without the service.
    pub no_preflight: bool,
}

pub(crate) fn command_on(
    view: &EnvironmentView,
    request: &CommandRequest,
) -> Result<Launch, Obstacle> {
    let one_off = OneOff {
        name: request.name.clone(),
        environment: view.environment.id,
        service: request.service.clone(),
        command: request.script.clone(),
    };
    let skips = request.no_preflight;
    let warnings = preflight(&view.environment, &one_off.service, "the command", skips)?;
    check_command(&one_off)?;
    Ok(Launch {
        place: view.environment.clone(),
        subject: Subject::Command(one_off),
        newest: NewestRun::of(&view.runs),
        facts: LaunchFacts {
            warnings: warnings.into_iter().collect(),
            ..LaunchFacts::default()
        },
    })
}

fn check_command(one_off: &OneOff) -> Result<(), Error> {
    let command = one_off.plain_command();
    let texts = [
        ("the command", &command),
        ("the name", &one_off.name),
        ("the service", &one_off.service),
    ];
    for (what, text) in texts {
        if text.trim().is_empty() {
            return Err(Error::usage(format!("{what} is empty")));
        }
        if what == "the name" && text.contains(char::is_control) {
            return Err(Error::usage("the name contains control characters").about(Flag::Name));
        }
        storable(text).map_err(|why| Error::usage(format!("{what} cannot be stored: {why}")))?;
    }
    let length = one_off.command.len();
    if length > limit::COMMAND_BYTES {
        return Err(Error::usage(format!(
            "the command {}",
            too_long(length, "bytes", limit::COMMAND_BYTES)
        )));
    }
    let length = one_off.name.chars().count();
    if length > limit::RUN_NAME {
        return Err(Error::usage(format!(
            "the name {}",
            too_long(length, "characters", limit::RUN_NAME)
        )));
    }
    Ok(check_length(one_off)?)
}
