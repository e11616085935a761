//! Changes tasks: sends all that Lagoon would lose otherwise, reads back and compares.

use crate::domain::names::{SAME_NAME, same_in_database};
use crate::domain::plan::coverage::Coverage;
use crate::domain::task::difference::differences;
use crate::domain::task::name::NameError;
use crate::domain::task::reference::RefError;
use crate::domain::{Definition, Scope, TaskRef};
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;
use crate::terminal::Progress;

use crate::domain::task::definition::Target;
use crate::lagoon::LagoonError;
use crate::ops::definitions::define::{self, ScopeView, require_same};
use crate::ops::places::place;
use crate::ops::resend::{Resend, UncertainMutation};

#[derive(Debug)]
pub(crate) enum TaskNotFound {
    Missing(RefError),
    /// It belongs to another scope; with the target for it, if it is known.
    InOtherScope(Box<Definition>, Option<Target>),
}

/// The tasks of exactly the site's scope.
pub(crate) fn own_tasks(site: &ScopeView) -> Vec<&Definition> {
    let mut own = all_tasks(site);
    own.retain(|definition| definition.scope == site.scope);
    own
}

fn all_tasks(site: &ScopeView) -> Vec<&Definition> {
    let mut all: Vec<&Definition> = Vec::new();
    for definition in site.definitions() {
        if !all.iter().any(|d| d.id == definition.id) {
            all.push(definition);
        }
    }
    all
}

/// Finds a task of exactly the site's scope.
pub(crate) fn find(site: &ScopeView, task: &TaskRef) -> Result<Definition, TaskNotFound> {
    let owned = |tasks: Vec<&Definition>| tasks.into_iter().cloned().collect::<Vec<Definition>>();
    let (own, all) = (owned(own_tasks(site)), owned(all_tasks(site)));
    let missing = match task.find(&own) {
        Ok(found) => return Ok(found.clone()),
        Err(error @ (RefError::Name(NameError::Missing { .. }) | RefError::NoId(_))) => error,
        Err(other) => return Err(TaskNotFound::Missing(other)),
    };
    match task.find(&all) {
        Ok(other) => {
            let target = target_of(site, other);
            Err(TaskNotFound::InOtherScope(Box::new(other.clone()), target))
        }
        Err(_) => Err(TaskNotFound::Missing(missing)),
    }
}

fn target_of(site: &ScopeView, definition: &Definition) -> Option<Target> {
    let view = site
        .views
        .iter()
        .find(|view| view.definitions.iter().any(|d| d.id == definition.id))?;
    let environment = &view.environment;
    Some(match &definition.scope {
        Scope::Environment(_) => Target::Environment {
            project: environment.project.name.clone(),
            environment: environment.name.clone(),
        },
        Scope::Project(_) => Target::Project(environment.project.name.clone()),
        Scope::Group(name) => Target::Group(name.clone()),
        Scope::System => Target::System(None),
    })
}

/// Refuses a name that another task of the scope has, compared as the database compares names.
pub(crate) fn check_name(
    site: &ScopeView,
    before: &Definition,
    after: &Definition,
) -> Result<(), Error> {
    let is_other = |d: &&Definition| d.scope == site.scope && d.id != before.id;
    let mut others = site.definitions().filter(is_other);
    match others.find(|d| same_in_database(&d.name, &after.name)) {
        Some(other) if before.name != after.name => Err(Error::failed(format!(
            "{} already has a task `{}` (id {}); {SAME_NAME}",
            site.label, other.name, other.id
        ))),
        _ => Ok(()),
    }
}

/// Changes `before` to `after` and reads it back.
pub(crate) async fn update(
    lagoon: &Lagoon,
    target: &Target,
    before: &Definition,
    after: &Definition,
) -> Result<Definition, Error> {
    send(lagoon, target, before, after).await?;
    let coverage = Coverage::id(before.id);
    let now = define::site(lagoon, target, &coverage, None).await;
    let now = now.map_err(|e| {
        e.hint(format!(
            "`{}` was changed, but could not be verified",
            after.name
        ))
    })?;
    let Some(found) = now.by_id(before.id) else {
        return Err(Error::not_found(format!(
            "`{}` (id {}) was changed, but {} no longer shows it",
            after.name, before.id, now.label
        ))
        .hint("it was deleted in the meantime, or another task of the same name hides it"));
    };
    compare(found, after)?;
    Ok(found.clone())
}

/// Changes `before` to `after` and compares the reply. Reads only if the reply does not tell the
/// result. After a refused token, signs in and sends again if nothing has changed.
///
/// # Errors
/// Unknown (7) if the reply was lost and the task cannot be read.
pub(crate) async fn send(
    lagoon: &Lagoon,
    target: &Target,
    before: &Definition,
    after: &Definition,
) -> Result<Definition, Error> {
    let mut resend = Resend::default();
    loop {
        let refusal = match lagoon.update_definition(before.id, before, after).await {
            Ok(returned) => {
                compare(&returned, after)?;
                return Ok(returned);
            }
            Err(error) => error,
        };
        let coverage = Coverage::id(before.id);
        let read = || define::site(lagoon, target, &coverage, None);
        let is_changed = |now: &ScopeView| {
            let found = now.by_id(before.id);
            found.is_none_or(|found| !differences(found, before).is_empty())
        };
        let doubt = resend.check(lagoon, refusal, read, is_changed).await?;
        let UncertainMutation {
            error: refusal,
            may_resend,
            now,
        } = doubt;
        let Ok(now) = now else {
            return Err(unreadable_result(before, refusal));
        };
        let found = now.by_id(before.id).ok_or_else(|| gone(before))?;
        if differences(found, after).is_empty() {
            return Ok(found.clone());
        }
        if !differences(found, before).is_empty() {
            // An update can be carried out in part, because arguments are written one by one.
            let (name, id) = (&before.name, before.id);
            require_same(found, after, || {
                format!("`{name}` (id {id}) was only partly changed: {refusal}")
            })?;
        }
        if !may_resend {
            return Err(refusal.into());
        }
    }
}

fn unreadable_result(before: &Definition, refusal: LagoonError) -> Error {
    if !refusal.leaves_unknown() {
        return Error::from(refusal).unknown_whether("it was changed");
    }
    Error::new(
        Kind::Unreachable,
        format!(
            "it is unknown whether `{}` was changed: {refusal}",
            before.name
        ),
    )
}

fn compare(found: &Definition, after: &Definition) -> Result<(), Error> {
    let (name, id) = (&after.name, found.id);
    require_same(found, after, || {
        format!("`{name}` (id {id}) was changed, but differs from the request")
    })
}

pub(crate) fn gone(definition: &Definition) -> Error {
    Error::not_found(format!(
        "the task `{}` (id {}) no longer exists",
        definition.name, definition.id
    ))
}

/// The target's scope with the tasks of its whole project: other environments show the tasks that
/// one of an environment shadows.
pub(crate) async fn shared_scope_view(
    lagoon: &Lagoon,
    target: &Target,
    coverage: &Coverage,
    progress: Option<&dyn Progress>,
) -> Result<ScopeView, Error> {
    let Target::Environment {
        project,
        environment,
    } = target
    else {
        return define::site(lagoon, target, coverage, progress).await;
    };
    let of_project = Target::Project(project.clone());
    let mut site = define::site(lagoon, &of_project, coverage, progress).await?;
    let found = site
        .views
        .iter()
        .map(|view| &view.environment)
        .find(|e| crate::domain::names::same_name(&e.name, environment));
    let Some(found) = found else {
        let (project, environments) = place::project(lagoon, project).await?;
        let missing = place::missing_environment(lagoon, &project, environment, &environments);
        return Err(missing.await);
    };
    site.scope = Scope::Environment(found.id);
    site.label = format!("environment {}", found.label());
    Ok(site)
}
