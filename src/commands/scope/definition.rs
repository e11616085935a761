//! The scope that the command line names, for defining, changing and deleting tasks.

use crate::app::App;
use crate::commands::flags::{ScopeArg, spelled};
use crate::commands::scope;
use crate::commands::select::pick;

use crate::domain::Scope;
use crate::domain::task::definition::Target;
use crate::domain::task::quoting::suggestion;
use crate::error::{Error, target_flags};
use crate::ops::definitions::update::TaskNotFound;
use crate::ops::places::other_name;
use crate::settings::{Sourced, TargetSetting};
use crate::terminal::Choice;

/// The scope that the command line names. Variables and inference complete it but never choose it.
/// `only_reads` relaxes the rules for reading.
pub(crate) async fn named_target(
    app: &App,
    scope: Option<ScopeArg>,
    group: Option<&str>,
    doing: &str,
    only_reads: bool,
) -> Result<Target, Error> {
    let Some(scope) = named_scope(app, scope, group)? else {
        if app.ui.can_prompt() {
            return prompted_target(app).await;
        }
        return Err(
            Error::usage(format!("say where {doing}: -e, -p, --group or --scope")).hint(
                "for an environment: -p PROJECT -e ENVIRONMENT; for a project: -p PROJECT; for a \
                 group: --group GROUP; for the whole Lagoon: --scope system",
            ),
        );
    };
    completed(app, scope, group, only_reads).await
}

async fn prompted_target(app: &App) -> Result<Target, Error> {
    let scopes = [
        Choice::new("environment").note("one environment of a project"),
        Choice::new("project").note("all environments of a project"),
        Choice::new("group").note("all projects of a group"),
        Choice::new("system").note("all projects of this Lagoon"),
    ];
    let project = app.settings.project.as_ref().map(|p| p.value.clone());
    let scope = app.ui.prompt().select("Scope", &scopes, Some(1))?;
    if scope == 2 {
        return Ok(Target::Group(pick::group(app).await?));
    }
    if scope == 3 {
        return Ok(Target::System(project));
    }
    let project = scope::project(app).await?;
    if scope == 1 {
        return Ok(Target::Project(project));
    }
    let (project, environment) = scope::prompt_environment(app, &project).await?;
    Ok(Target::Environment {
        project,
        environment,
    })
}

pub(crate) fn named_scope(
    app: &App,
    scope: Option<ScopeArg>,
    group: Option<&str>,
) -> Result<Option<ScopeArg>, Error> {
    let on_line = |value: Option<&Sourced<String>>| value.is_some_and(|v| v.is_flag());
    let environment = on_line(app.settings.environment.as_ref());
    let project = on_line(app.settings.project.as_ref());
    let scope = match scope {
        Some(scope) => scope,
        None if environment && group.is_some() => {
            return Err(Error::conflict("-e", "--group"));
        }
        None if environment => ScopeArg::Environment,
        None if group.is_some() => ScopeArg::Group,
        None if project => ScopeArg::Project,
        None => return Ok(None),
    };
    let named = [
        (environment, ScopeArg::Environment, "-e"),
        (group.is_some(), ScopeArg::Group, "--group"),
    ];
    for (is_named, of, flag) in named {
        if is_named && scope != of {
            let scope = spelled(scope);
            return Err(Error::conflict(flag, format!("--scope {scope}")));
        }
    }
    Ok(Some(scope))
}

/// Completes a scope of this kind, with prompts at a terminal.
async fn completed(
    app: &App,
    scope: ScopeArg,
    group: Option<&str>,
    only_reads: bool,
) -> Result<Target, Error> {
    let require_explicit = |what: &[TargetSetting]| match only_reads {
        true => Ok(()),
        false => app.require_explicit(what),
    };
    Ok(match scope {
        ScopeArg::Environment => {
            let (project, environment) = scope::chosen_place(app, only_reads).await?;
            Target::Environment {
                project,
                environment,
            }
        }
        ScopeArg::Project => {
            require_explicit(&[TargetSetting::Context, TargetSetting::Project])?;
            Target::Project(scope::project(app).await?)
        }
        ScopeArg::Group => {
            require_explicit(&[TargetSetting::Context])?;
            if group.is_none() && app.ui.can_prompt() {
                return Ok(Target::Group(pick::group(app).await?));
            }
            let group = group
                .filter(|g| !g.trim().is_empty())
                .ok_or_else(|| Error::not_given("group").hint("name it with --group"))?;
            Target::Group(group.to_owned())
        }
        ScopeArg::System => {
            require_explicit(&[TargetSetting::Context])?;
            Target::System(app.settings.project.as_ref().map(|p| p.value.clone()))
        }
    })
}

/// The target with the name of its environment, which can be given as a safe name or namespace.
pub(crate) async fn with_environment_name(app: &App, target: Target) -> Result<Target, Error> {
    let Target::Environment {
        project,
        environment,
    } = target
    else {
        return Ok(target);
    };
    let lagoon = app.lagoon().await?;
    let found = other_name::find_by_other_name(lagoon, &project, &environment).await?;
    let environment = match found {
        Some(found) => {
            app.ui.note(&found.words());
            found.environment.name
        }
        None => environment,
    };
    Ok(Target::Environment {
        project,
        environment,
    })
}

/// The scope of a target, with a placeholder for the id.
pub(crate) fn provisional(target: &Target) -> Scope {
    match target {
        Target::Environment { .. } => Scope::Environment(0),
        Target::Project(_) => Scope::Project(0),
        Target::Group(name) => Scope::Group(name.clone()),
        Target::System(_) => Scope::System,
    }
}

/// The first words of a suggested command line. The terminal adds the flags that it keeps.
pub(crate) fn line_start(command: &str) -> Vec<String> {
    vec!["tasks".to_owned(), command.to_owned()]
}

/// The error about a task of another scope, with the command line for that scope.
pub(crate) fn task_not_found(why: TaskNotFound, place: &str, command: &str) -> Error {
    match why {
        TaskNotFound::Missing(error) => {
            Error::from(error).hint(format!("only tasks of {place} are considered"))
        }
        TaskNotFound::InOtherScope(definition, target) => {
            let error = Error::usage(format!(
                "`{}` (id {}) has the scope {} and is not a task of {place}",
                definition.name,
                definition.id,
                definition.scope.word()
            ));
            let Some(target) = target else { return error };
            let mut words = line_start(command);
            words.push(format!("id:{}", definition.id));
            words.extend(target_flags(&target));
            error.hint(format!("to {command} it there: {}", suggestion(words)))
        }
    }
}
