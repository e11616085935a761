//! The steps of one project, group or the system: read anew, carried out one after the other, read
//! back.

use std::sync::atomic::Ordering;

use super::{Done, Shared, Standing, coverage, scopes, standing};
use crate::domain::Definition;
use crate::domain::manifest::ScopeName;
use crate::domain::plan::{Action, Removal, Seen, Step};
use crate::domain::task::definition::Target;
use crate::domain::task::difference::differences;
use crate::error::{Error, Hint, Kind};
use crate::ops::as_code::scope::{self, site};
use crate::ops::definitions::define::{self, Defined, line_of};
use crate::ops::definitions::{delete, update};

/// Steps that are carried out one after the other, each with its position in the plan.
pub(super) struct Unit<'a> {
    pub(super) key: ScopeName,
    pub(super) steps: Vec<(usize, &'a Step)>,
}

impl Unit<'_> {
    /// Carries out the steps: first what comes and changes, then what goes.
    pub(super) async fn carry_out(self, shared: &Shared<'_>) {
        for (position, step) in &self.steps {
            if let Action::Unchanged(there) = &step.action {
                shared.set(*position, Done::Already(there.id));
            }
        }
        let mut order = self.steps;
        order.retain(|(_, step)| step.is_change());
        order.sort_by_key(|(_, step)| matches!(step.action, Action::Delete { .. }));
        if order.is_empty() || shared.is_stopped() {
            return;
        }
        let steps: Vec<&Step> = order.iter().map(|(_, step)| *step).collect();
        let touched = scopes(steps.iter().copied());
        let read = || {
            let coverage = |scope: &ScopeName| coverage(steps.iter().copied(), scope);
            scope::read(shared.lagoon, &touched, coverage, shared.how)
        };
        let fresh = match read().await {
            Ok(fresh) => fresh,
            Err(error) => {
                for (position, _) in order {
                    shared.set(position, Done::Failed(again(&error)));
                }
                return;
            }
        };
        let mut wrote: Vec<(usize, &Step, i64)> = Vec::new();
        for (position, step) in order {
            if shared.is_stopped() {
                break;
            }
            shared.tell(step);
            shared.set(position, Done::Unknown);
            let done = one(step, &fresh, shared).await.unwrap_or_else(Done::Failed);
            if let Done::Done(id) = done {
                wrote.push((position, step, id));
            }
            shared.set(position, done);
        }
        if wrote.is_empty() {
            return;
        }
        let now = read().await;
        for (position, step, id) in wrote {
            let problem = match &now {
                Ok(now) => verify(step, id, now),
                Err(error) => Some(unverified(error)),
            };
            if let Some(problem) = problem {
                shared.set(position, Done::Failed(problem));
            }
        }
    }
}

/// An error once more: it is told of each step that it stopped.
fn again(error: &Error) -> Error {
    Error {
        hints: error.hints.clone(),
        ..Error::new(error.kind, error.message.clone())
    }
}

impl Shared<'_> {
    fn tell(&self, step: &Step) {
        let position = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        let (word, name, total) = (step.action.word(), &step.name, self.total);
        self.how.progress.update(&format!(
            "{word} {name} in {} ({position}/{total})",
            step.scope
        ));
    }

    fn target(&self, scope: &ScopeName) -> Target {
        scope::target(scope, self.how.window)
    }
}

async fn one(step: &Step, fresh: &[Seen], shared: &Shared<'_>) -> Result<Done, Error> {
    match standing(step, fresh) {
        Standing::AsPlanned => {}
        Standing::Already(id) => return Ok(Done::Already(id)),
        Standing::Changed(why) => {
            return Err(Error::failed(why).hint(Hint::DiffAgain));
        }
    }
    let target = shared.target(&step.scope);
    match &step.action {
        Action::Unchanged(there) => Ok(Done::Already(there.id)),
        Action::Blocked { .. } => Err(Error::failed("it would have to be replaced")),
        Action::Create(after) => add(&step.scope, after, fresh, shared).await.map(Done::Done),
        Action::Unverified(after, why) => unverifiable(step, after, why, fresh, shared).await,
        Action::Update { before, after } => {
            check_defaults(&step.scope, after, fresh, shared).await?;
            let now = update::send(shared.lagoon, &target, before, after).await?;
            Ok(Done::Done(now.id))
        }
        Action::Delete { before, .. } => {
            delete::delete(shared.lagoon, &target, before).await?;
            Ok(Done::Done(before.id))
        }
        Action::Replace { gone, after } => replace(step, gone, after, fresh, shared).await,
    }
}

async fn check_defaults(
    scope: &ScopeName,
    after: &Definition,
    fresh: &[Seen],
    shared: &Shared<'_>,
) -> Result<(), Error> {
    let Some(seen) = fresh.iter().find(|s| s.scope.is_same(scope)) else {
        return Ok(());
    };
    define::check_environment_defaults(shared.lagoon, &site(seen), after).await
}

/// Adds what may be there already, out of sight: then Lagoon gives the old one back, which is all
/// that can be known of it.
async fn unverifiable(
    step: &Step,
    after: &Definition,
    why: &str,
    fresh: &[Seen],
    shared: &Shared<'_>,
) -> Result<Done, Error> {
    let defined = defined(&step.scope, after, fresh, shared).await?;
    let Defined::Unseen(there) = defined else {
        return here(&step.scope, after, defined.definition()).map(Done::Done);
    };
    let rest = Definition {
        arguments: after.arguments.clone(),
        ..there.clone()
    };
    let left = differences(&rest, after);
    if left.is_empty() {
        return Ok(Done::Unseen(
            there.id,
            format!("it is there already, and Lagoon does not show its arguments: {why}"),
        ));
    }
    let error = Error::failed(format!(
        "`{}` is there already (id {}), is different, and cannot be changed unseen: {why}",
        after.name, there.id
    ));
    Err(left.iter().fold(error, |e, d| e.hint(line_of(d))).hint(
        "it can be changed where it is seen: remove what stands before it on one environment, or call yours otherwise",
    ))
}

/// Adds a task and gives its id.
async fn add(
    scope: &ScopeName,
    after: &Definition,
    fresh: &[Seen],
    shared: &Shared<'_>,
) -> Result<i64, Error> {
    let defined = defined(scope, after, fresh, shared).await?.seen(after)?;
    here(scope, after, defined.definition())
}

async fn defined(
    scope: &ScopeName,
    after: &Definition,
    fresh: &[Seen],
    shared: &Shared<'_>,
) -> Result<Defined, Error> {
    let Some(seen) = fresh.iter().find(|s| s.scope.is_same(scope)) else {
        return Err(Error::not_found(format!("{scope} is gone")));
    };
    let site = site(seen);
    define::check_environment_defaults(shared.lagoon, &site, after).await?;
    define::add(shared.lagoon, &shared.target(scope), &site, after).await
}

/// The id of what was added, when it is of the scope that was meant.
fn here(scope: &ScopeName, after: &Definition, returned: &Definition) -> Result<i64, Error> {
    if returned.scope != after.scope {
        return Err(Error::failed(format!(
            "`{}` was defined (id {}), but for {} instead of {scope}",
            after.name,
            returned.id,
            returned.scope.word()
        )));
    }
    Ok(returned.id)
}

/// Something comes and others go for it. In one scope the old one has to go first, for its name;
/// when the new one is refused then, the old one is put back.
async fn replace(
    step: &Step,
    gone: &[Removal],
    after: &Definition,
    fresh: &[Seen],
    shared: &Shared<'_>,
) -> Result<Done, Error> {
    let (here, elsewhere): (Vec<&Removal>, Vec<&Removal>) =
        gone.iter().partition(|g| g.scope.is_same(&step.scope));
    for old in &here {
        let target = shared.target(&old.scope);
        delete::delete(shared.lagoon, &target, &old.definition).await?;
    }
    let without: Vec<Seen> = fresh.iter().map(|s| forget(s, &here)).collect();
    let id = match add(&step.scope, after, &without, shared).await {
        Ok(id) => id,
        Err(error) => {
            let mut error = error;
            for old in here {
                let name = &old.definition.name;
                error = match add(&old.scope, &old.definition, &without, shared).await {
                    Ok(id) => error.hint(format!("the old `{name}` was put back (id {id})")),
                    Err(why) => error.hint(format!(
                        "the old `{name}` is gone and could not be put back: {why}"
                    )),
                };
            }
            return Err(error);
        }
    };
    for old in elsewhere {
        let target = shared.target(&old.scope);
        match delete::delete(shared.lagoon, &target, &old.definition).await {
            Err(error) if error.kind != Kind::NotFound => {
                return Err(error.hint(Hint::DeleteReplaced {
                    name: step.name.clone(),
                    added: id,
                    old: old.definition.id,
                    target,
                    scope: old.scope.to_string(),
                }));
            }
            _ => {}
        }
    }
    Ok(Done::Done(id))
}

/// A scope without these tasks.
fn forget(seen: &Seen, gone: &[&Removal]) -> Seen {
    let mut seen = seen.clone();
    for view in &mut seen.views {
        view.definitions
            .retain(|d| gone.iter().all(|g| g.definition.id != d.id));
    }
    seen
}

/// Compares what was written with what is read back; what is wrong with it.
fn verify(step: &Step, id: i64, now: &[Seen]) -> Option<Error> {
    let seen = now.iter().find(|s| s.scope.is_same(&step.scope))?;
    let there = seen.definitions();
    let there = there.iter().find(|d| d.id == id);
    match (&step.action, step.after(), there) {
        (Action::Delete { .. }, _, Some(_)) => Some(Error::failed(format!(
            "Lagoon says that `{}` (id {id}) was deleted, and still shows it",
            step.name
        ))),
        (Action::Delete { .. }, ..) => None,
        // What cannot be read was compared with what Lagoon answered.
        (Action::Unverified(..), _, None) => None,
        (_, Some(after), Some(there)) => {
            let left = differences(there, after);
            (!left.is_empty()).then(|| {
                let error = Error::failed(format!(
                    "`{}` (id {id}) was written, but is not as asked",
                    step.name
                ));
                left.iter().fold(error, |e, d| e.hint(line_of(d)))
            })
        }
        _ => {
            let hidden = seen.views.iter().all(|view| {
                view.definitions
                    .iter()
                    .any(|d| d.name == step.name && d.scope != seen.resolved)
            });
            (!hidden).then(|| {
                Error::failed(format!(
                    "`{}` (id {id}) was written, and {} does not show it",
                    step.name, step.scope
                ))
            })
        }
    }
}

fn unverified(error: &Error) -> Error {
    Error::new(
        error.kind,
        format!(
            "it was written, and could not be read back: {}",
            error.message
        ),
    )
    .hint("apply again: what is done is left alone")
}
