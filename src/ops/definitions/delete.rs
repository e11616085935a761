//! Deletes tasks and verifies that they are gone.

use crate::domain::plan::coverage::Coverage;
use crate::domain::{Definition, Scope};
use crate::error::Error;
use crate::lagoon::Lagoon;

use crate::domain::task::definition::Target;
use crate::ops::definitions::define::{self, ScopeView};
use crate::ops::definitions::update::gone;
use crate::ops::resend::{Resend, UncertainMutation};

/// The task that the deleted one shadows, if another environment of the site shows it.
pub(crate) fn shadowed_by<'a>(site: &'a ScopeView, doomed: &Definition) -> Option<&'a Definition> {
    if !matches!(doomed.scope, Scope::Environment(_)) {
        return None;
    }
    site.definitions()
        .filter(|d| d.name == doomed.name && d.scope.rank() > doomed.scope.rank())
        .min_by_key(|d| d.scope.rank())
}

pub(crate) async fn delete(
    lagoon: &Lagoon,
    target: &Target,
    doomed: &Definition,
) -> Result<(), Error> {
    // An environment that hides no task of its name shows whether it is there.
    let coverage = Coverage::names([&doomed.name]);
    let is_there = || async {
        let now = define::site(lagoon, target, &coverage, None).await?;
        Ok(now.by_id(doomed.id).is_some())
    };
    send(lagoon, doomed, is_there).await
}

/// Sends a deletion. If the reply does not tell the result, `is_there` does. After a refused token,
/// signs in and sends again if the task still exists.
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
            Err(error) => error,
        };
        let doubt = resend.check(lagoon, error, &is_there, |is_there| !is_there);
        let UncertainMutation {
            error,
            may_resend,
            now,
        } = doubt.await?;
        match now {
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

#[derive(Debug, Default)]
pub(crate) struct Deletions {
    pub gone: Vec<Definition>,
    pub failed: Vec<(Definition, Error)>,
}

/// Deletes tasks in order; a failure does not stop the others.
pub(crate) async fn delete_all(
    lagoon: &Lagoon,
    target: &Target,
    doomed: Vec<Definition>,
) -> Deletions {
    each(doomed, async |one| delete(lagoon, target, one).await).await
}

pub(in crate::ops) async fn each(
    doomed: Vec<Definition>,
    delete: impl AsyncFn(&Definition) -> Result<(), Error>,
) -> Deletions {
    let mut deletions = Deletions::default();
    for one in doomed {
        match delete(&one).await {
            Ok(()) => deletions.gone.push(one),
            Err(error) => deletions.failed.push((one, error)),
        }
    }
    deletions
}

pub(crate) fn still_shown(name: &str, id: i64) -> Error {
    Error::failed(format!(
        "Lagoon reported `{name}` (id {id}) as deleted, but still shows it"
    ))
}

/// One error for the failed deletions, `of` so many.
pub(crate) fn failure(failed: Vec<(Definition, Error)>, of: usize) -> Option<Error> {
    let count = failed.len();
    let mut failed = failed.into_iter();
    let (first, error) = failed.next()?;
    if of == 1 {
        return Some(error);
    }
    let message = format!("{count} of {of} tasks could not be deleted");
    let told = |one: &Definition, error: &Error| format!("`{}` (id {}): {error}", one.name, one.id);
    let whole = Error::new(error.kind, message).hint(told(&first, &error));
    let whole = error.hints.iter().cloned().fold(whole, Error::hint);
    Some(failed.fold(whole, |whole, (one, error)| whole.hint(told(&one, &error))))
}

/// Verifies that tasks are gone. Returns the tasks that they shadowed.
pub(crate) async fn verify(
    lagoon: &Lagoon,
    target: &Target,
    doomed: &[Definition],
) -> Result<Vec<Definition>, Error> {
    let coverage = Coverage::names(doomed.iter().map(|one| &one.name));
    let now = define::site(lagoon, target, &coverage, None).await?;
    let mut surfaced: Vec<Definition> = Vec::new();
    for one in doomed {
        if now.by_id(one.id).is_some() {
            return Err(still_shown(&one.name, one.id));
        }
        for other in now.definitions().filter(|d| d.name == one.name) {
            if !surfaced.iter().any(|d| d.id == other.id) {
                surfaced.push(other.clone());
            }
        }
    }
    Ok(surfaced)
}
