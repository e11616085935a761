//! The scope that a line names, for what is defined, changed or removed.

use crate::app::App;
use crate::domain::Scope;
use crate::domain::quoting::suggestion;
use crate::error::Error;
use crate::ops::define::Target;
use crate::ops::update::NotHere;
use crate::settings::{Deciding, Source, Sourced};

use super::ScopeWord;

/// The scope that the line names; variables complete it, they never choose it.
///
/// # Errors
/// Wrong use when the line names no scope, or several.
pub fn named_target(
    app: &App,
    scope: Option<ScopeWord>,
    group: Option<&str>,
    doing: &str,
) -> Result<Target, Error> {
    let on_line = |value: Option<&Sourced<String>>| {
        value.is_some_and(|v| matches!(v.source, Source::Flag(_)))
    };
    let environment = on_line(app.settings.environment.as_ref());
    let project = on_line(app.settings.project.as_ref());
    let scope = match scope {
        Some(scope) => scope,
        None if environment && group.is_some() => {
            return Err(Error::usage("the line names an environment and a group")
                .hint("say which one is meant: --scope environment or --scope group"));
        }
        None if environment => ScopeWord::Environment,
        None if group.is_some() => ScopeWord::Group,
        None if project => ScopeWord::Project,
        None => {
            return Err(Error::usage(format!("the line does not say where {doing}")).hint(
                "name an environment (-p PROJECT -e ENVIRONMENT), a project (-p PROJECT) or a group \
                 (--group GROUP), or say --scope environment|project|group|system",
            ));
        }
    };
    if environment && scope != ScopeWord::Environment {
        return Err(Error::usage(format!(
            "-e names an environment, --scope says {}",
            scope.word()
        ))
        .hint("leave out one of them"));
    }
    if group.is_some() && scope != ScopeWord::Group {
        return Err(Error::usage(format!(
            "--group names a group, --scope says {}",
            scope.word()
        ))
        .hint("leave out one of them"));
    }
    Ok(match scope {
        ScopeWord::Environment => Target::Environment {
            project: super::project(app)?.value.clone(),
            environment: super::environment(app)?.value.clone(),
        },
        ScopeWord::Project => Target::Project(super::project(app)?.value.clone()),
        ScopeWord::Group => Target::Group(
            group
                .filter(|g| !g.trim().is_empty())
                .map(str::to_owned)
                .ok_or_else(|| {
                    Error::usage("which group? None was named").hint("add --group GROUP")
                })?,
        ),
        ScopeWord::System => Target::System(app.settings.project.as_ref().map(|p| p.value.clone())),
    })
}

/// The scope of a target whose id is not known yet.
#[must_use]
pub fn provisional(target: &Target) -> Scope {
    match target {
        Target::Environment { .. } => Scope::Environment(0),
        Target::Project(_) => Scope::Project(0),
        Target::Group(name) => Scope::Group(name.clone()),
        Target::System(_) => Scope::System,
    }
}

/// Says where the project came from that the line did not name.
pub fn say_sources(app: &App, target: &Target) {
    if matches!(target, Target::Environment { .. } | Target::Project(_))
        && let Some(project) = &app.settings.project
    {
        super::say_source(app, "project", project);
    }
}

/// Makes sure that what decides about the target was said, when there is nobody to ask.
///
/// # Errors
/// Wrong use, with what to add to the line.
pub fn require_said(app: &App, target: &Target) -> Result<(), Error> {
    match target {
        Target::Environment { .. } => {
            app.require_said(&[Deciding::Context, Deciding::Project, Deciding::Environment])
        }
        Target::Project(_) => app.require_said(&[Deciding::Context, Deciding::Project]),
        Target::Group(_) | Target::System(_) => app.require_said(&[Deciding::Context]),
    }
}

/// The first words of a line to suggest: with the context where the line named one.
#[must_use]
pub fn line_start(app: &App, command: &str) -> Vec<String> {
    let mut words = vec!["tasks".to_owned()];
    if let Ok(chosen) = app.settings.chosen()
        && matches!(chosen.target.source, Source::Flag(_))
        && let Ok(label) = app.settings.context_label()
    {
        words.extend(["-l".to_owned(), label]);
    }
    words.push(command.to_owned());
    words
}

/// That a task is not one of the scope that the line names, with the line that would do it.
#[must_use]
pub fn not_here(app: &App, why: NotHere, place: &str, command: &str) -> Error {
    match why {
        NotHere::Missing(error) => {
            Error::from(error).hint(format!("only tasks of {place} are looked at"))
        }
        NotHere::Elsewhere(definition, target) => {
            let error = Error::usage(format!(
                "`{}` (id {}) is a task of the scope {}, not of {place}",
                definition.name,
                definition.id,
                definition.scope.word()
            ));
            let Some(target) = target else { return error };
            let mut words = line_start(app, command);
            words.push(format!("id:{}", definition.id));
            words.extend(target.flags());
            error.hint(format!("to {command} it there: {}", suggestion(words)))
        }
    }
}
