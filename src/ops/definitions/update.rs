//! Changing a task: found in exactly the scope that is meant, sent with what Lagoon would lose
//! otherwise, read back and compared.

use crate::domain::names::same_in_database;
use crate::domain::plan::coverage::Coverage;
use crate::domain::task::difference::differences;
use crate::domain::task::reference::RefError;
use crate::domain::{Definition, Scope, TaskRef};
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;
use crate::terminal::Progress;

use crate::domain::task::definition::Target;
use crate::lagoon::LagoonError;
use crate::ops::definitions::define::{self, Site, line_of};
use crate::ops::places::place;
use crate::ops::resend::{Resend, look};

/// Why a task cannot be touched here.
#[derive(Debug)]
pub enum NotHere {
    /// There is none such.
    Missing(RefError),
    /// There is one, in another scope; the target that would name it, where that is known.
    Elsewhere(Box<Definition>, Option<Target>),
}

/// Finds a task of exactly the site's scope.
///
/// # Errors
/// When there is none, or only one of another scope.
pub fn find(site: &Site, task: &TaskRef) -> Result<Definition, NotHere> {
    let mut all: Vec<Definition> = Vec::new();
    for definition in site.views.iter().flat_map(|view| &view.definitions) {
        if !all.iter().any(|d| d.id == definition.id) {
            all.push(definition.clone());
        }
    }
    let own: Vec<Definition> = all
        .iter()
        .filter(|d| d.scope == site.scope)
        .cloned()
        .collect();
    let missing = match task.find(&own) {
        Ok(found) => return Ok(found.clone()),
        Err(error @ (RefError::Missing { .. } | RefError::NoId(_))) => error,
        Err(other) => return Err(NotHere::Missing(other)),
    };
    match task.find(&all) {
        Ok(other) => Err(NotHere::Elsewhere(
            Box::new(other.clone()),
            target_of(site, other),
        )),
        Err(_) => Err(NotHere::Missing(missing)),
    }
}

/// The target that names a task which a site shows.
fn target_of(site: &Site, definition: &Definition) -> Option<Target> {
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

/// Refuses a new name that another task of the scope has, as the database compares names.
///
/// # Errors
/// Refused, naming the other task.
pub fn check_name(site: &Site, before: &Definition, after: &Definition) -> Result<(), Error> {
    let others = site.views.iter().flat_map(|view| &view.definitions);
    let mut others = others.filter(|d| d.scope == site.scope && d.id != before.id);
    match others.find(|d| same_in_database(&d.name, &after.name)) {
        Some(other) if before.name != after.name => Err(Error::failed(format!(
            "{} has a task `{}` already (id {}): case, accents and trailing blanks do not tell names apart",
            site.label, other.name, other.id
        ))),
        _ => Ok(()),
    }
}

/// Makes `after` of `before` and reads it back.
///
/// # Errors
/// As [`send`], and when what is read back is something else.
pub async fn update(
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
            "`{}` was changed; it could not be read back",
            after.name
        ))
    })?;
    let Some(found) = now.by_id(before.id) else {
        return Err(Error::not_found(format!(
            "`{}` (id {}) was changed, and {} does not show it any more",
            after.name, before.id, now.label
        ))
        .hint("it was removed meanwhile, or another task stands before it now"));
    };
    compare(found, after)?;
    Ok(found.clone())
}

/// Makes `after` of `before` and compares the answer; reads only where there is no good answer. After
/// a refused token, signs in and sends again if nothing was changed.
///
/// # Errors
/// Lagoon's refusal; not found; what became of it instead; or unknown (7) when the answer was lost
/// and reading again does not tell.
pub async fn send(
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
            // Arguments are the part that can be left half written.
            Err(error) if error.leaves_unknown() || error.is_doubtful_refusal() => error,
            Err(error) => return Err(error.into()),
        };
        let may_resend = resend.is_possible(lagoon, &refusal).await;
        let coverage = Coverage::id(before.id);
        let read = || define::site(lagoon, target, &coverage, None);
        let is_changed = |now: &Site| {
            let found = now.by_id(before.id);
            found.is_none_or(|found| !differences(found, before).is_empty())
        };
        let Ok(now) = look(refusal.leaves_unknown() || may_resend, read, is_changed).await else {
            return Err(unread(before, refusal));
        };
        match now.by_id(before.id) {
            None => return Err(gone(before)),
            Some(found) if differences(found, after).is_empty() => return Ok(found.clone()),
            Some(found) if differences(found, before).is_empty() => {
                if !may_resend {
                    return Err(refusal.into());
                }
            }
            Some(found) => {
                let error = Error::failed(format!(
                    "`{}` (id {}) was changed only in part: {refusal}",
                    before.name, before.id
                ));
                let left = differences(found, after);
                return Err(left.iter().fold(error, |e, d| e.hint(line_of(d))));
            }
        }
    }
}

/// A change of which neither the reply nor reading again tells the result.
fn unread(before: &Definition, refusal: LagoonError) -> Error {
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
    let left = differences(found, after);
    if left.is_empty() {
        return Ok(());
    }
    let error = Error::failed(format!(
        "`{}` (id {}) was changed, but not as asked",
        after.name, found.id
    ));
    Err(left.iter().fold(error, |e, d| e.hint(line_of(d))))
}

/// That a task is not there any more.
#[must_use]
pub fn gone(definition: &Definition) -> Error {
    Error::not_found(format!(
        "the task `{}` (id {}) is gone",
        definition.name, definition.id
    ))
}

/// The scope that a target names, with all that its project shows: what stands behind a task of an
/// environment shows on others.
///
/// # Errors
/// Not found, or any failure of the requests.
pub async fn wide_site(
    lagoon: &Lagoon,
    target: &Target,
    coverage: &Coverage,
    progress: Option<&dyn Progress>,
) -> Result<Site, Error> {
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
