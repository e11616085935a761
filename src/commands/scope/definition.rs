//! The scope that the command line names, for defining, changing and deleting tasks.

use crate::app::App;
use crate::commands::flags::{ScopeArg, spelled};
use crate::commands::scope;
use crate::commands::select::pick;

use crate::domain::task::definition::Target;
use crate::domain::task::quoting::suggestion;
use crate::domain::{Scope, TaskRef};
use crate::error::{Error, target_flags};
use crate::ops::definitions::lookup::{self, FoundScope};
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
    match named_scope(app, scope, group)? {
        Some(scope) => completed(app, scope, group, only_reads).await,
        None if app.ui.can_prompt() => prompted_target(app, only_reads).await,
        None => Err(
            Error::usage(format!("say where {doing}: -e, -p, --group or --scope")).hint(
                "for an environment: -p PROJECT -e ENVIRONMENT; for a project: -p PROJECT; for a \
                 group: --group GROUP; for the whole Lagoon: --scope system",
            ),
        ),
    }
}

/// As [`named_target`], for existing tasks: at a terminal, the tasks decide where no scope is named.
pub(crate) async fn target_of_tasks(
    app: &App,
    scope: Option<ScopeArg>,
    group: Option<&str>,
    tasks: &[TaskRef],
    only_reads: bool,
) -> Result<TaskTarget, Error> {
    if !tasks.is_empty() && app.ui.can_prompt() && named_scope(app, scope, group)?.is_none() {
        let target = found_target(app, tasks).await?;
        return Ok(TaskTarget {
            target,
            is_found: true,
        });
    }
    let doing = match tasks {
        [_] => "the task is defined",
        _ => "the tasks are defined",
    };
    let target = named_target(app, scope, group, doing, only_reads).await?;
    Ok(TaskTarget {
        target,
        is_found: false,
    })
}

/// The scope of existing tasks.
pub(crate) struct TaskTarget {
    pub target: Target,
    /// The command line does not name it, so it must be confirmed.
    pub is_found: bool,
}

/// The only scope that has all these tasks, among those that the project's environments show; prompts if
/// there are several, and with `--yes`, which answers no question about the scope.
async fn found_target(app: &App, tasks: &[TaskRef]) -> Result<Target, Error> {
    let project = scope::project(app).await?;
    let mut found = lookup::scopes_of(app.lagoon().await?, &project, tasks).await?;
    if found.len() > 1 || app.settings.yes {
        let choices: Vec<Choice> = found.iter().map(scope_choice).collect();
        let picked = app.ui.prompt().select("Scope", &choices, None)?;
        return Ok(found.swap_remove(picked).target);
    }
    let Some(only) = found.pop() else {
        let error = Error::usage("no scope has all of these tasks");
        return Err(error.hint("give the tasks of each scope in a command of their own"));
    };
    let word = only.scope.word();
    app.ui.note(&match &only.target {
        Target::Environment {
            project,
            environment,
        } => format!("found in one scope: {word} {project}/{environment}"),
        Target::Project(name) | Target::Group(name) => {
            format!("found in one scope: {word} {name}")
        }
        Target::System(_) => format!("found in one scope: {word} (all projects)"),
    });
    Ok(only.target)
}

/// Only a scope without production is preselected.
fn scope_choice(found: &FoundScope) -> Choice {
    let choice = Choice::new(found.scope.word());
    let choice = match &found.target {
        Target::Environment { environment, .. } => choice.column(environment.as_str()),
        Target::Project(name) | Target::Group(name) => choice.column(name.as_str()),
        Target::System(_) => choice.column("all projects"),
    };
    let choice = match found.ids.as_slice() {
        [id] => choice.column(format!("id {id}")),
        _ => choice,
    };
    match found.affects_production {
        true => choice.never_preselected(),
        false => choice,
    }
}

/// Only for reading, a scope that can have production is preselected.
async fn prompted_target(app: &App, only_reads: bool) -> Result<Target, Error> {
    let wide = |choice: Choice| match only_reads {
        true => choice,
        false => choice.never_preselected(),
    };
    let scopes = [
        Choice::new("environment").note("one environment of a project"),
        wide(Choice::new("project").note("all environments of a project")),
        wide(Choice::new("group").note("all projects of a group")),
        wide(Choice::new("system").note("all projects of this Lagoon")),
    ];
    let default = only_reads.then_some(1);
    let project = app.settings.project.as_ref().map(|p| p.value.clone());
    let scope = app.ui.prompt().select("Scope", &scopes, default)?;
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
