//! Starting a command that no task defines: checked first, then sent once.

use crate::domain::Environment;
use crate::domain::one_off::OneOff;
use crate::domain::text::{limit, storable};
use crate::domain::view::EnvironmentView;
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;
use crate::lagoon::operations::adhoc::check_length;
use crate::state::Claims;

use crate::ops::launch::lost::{self, Newest, Sought, Started, Unstarted};
use crate::ops::places::place;

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What the run is to be called.
    pub name: String,
    /// The service whose container runs it.
    pub service: String,
    /// What its shell is given.
    pub command: String,
    /// Go ahead although the environment does not have the service.
    pub without_preflight: bool,
}

/// A command that is ready to be started.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Where.
    pub environment: Environment,
    /// What.
    pub one_off: OneOff,
    /// What the user should know first.
    pub warnings: Vec<String>,
    /// The newest run there; the run to start will be newer.
    pub newest: Newest,
}

/// Checks everything that can be checked without a change.
///
/// # Errors
/// A service that is not there, and what Lagoon or the container's shell would not take.
pub fn prepare(view: &EnvironmentView, wish: Wish) -> Result<Ready, Error> {
    let mut warnings = Vec::new();
    let environment = &view.environment;
    if let Err(error) = place::require_service(environment, &wish.service, "it should run") {
        if !wish.without_preflight {
            return Err(error.hint("--no-preflight starts it all the same"));
        }
        warnings.push(error.message);
    }
    let one_off = OneOff {
        name: wish.name,
        environment: environment.id,
        service: wish.service,
        command: wish.command,
    };
    check(&one_off)?;
    Ok(Ready {
        environment: environment.clone(),
        one_off,
        warnings,
        newest: Newest::of(&view.runs),
    })
}

fn check(one_off: &OneOff) -> Result<(), Error> {
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
            return Err(Error::usage("--name: it holds control characters"));
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

/// Starts it. When the answer is lost, looks for the run instead of sending again.
///
/// # Errors
/// Lagoon's refusal; or, when the outcome stays unknown, exit code 7 with the candidates.
pub async fn start(lagoon: &Lagoon, claims: &Claims, ready: &Ready) -> Result<Started, Unstarted> {
    let sought = Sought {
        environment: ready.environment.clone(),
        name: ready.one_off.name.clone(),
        command: ready.one_off.command.clone(),
        newest: ready.newest.clone(),
        says_user: true,
    };
    let send = async || lagoon.add_task(&ready.one_off).await;
    let started = lost::start(lagoon, claims, sought, send).await;
    started.map_err(|why| {
        why.map(|error| match error.kind {
            Kind::NotAllowed => error.hint(
                "one-off commands need the role developer, on production environments maintainer",
            ),
            _ => error,
        })
    })
}
