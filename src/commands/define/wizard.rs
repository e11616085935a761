//! The prompts of `define` at a terminal: for everything if no name is given, otherwise for what is
//! required.

use clap::ValueEnum;

use crate::app::App;
use crate::commands::flags::PermissionArg;
use crate::commands::scope;
use crate::commands::select::pick::{self, environment_choice};
use crate::domain::ArgumentKind;
use crate::domain::names::same_name;
use crate::domain::plan::coverage::Coverage;
use crate::domain::task::argument::{self, is_shell_variable};
use crate::domain::task::definition::Target;
use crate::domain::task::text::storable;
use crate::error::Error;
use crate::ops::definitions::define;
use crate::ops::places::place;
use crate::terminal::{Choice, Prompt, Question};

use super::DefineArgs;

/// True if a required value is missing.
pub(super) fn is_needed(args: &DefineArgs) -> bool {
    args.name.is_none() || lacks_work(args) || lacks_service(args)
}

fn lacks_work(args: &DefineArgs) -> bool {
    args.command.is_none() && args.command_file.is_none() && args.image.is_none()
}

fn lacks_service(args: &DefineArgs) -> bool {
    args.image.is_none() && args.service.is_none()
}

pub(super) async fn ask(mut args: DefineArgs, app: &App) -> Result<(DefineArgs, Target), Error> {
    let prompt = app.ui.prompt();
    let prompt = prompt.as_ref();
    let asks_all = args.name.is_none();
    if asks_all {
        args.name = Some(prompt.text(&Question::new("Task name"), &|name| {
            if name.trim() == name && name.chars().count() <= 100 {
                storable(name)
            } else {
                Err("use at most 100 characters, without spaces at either end".to_owned())
            }
        })?);
    }
    let group = args.group.as_deref();
    let target = scope::named_target(app, args.scope, group, "to define the task", false).await?;
    if lacks_work(&args) {
        work(&mut args, prompt)?;
    }
    if lacks_service(&args) {
        args.service = Some(service(app, &target).await?);
    }
    if !asks_all {
        return Ok((args, target));
    }
    if args.description.is_none() {
        args.description = optional(prompt, "Description", "for none")?;
    }
    if args.permission.is_none() {
        args.permission = Some(permission(prompt)?);
    }
    if args.args.is_empty() {
        arguments(&mut args, app, &target).await?;
    }
    if args.confirmation_text.is_none() {
        args.confirmation_text = optional(prompt, "Confirmation text", "for none")?;
    }
    Ok((args, target))
}

/// A text, unless the answer is empty.
fn optional(
    prompt: &dyn Prompt,
    question: &str,
    empty: &'static str,
) -> Result<Option<String>, Error> {
    let text = prompt.text(&Question::new(question).or_empty(empty), &storable)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn work(args: &mut DefineArgs, prompt: &dyn Prompt) -> Result<(), Error> {
    let kinds = [
        Choice::new("command").note("a shell command in a service's container"),
        Choice::new("image").note("a container image (platform owners only)"),
    ];
    if prompt.select("Type", &kinds, Some(0))? == 0 {
        args.command = Some(prompt.text(&Question::new("Command"), &storable)?);
    } else {
        args.image = Some(prompt.text(&Question::new("Image"), &storable)?);
    }
    Ok(())
}

/// Offers the services of the environment, or of the project's environments.
async fn service(app: &App, target: &Target) -> Result<String, Error> {
    if matches!(target, Target::Group(_) | Target::System(_)) {
        return pick::service(app, &[]);
    }
    let coverage = Coverage::names([""; 0]);
    let site = define::site(app.lagoon().await?, target, &coverage, None).await?;
    let known: Vec<String> = site.services().into_iter().flatten().cloned().collect();
    pick::service(app, &known)
}

fn permission(prompt: &dyn Prompt) -> Result<PermissionArg, Error> {
    let choices = [
        Choice::new("guest").note("everyone with access to the project"),
        Choice::new("developer").note("developers, maintainers and owners"),
        Choice::new("maintainer").note("maintainers and owners"),
    ];
    let picked = prompt.select("Permission", &choices, Some(1))?;
    Ok(PermissionArg::value_variants()[picked])
}

async fn arguments(args: &mut DefineArgs, app: &App, target: &Target) -> Result<(), Error> {
    let prompt = app.ui.prompt();
    let prompt = prompt.as_ref();
    let in_shell = args.image.is_none();
    loop {
        let question = Question::new("Add an argument").or_empty("to finish");
        let name = prompt.text(&question, &|name| {
            if name.is_empty() || !in_shell || is_shell_variable(name) {
                Ok(())
            } else {
                Err(
                    "use letters, digits and `_`, not starting with a digit: it becomes a shell variable"
                        .to_owned(),
                )
            }
        })?;
        if name.is_empty() {
            return Ok(());
        }
        let types = ArgumentKind::WORDS.map(Choice::new);
        let word = ArgumentKind::WORDS[prompt.select("Argument type", &types, Some(0))?];
        let kind = ArgumentKind::parse(word);
        let is_optional = prompt.confirm("Optional?", false)?;
        let mark = if is_optional { "?" } else { "" };
        let mut spec = format!("{name}{mark}:{word}");
        if let Some(shown) = optional(prompt, "Label", "to use the name")? {
            spec.push_str(&format!(":{shown}"));
        }
        args.args.push(spec);
        let default = match kind {
            Some(kind) if kind.is_environment() => {
                default_environment(app, target, &kind, prompt).await?
            }
            kind => default_text(prompt, kind == Some(ArgumentKind::Numeric))?,
        };
        args.defaults
            .extend(default.map(|default| format!("{name}={default}")));
    }
}

fn default_text(prompt: &dyn Prompt, is_numeric: bool) -> Result<Option<String>, Error> {
    let question = Question::new("Default").or_empty("for none");
    let text = prompt.text(&question, &|text| {
        if is_numeric && !text.is_empty() && !argument::is_numeric(text) {
            return Err("use digits and dots only".to_owned());
        }
        storable(text)
    })?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Only a task of a single environment can have a default environment.
async fn default_environment(
    app: &App,
    target: &Target,
    kind: &ArgumentKind,
    prompt: &dyn Prompt,
) -> Result<Option<String>, Error> {
    let Target::Environment {
        project,
        environment,
    } = target
    else {
        return Ok(None);
    };
    let (_, mut environments) = place::project(app.lagoon().await?, project).await?;
    if *kind == ArgumentKind::OtherEnvironmentName {
        environments.retain(|other| !same_name(&other.name, environment));
    }
    let none = Choice::new("(none)");
    let choices = environments.iter().map(environment_choice);
    let choices: Vec<Choice> = std::iter::once(none).chain(choices).collect();
    let picked = prompt.select("Default", &choices, Some(0))?;
    let picked = picked.checked_sub(1).map(|at| environments.swap_remove(at));
    Ok(picked.map(|environment| environment.name))
}
