//! The steps of one project, group or the system: read anew, carried out one after the other, read
//! back.

use std::sync::atomic::Ordering;

use super::{Done, Outcome, Shared, Standing, scopes, standing};
use crate::domain::Definition;
use crate::domain::difference::differences;
use crate::domain::manifest::ScopeName;
use crate::domain::plan::{Action, Gone, Seen, Step};
use crate::error::{Error, Kind};
use crate::ops::define::{self, Target, line_of};
use crate::ops::scope::{self, site};
use crate::ops::{delete, update};

/// Steps that are carried out one after the other.
pub(super) struct Unit {
    pub(super) key: ScopeName,
    pub(super) steps: Vec<(usize, Step)>,
}

impl Unit {
    /// Carries out the steps: first what comes and changes, then what goes.
    pub(super) async fn carry_out(self, shared: &Shared<'_>) -> Vec<(usize, Outcome)> {
        let changes = || self.steps.iter().map(|(_, s)| s).filter(|s| s.is_change());
        let touched = scopes(changes());
        let mut outcomes: Vec<(usize, Outcome)> = Vec::new();
        let mut order = self.steps.clone();
        order.sort_by_key(|(_, step)| matches!(step.action, Action::Delete { .. }));
        let fresh = if touched.is_empty() {
            Ok(Vec::new())
        } else {
            scope::read(shared.lagoon, &touched, shared.how).await
        };
        let fresh = match fresh {
            Ok(fresh) => fresh,
            Err(error) => return self.unread(&error, shared),
        };
        for (position, step) in order {
            let done = if let Action::Unchanged(there) = &step.action {
                Done::Already(there.id)
            } else if shared.stopped.load(Ordering::Relaxed) {
                Done::Skipped
            } else {
                shared.tell(&step);
                one(&step, &fresh, shared)
                    .await
                    .unwrap_or_else(Done::Failed)
            };
            shared.note(&done);
            outcomes.push((position, Outcome { step, done }));
        }
        let wrote = |(_, o): &(usize, Outcome)| matches!(o.done, Done::Done(_));
        if outcomes.iter().any(wrote) {
            match scope::read(shared.lagoon, &touched, shared.how).await {
                Ok(now) => outcomes.iter_mut().for_each(|(_, o)| verify(o, &now)),
                Err(error) => {
                    for (_, outcome) in outcomes.iter_mut().filter(|o| wrote(o)) {
                        outcome.done = Done::Failed(unverified(&error));
                    }
                }
            }
        }
        for (_, outcome) in &outcomes {
            shared.note(&outcome.done);
        }
        outcomes
    }

    /// What becomes of the steps when their scopes cannot be read.
    fn unread(self, error: &Error, shared: &Shared<'_>) -> Vec<(usize, Outcome)> {
        self.steps
            .into_iter()
            .map(|(position, step)| {
                let done = match &step.action {
                    Action::Unchanged(there) => Done::Already(there.id),
                    _ => Done::Failed(Error {
                        hints: error.hints.clone(),
                        ..Error::new(error.kind, error.message.clone())
                    }),
                };
                shared.note(&done);
                (position, Outcome { step, done })
            })
            .collect()
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

    fn note(&self, done: &Done) {
        if self.fail_fast && matches!(done, Done::Failed(_)) {
            self.stopped.store(true, Ordering::Relaxed);
        }
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
            return Err(Error::failed(why).hint("look again: tasks diff"));
        }
    }
    let target = shared.target(&step.scope);
    match &step.action {
        Action::Unchanged(there) => Ok(Done::Already(there.id)),
        Action::Blocked { .. } => Err(Error::failed("it would have to be replaced: --replace")),
        Action::Create(after) | Action::Unverified(after, _) => {
            add(&step.scope, after, fresh, shared).await.map(Done::Done)
        }
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

/// Adds a task and gives its id.
async fn add(
    scope: &ScopeName,
    after: &Definition,
    fresh: &[Seen],
    shared: &Shared<'_>,
) -> Result<i64, Error> {
    let Some(seen) = fresh.iter().find(|s| s.scope.is_same(scope)) else {
        return Err(Error::not_found(format!("{scope} is gone")));
    };
    let site = site(seen);
    define::check_environment_defaults(shared.lagoon, &site, after).await?;
    let defined = define::add(shared.lagoon, &shared.target(scope), &site, after).await?;
    let returned = defined.definition();
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
    gone: &[Gone],
    after: &Definition,
    fresh: &[Seen],
    shared: &Shared<'_>,
) -> Result<Done, Error> {
    let (here, elsewhere): (Vec<&Gone>, Vec<&Gone>) =
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
            Err(error) if error.kind != Kind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(Done::Done(id))
}

/// A scope without these tasks.
fn forget(seen: &Seen, gone: &[&Gone]) -> Seen {
    let mut seen = seen.clone();
    for view in &mut seen.views {
        view.definitions
            .retain(|d| gone.iter().all(|g| g.definition.id != d.id));
    }
    seen
}

/// Compares what was written with what is read back.
fn verify(outcome: &mut Outcome, now: &[Seen]) {
    let Done::Done(id) = outcome.done else { return };
    let step = &outcome.step;
    let Some(seen) = now.iter().find(|s| s.scope.is_same(&step.scope)) else {
        return;
    };
    let there = seen.definitions();
    let there = there.iter().find(|d| d.id == id);
    let problem = match (&step.action, step.after(), there) {
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
    };
    if let Some(error) = problem {
        outcome.done = Done::Failed(error);
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
