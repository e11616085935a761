//! What is asked at a terminal about a task that the line does not say.

use crate::app::App;
use crate::domain::text::storable;
use crate::domain::{Argument, Definition, TaskRef};
use crate::error::Error;
use crate::ops::invoke;
use crate::ops::place::EnvironmentView;
use crate::ui::{Choice, Prompt, Question};

use super::values::Values;

/// The task: named, or asked for.
///
/// # Errors
/// Not found, interrupted, or nothing to choose from.
pub fn task(
    app: &App,
    view: &EnvironmentView,
    named: Option<&TaskRef>,
) -> Result<Definition, Error> {
    if let Some(named) = named {
        return invoke::choose(view, named).cloned();
    }
    if view.definitions.is_empty() {
        return Err(Error::not_found(format!(
            "there are no tasks that you may invoke on {}",
            view.environment.label()
        )));
    }
    let choices: Vec<Choice> = view
        .definitions
        .iter()
        .map(|d| {
            let choice = Choice::new(&d.name);
            if d.description.is_empty() {
                choice
            } else {
                choice.note(&d.description)
            }
        })
        .collect();
    let picked = app.ui.prompt().select("Task", &choices, None)?;
    Ok(view.definitions[picked].clone())
}

/// Values for what is not given: `all` asks for optional arguments too.
///
/// # Errors
/// Interrupted.
pub fn values(
    app: &App,
    definition: &Definition,
    given: &mut Values,
    all: bool,
) -> Result<(), Error> {
    let prompt = app.ui.prompt();
    for argument in definition.arguments() {
        let is_given = given.iter().any(|(name, _)| *name == argument.name);
        if is_given || !(all || argument.is_required()) {
            continue;
        }
        if let Some(value) = value(prompt.as_ref(), argument)? {
            given.push((argument.name.clone(), value));
        }
    }
    Ok(())
}

fn value(prompt: &dyn Prompt, argument: &Argument) -> Result<Option<String>, Error> {
    let label = match &argument.display_name {
        Some(display_name) => format!("{display_name} ({})", argument.name),
        None => argument.name.clone(),
    };
    if let Some(range) = argument
        .range
        .as_ref()
        .filter(|r| argument.kind.is_environment() && !r.is_empty())
    {
        let mut choices: Vec<Choice> = range.iter().map(Choice::new).collect();
        let default = argument
            .default
            .as_ref()
            .and_then(|d| range.iter().position(|r| r == d));
        if !argument.is_required() && argument.default.is_none() {
            choices.push(Choice::new("(none)"));
        }
        let picked = prompt.select(&label, &choices, default)?;
        return Ok(range.get(picked).cloned());
    }
    let question = Question {
        label,
        default: argument.default.clone().filter(|d| !d.is_empty()),
        optional: !argument.is_required(),
    };
    let text = prompt.text(&question, &|value| {
        if value.is_empty() && !argument.is_required() {
            Ok(())
        } else {
            argument.check(value).and_then(|()| storable(value))
        }
    })?;
    // Nothing typed leaves it out; a default is then sent as it is.
    Ok(Some(text).filter(|t| !t.is_empty()))
}
