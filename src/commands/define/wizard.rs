//! The prompts of `define` at a terminal when no name is given.

use clap::ValueEnum;

use crate::app::App;
use crate::commands::flags::PermissionArg;
use crate::commands::scope;
use crate::commands::select::pick;
use crate::domain::ArgumentKind;
use crate::domain::task::argument::is_shell_variable;
use crate::domain::task::definition::Target;
use crate::domain::task::text::storable;
use crate::error::Error;
use crate::ops::places::place;
use crate::terminal::{Choice, Prompt, Question};

use super::DefineArgs;

pub(super) async fn ask(mut args: DefineArgs, app: &App) -> Result<(DefineArgs, Target), Error> {
    let prompt = app.ui.prompt();
    let prompt = prompt.as_ref();
    args.name = Some(prompt.text(&Question::new("Task name"), &|name| {
        if name.trim() == name && name.chars().count() <= 100 {
            storable(name)
        } else {
            Err("use at most 100 characters, without spaces at either end".to_owned())
        }
    })?);
    let group = args.group.as_deref();
    let target = scope::named_target(app, args.scope, group, "to define the task", false).await?;
    if args.command.is_none() && args.command_file.is_none() && args.image.is_none() {
        work(&mut args, prompt)?;
    }
    if args.image.is_none() && args.service.is_none() {
        args.service = Some(service(app, &target).await?);
    }
    if args.description.is_none() {
        args.description = optional(prompt, "Description")?;
    }
    if args.permission.is_none() {
        args.permission = Some(permission(prompt)?);
    }
    if args.args.is_empty() {
        arguments(&mut args, prompt)?;
    }
    if args.confirmation_text.is_none() {
        args.confirmation_text = optional(prompt, "Confirmation text (leave empty for none)")?;
    }
    Ok((args, target))
}

/// A text, unless the answer is empty.
fn optional(prompt: &dyn Prompt, question: &str) -> Result<Option<String>, Error> {
    let text = prompt.text(&Question::new(question).optional(), &storable)?;
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

async fn service(app: &App, target: &Target) -> Result<String, Error> {
    let known = match target {
        Target::Environment {
            project,
            environment,
        } => {
            let view = place::environment(app.lagoon().await?, project, environment, false).await?;
            view.environment.services.unwrap_or_default()
        }
        _ => Vec::new(),
    };
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

fn arguments(args: &mut DefineArgs, prompt: &dyn Prompt) -> Result<(), Error> {
    let in_shell = args.image.is_none();
    loop {
        let question = Question::new("Add an argument (leave empty to finish)").optional();
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
        let kind = ArgumentKind::WORDS[prompt.select("Argument type", &types, Some(0))?];
        let is_optional = prompt.confirm("Optional?", false)?;
        let mark = if is_optional { "?" } else { "" };
        let mut spec = format!("{name}{mark}:{kind}");
        if let Some(shown) = optional(prompt, "Label (leave empty to use the name)")? {
            spec.push_str(&format!(":{shown}"));
        }
        args.args.push(spec);
        if let Some(default) = optional(prompt, "Default (leave empty for none)")? {
            args.defaults.push(format!("{name}={default}"));
        }
    }
}
