//! Prompts for the values of a task.

use crate::app::App;
use crate::commands::input::values::Values;
use crate::commands::select::pick;
use crate::domain::task::text::storable;
use crate::domain::{Argument, Definition, Environment};
use crate::error::Error;
use crate::ops::places::place;
use crate::terminal::{Choice, Prompt, Question};

/// Prompts for values that are not given: required ones, or `all`. Environment-typed arguments need
/// a request.
pub(crate) async fn values(
    app: &App,
    environment: &Environment,
    definition: &Definition,
    given: &mut Values,
    all: bool,
) -> Result<(), Error> {
    let missing: Vec<&Argument> = definition
        .arguments()
        .iter()
        .filter(|argument| all || argument.is_required())
        .filter(|argument| !given.iter().any(|(name, _)| *name == argument.name))
        .collect();
    let environments = if missing
        .iter()
        .any(|argument| argument.kind.is_environment())
    {
        place::project(app.lagoon().await?, &environment.project.name)
            .await?
            .1
    } else {
        Vec::new()
    };
    let prompt = app.ui.prompt();
    for argument in missing {
        if let Some(value) = value(prompt.as_ref(), argument, &environments)? {
            given.push((argument.name.clone(), value));
        }
    }
    Ok(())
}

fn value(
    prompt: &dyn Prompt,
    argument: &Argument,
    environments: &[Environment],
) -> Result<Option<String>, Error> {
    let label = match &argument.display_name {
        Some(display_name) => format!("{display_name} ({})", argument.name),
        None => argument.name.clone(),
    };
    if let Some(allowed) = argument.allowed().filter(|allowed| !allowed.is_empty()) {
        return among(prompt, &label, argument, allowed, environments);
    }
    let question = Question {
        label,
        default: argument.default.clone().filter(|d| !d.is_empty()),
        empty: (!argument.is_required()).then_some("for none"),
    };
    let text = prompt.text(&question, &|value| {
        if value.is_empty() && !argument.is_required() {
            Ok(())
        } else {
            argument.check(value).and_then(|()| storable(value))
        }
    })?;
    // An empty answer omits the value. Lagoon's default is then sent unchanged.
    Ok(Some(text).filter(|t| !t.is_empty()))
}

/// Prompts for one of the allowed values, or `(none)`.
fn among(
    prompt: &dyn Prompt,
    label: &str,
    argument: &Argument,
    allowed: &[String],
    environments: &[Environment],
) -> Result<Option<String>, Error> {
    let choice = |value: &String| match environments.iter().find(|e| e.name == *value) {
        Some(environment) => pick::environment_choice(environment),
        // An environment of unknown type may be production.
        None if argument.kind.is_environment() => Choice::new(value).never_preselected(),
        None => Choice::new(value),
    };
    let can_be_none = argument.optional && argument.default.is_none();
    let none = can_be_none.then(|| Choice::new("(none)"));
    let choices: Vec<Choice> = none.into_iter().chain(allowed.iter().map(choice)).collect();
    let default = argument
        .default
        .as_ref()
        .and_then(|default| allowed.iter().position(|value| value == default));
    let picked = prompt.select(label, &choices, default)?;
    let value = picked.checked_sub(usize::from(can_be_none));
    Ok(value.and_then(|at| allowed.get(at)).cloned())
}
