//! Whether something can be started on each of several environments: all of them, or none.

use std::collections::BTreeSet;

use crate::domain::TaskRef;
use crate::error::{Error, Kind};
use crate::ops::places::targets::Seen;

use crate::ops::launch::invoke::IfRunning;
use crate::ops::launch::ready::Ready;
use crate::ops::launch::{exec, invoke};
use crate::ops::places::place;
use crate::ops::places::targets::all_together;

/// Why something cannot be started on an environment.
#[derive(Debug)]
pub enum Unfit {
    /// It does not have the task or the service.
    Missing(Error),
    /// Anything else.
    Wrong(Error),
}

/// A target as messages name it, and whether it can be started there.
pub type Fit = (String, Result<Ready, Unfit>);

/// Some text and the environments that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What is to be said.
    pub text: String,
    /// Of which environments.
    pub labels: Vec<String>,
}

impl About {
    /// A further line of a message.
    fn line(&self) -> String {
        format!("\n  {}: {}", self.labels.join(", "), self.text)
    }
}

/// What can be started.
#[derive(Debug)]
pub struct Fitting {
    /// In the order of the line.
    pub ready: Vec<Ready>,
    /// What was left out, as it does not have the task or the service.
    pub left_out: Vec<About>,
}

/// A task on an environment, by what this one shows: tasks of one name can differ.
///
/// # Errors
/// As [`invoke::choose`] and [`invoke::prepare`].
pub fn task(
    seen: &Seen,
    task: &TaskRef,
    wish: &invoke::Wish,
    if_running: IfRunning,
) -> Result<Ready, Unfit> {
    whole(seen)?;
    let view = &seen.view;
    let definition = invoke::choose(view, task).map_err(|error| match error.kind {
        Kind::NotFound => Unfit::Missing(error),
        _ => Unfit::Wrong(error),
    })?;
    if !wish.without_preflight
        && let Some(service) = &definition.service
    {
        invoke::preflight(&view.environment, definition).map_err(|_| missing_service(service))?;
    }
    let ready = invoke::prepare(view, definition, wish).map_err(Unfit::Wrong)?;
    if let (IfRunning::Fail, Some(run)) = (if_running, ready.unfinished.first()) {
        let message = format!("a run of this task is {} there", run.status);
        let error = Error::failed(message).hint("--if-running start|skip|wait does something else");
        return Err(Unfit::Wrong(error));
    }
    Ok(Ready::Task(Box::new(ready)))
}

/// A command of its own on an environment.
///
/// # Errors
/// As [`exec::prepare`].
pub fn one_off(seen: &Seen, wish: exec::Wish) -> Result<Ready, Unfit> {
    whole(seen)?;
    if !wish.without_preflight {
        place::require_service(&seen.view.environment, &wish.service, "")
            .map_err(|_| missing_service(&wish.service))?;
    }
    let ready = exec::prepare(&seen.view, wish).map_err(Unfit::Wrong)?;
    Ok(Ready::OneOff(Box::new(ready)))
}

fn whole(seen: &Seen) -> Result<(), Unfit> {
    match &seen.trouble {
        None => Ok(()),
        Some(trouble) => {
            let error = Error::from(trouble.clone());
            let message = format!("it cannot be read whole: {}", error.message);
            Err(Unfit::Wrong(Error { message, ..error }))
        }
    }
}

fn missing_service(service: &str) -> Unfit {
    let message = format!("there is no service `{service}`: a run would wait for ever");
    Unfit::Missing(Error::usage(message).hint("--no-preflight starts it all the same"))
}

/// Nothing is started unless all can be; `skip_missing` leaves out those without task or service.
///
/// # Errors
/// All that is wrong, together; that nothing is left.
pub fn all_or_none(fits: Vec<Fit>, skip_missing: bool) -> Result<Fitting, Error> {
    let total = fits.len();
    let mut ready = Vec::new();
    let mut left_out = Vec::new();
    let mut wrong: Vec<(String, Error)> = Vec::new();
    let mut is_missing = false;
    for (label, fit) in fits {
        match fit {
            Ok(one) => ready.push(one),
            Err(Unfit::Missing(error)) if skip_missing => left_out.push((error.message, label)),
            Err(Unfit::Missing(error)) => {
                is_missing = true;
                wrong.push((label, error));
            }
            Err(Unfit::Wrong(error)) => wrong.push((label, error)),
        }
    }
    if !wrong.is_empty() {
        let head = format!(
            "{} of {total} targets cannot be started, so none was",
            wrong.len()
        );
        let told = wrong
            .iter()
            .map(|(label, e)| (e.to_string(), label.clone()));
        let mut message = head;
        for about in by_text(told) {
            message.push_str(&about.line());
        }
        // What helps with one helps with all of which the same is said.
        let mut helped = BTreeSet::new();
        let errors = wrong.into_iter().map(|(_, mut error)| {
            if !helped.insert(error.to_string()) {
                error.hints.clear();
            }
            error
        });
        let mut error = match all_together(errors.collect()) {
            Err(error) => Error { message, ..error },
            Ok(()) => Error::failed(message),
        };
        error.source = None;
        if is_missing {
            error = error.hint("--skip-missing skips those without the task or service");
        }
        return Err(error);
    }
    let left_out = by_text(left_out);
    if ready.is_empty() {
        let mut message = format!("nothing was started: all {total} targets were skipped");
        for about in &left_out {
            message.push_str(&about.line());
        }
        return Err(Error::not_found(message));
    }
    Ok(Fitting { ready, left_out })
}

/// What is said of several is said once, with all that it is said of.
#[must_use]
pub fn by_text(told: impl IntoIterator<Item = (String, String)>) -> Vec<About> {
    let mut all: Vec<About> = Vec::new();
    for (text, label) in told {
        match all.iter_mut().find(|about| about.text == text) {
            Some(about) => about.labels.push(label),
            None => all.push(About {
                text,
                labels: vec![label],
            }),
        }
    }
    all
}
