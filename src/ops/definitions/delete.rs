//! Removing tasks: what goes, what comes to light behind it, and that it is really gone.

use crate::domain::plan::coverage::Coverage;
use crate::domain::{Definition, Scope};
use crate::error::Error;
use crate::lagoon::Lagoon;

use crate::domain::task::definition::Target;
use crate::ops::definitions::define::{self, Site};
use crate::ops::definitions::update::gone;
use crate::ops::resend::{Resend, look};

/// Which task will answer to the name once this one is gone, where it is known: something of a
/// wider scope that other environments of the site show.
#[must_use]
pub fn behind<'a>(site: &'a Site, doomed: &Definition) -> Option<&'a Definition> {
    if !matches!(doomed.scope, Scope::Environment(_)) {
        return None;
    }
    site.views
        .iter()
        .flat_map(|view| &view.definitions)
        .filter(|d| d.name == doomed.name && d.scope.rank() > doomed.scope.rank())
        .min_by_key(|d| d.scope.rank())
}

/// Removes one task.
///
/// # Errors
/// As [`send`].
pub async fn delete(lagoon: &Lagoon, target: &Target, doomed: &Definition) -> Result<(), Error> {
    // An environment that hides no task of its name shows whether it is there.
    let coverage = Coverage::names([&doomed.name]);
    let is_there = || async {
        let now = define::site(lagoon, target, &coverage, None).await?;
        Ok(now.by_id(doomed.id).is_some())
    };
    send(lagoon, doomed, is_there).await
}

/// Sends a deletion, and looks whether the task is there if the reply does not tell. After a refused
/// token, signs in and sends again if it is.
///
/// # Errors
/// Not found when it is gone already; Lagoon's refusal; unknown when the reply was lost and
/// reading again does not show that the task is gone.
pub(in crate::ops) async fn send<F>(
    lagoon: &Lagoon,
    doomed: &Definition,
    is_there: impl Fn() -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<bool, Error>>,
{
    let mut resend = Resend::default();
    let mut is_resent = false;
    loop {
        let error = match lagoon.delete_definition(doomed.id).await {
            Ok(is_deleted) if is_deleted || is_resent => return Ok(()),
            Ok(_) => return Err(gone(doomed)),
            Err(error) if error.leaves_unknown() || error.is_doubtful_refusal() => error,
            Err(error) => return Err(error.into()),
        };
        let may_resend = resend.is_possible(lagoon, &error).await;
        let may_be_pending = error.leaves_unknown() || may_resend;
        match look(may_be_pending, &is_there, |is_there| !is_there).await {
            Ok(false) => return Ok(()),
            Ok(true) if may_resend => is_resent = true,
            Ok(true) if !error.leaves_unknown() => return Err(error.into()),
            _ => {
                let what = format!("`{}` (id {}) was deleted", doomed.name, doomed.id);
                return Err(Error::from(error).unknown_whether(&what));
            }
        }
    }
}

/// What became of several deletions.
#[derive(Debug, Default)]
pub struct Deletions {
    /// What is gone.
    pub gone: Vec<Definition>,
    /// What is not, and why.
    pub failed: Vec<(Definition, Error)>,
}

/// Removes tasks, one after the other; one that fails stops none of the others.
pub async fn delete_all(lagoon: &Lagoon, target: &Target, doomed: Vec<Definition>) -> Deletions {
    let mut deletions = Deletions::default();
    for one in doomed {
        match delete(lagoon, target, &one).await {
            Ok(()) => deletions.gone.push(one),
            Err(error) => deletions.failed.push((one, error)),
        }
    }
    deletions
}

/// The error that ends it, when some were not deleted of so many.
#[must_use]
pub fn failure(failed: Vec<(Definition, Error)>, of: usize) -> Option<Error> {
    let count = failed.len();
    let mut failed = failed.into_iter();
    let (first, error) = failed.next()?;
    if of == 1 {
        return Some(error);
    }
    let message = format!("{count} of {of} could not be deleted");
    let told = |one: &Definition, error: &Error| format!("`{}` (id {}): {error}", one.name, one.id);
    let whole = Error::new(error.kind, message).hint(told(&first, &error));
    let whole = error.hints.iter().cloned().fold(whole, Error::hint);
    Some(failed.fold(whole, |whole, (one, error)| whole.hint(told(&one, &error))))
}

/// Makes sure that tasks are gone, and gives those that answer to their names now.
///
/// # Errors
/// When one is still there, or the scope cannot be read.
pub async fn verify(
    lagoon: &Lagoon,
    target: &Target,
    doomed: &[Definition],
) -> Result<Vec<Definition>, Error> {
    let coverage = Coverage::names(doomed.iter().map(|one| &one.name));
    let now = define::site(lagoon, target, &coverage, None).await?;
    let mut surfaced: Vec<Definition> = Vec::new();
    for one in doomed {
        if now.by_id(one.id).is_some() {
            return Err(Error::failed(format!(
                "Lagoon says that `{}` (id {}) was deleted, and still shows it",
                one.name, one.id
            )));
        }
        let shown = now.views.iter().flat_map(|view| &view.definitions);
        for other in shown.filter(|d| d.name == one.name) {
            if !surfaced.iter().any(|d| d.id == other.id) {
                surfaced.push(other.clone());
            }
        }
    }
    Ok(surfaced)
}
