//! The steps of one project, one group, or the system: read again, carried out in order, verified.

use std::sync::atomic::Ordering;

use super::{ApplyContext, StepOutcome, StepState, coverage, of_scope, scopes, step_state};
use crate::domain::Definition;
use crate::domain::manifest::ScopeName;
use crate::domain::plan::{Action, Removal, ScopeSnapshot, Step};
use crate::domain::task::definition::Target;
use crate::error::{Error, Hint, Kind};
use crate::ops::as_code::scope::{self, site};
use crate::ops::definitions::define::{self, DefineOutcome, require_same};
use crate::ops::definitions::{delete, update};

pub(super) struct Unit<'a> {
    pub(super) key: ScopeName,
    pub(super) steps: Vec<(usize, &'a Step)>,
}

impl Unit<'_> {
    /// Carries out the steps: deletions come last.
    pub(super) async fn carry_out(self, shared: &ApplyContext<'_>) {
        for (position, step) in &self.steps {
            if let Action::Unchanged(there) = &step.action {
                shared.set(*position, StepOutcome::AlreadyApplied(there.id));
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
            scope::read(shared.lagoon, &touched, coverage, shared.options)
        };
        let fresh = match read().await {
            Ok(fresh) => fresh,
            Err(error) => {
                for (position, _) in order {
                    shared.set(position, StepOutcome::Failed(again(&error)));
                }
                return;
            }
        };
        let attempt = Attempt {
            shared,
            fresh: &fresh,
        };
        let mut wrote: Vec<(usize, &Step, i64)> = Vec::new();
        for (position, step) in order {
            if shared.is_stopped() {
                break;
            }
            shared.tell(step);
            shared.set(position, StepOutcome::Unknown);
            let done = attempt.one(step).await.unwrap_or_else(StepOutcome::Failed);
            if let StepOutcome::Applied(id) = done {
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
                shared.set(position, StepOutcome::Failed(problem));
            }
        }
    }
}

fn again(error: &Error) -> Error {
    Error {
        hints: error.hints.clone(),
        ..Error::new(error.kind, error.message.clone())
    }
}

impl ApplyContext<'_> {
    fn tell(&self, step: &Step) {
        let position = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        let (word, name, total) = (step.action.word(), &step.name, self.total);
        self.options.progress.update(&format!(
            "{word} {name} in {} ({position}/{total})",
            step.scope
        ));
    }

    fn target(&self, scope: &ScopeName) -> Target {
        scope::target(scope, self.options.window)
    }
}

/// The scopes as they were read before the first step.
struct Attempt<'a> {
    shared: &'a ApplyContext<'a>,
    fresh: &'a [ScopeSnapshot],
}

impl Attempt<'_> {
    async fn one(&self, step: &Step) -> Result<StepOutcome, Error> {
        match step_state(step, self.fresh) {
            StepState::AsPlanned => {}
            StepState::AlreadyApplied(id) => return Ok(StepOutcome::AlreadyApplied(id)),
            StepState::Changed(why) => {
                return Err(Error::failed(why).hint(Hint::DiffAgain));
            }
        }
        let (lagoon, target) = (self.shared.lagoon, self.shared.target(&step.scope));
        match &step.action {
            Action::Unchanged(there) => Ok(StepOutcome::AlreadyApplied(there.id)),
            Action::Blocked { .. } => Err(Error::failed("the task would have to be replaced")),
            Action::Create(after) => self.add(&step.scope, after).await.map(StepOutcome::Applied),
            Action::Unverified(after, why) => self.unverifiable(&step.scope, after, why).await,
            Action::Update { before, after } => {
                if let Some(seen) = of_scope(self.fresh, &step.scope) {
                    define::check_environment_defaults(lagoon, &site(seen), after).await?;
                }
                let now = update::send(lagoon, &target, before, after).await?;
                Ok(StepOutcome::Applied(now.id))
            }
            Action::Delete { before, .. } => {
                delete::delete(lagoon, &target, before).await?;
                Ok(StepOutcome::Applied(before.id))
            }
            Action::Replace { gone, after } => self.replace(step, gone, after).await,
        }
    }

    /// Adds a task that may exist but cannot be seen. Lagoon then returns the existing one without
    /// its arguments.
    async fn unverifiable(
        &self,
        scope: &ScopeName,
        after: &Definition,
        why: &str,
    ) -> Result<StepOutcome, Error> {
        let defined = self.define(scope, after).await?;
        let DefineOutcome::Unverified(there) = defined else {
            return here(scope, after, defined.definition()).map(StepOutcome::Applied);
        };
        let rest = Definition {
            arguments: after.arguments.clone(),
            ..there.clone()
        };
        let (name, id) = (&after.name, there.id);
        require_same(&rest, after, || {
            format!("a different `{name}` (id {id}) already exists and cannot be changed: {why}")
        })
        .map_err(|error| {
            error.hint("delete the task that hides it on one environment, or choose another name")
        })?;
        Ok(StepOutcome::Unverified(
            id,
            format!("it already exists, but its arguments could not be read: {why}"),
        ))
    }

    /// Adds a task and returns its id.
    async fn add(&self, scope: &ScopeName, after: &Definition) -> Result<i64, Error> {
        let defined = self.define(scope, after).await?.seen(after)?;
        here(scope, after, defined.definition())
    }

    async fn define(&self, scope: &ScopeName, after: &Definition) -> Result<DefineOutcome, Error> {
        let Some(seen) = of_scope(self.fresh, scope) else {
            return Err(Error::not_found(format!("{scope} no longer exists")));
        };
        let (lagoon, site) = (self.shared.lagoon, site(seen));
        define::check_environment_defaults(lagoon, &site, after).await?;
        define::add(lagoon, &self.shared.target(scope), &site, after).await
    }

    /// Adds a task and deletes those that it replaces. Names are unique within a scope, so an old
    /// task of the same scope is deleted first, and restored if the new one is refused.
    async fn replace(
        &self,
        step: &Step,
        gone: &[Removal],
        after: &Definition,
    ) -> Result<StepOutcome, Error> {
        let shared = self.shared;
        let (here, elsewhere): (Vec<&Removal>, Vec<&Removal>) =
            gone.iter().partition(|g| g.scope.is_same(&step.scope));
        for old in &here {
            let target = shared.target(&old.scope);
            delete::delete(shared.lagoon, &target, &old.definition).await?;
        }
        let fresh: Vec<ScopeSnapshot> = self
            .fresh
            .iter()
            .map(|s| without_removed(s, &here))
            .collect();
        let without = Attempt {
            shared,
            fresh: &fresh,
        };
        let id = match without.add(&step.scope, after).await {
            Ok(id) => id,
            Err(mut error) => {
                for old in here {
                    let name = &old.definition.name;
                    error = error.hint(match without.add(&old.scope, &old.definition).await {
                        Ok(id) => format!("the old `{name}` was restored (id {id})"),
                        Err(why) => {
                            format!("the old `{name}` was deleted and could not be restored: {why}")
                        }
                    });
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
        Ok(StepOutcome::Applied(id))
    }
}

fn here(scope: &ScopeName, after: &Definition, returned: &Definition) -> Result<i64, Error> {
    if returned.scope != after.scope {
        return Err(Error::failed(format!(
            "`{}` was defined (id {}), but with the scope {} instead of {scope}",
            after.name,
            returned.id,
            returned.scope.word()
        )));
    }
    Ok(returned.id)
}

fn without_removed(seen: &ScopeSnapshot, gone: &[&Removal]) -> ScopeSnapshot {
    let mut seen = seen.clone();
    for view in &mut seen.views {
        view.definitions
            .retain(|d| gone.iter().all(|g| g.definition.id != d.id));
    }
    seen
}

/// Compares a written task with its state now. Returns the problem, if there is one.
fn verify(step: &Step, id: i64, now: &[ScopeSnapshot]) -> Option<Error> {
    let seen = of_scope(now, &step.scope)?;
    let there = seen.definitions().into_iter().find(|d| d.id == id);
    let name = &step.name;
    match (&step.action, step.after(), there) {
        (Action::Delete { .. }, _, Some(_)) => Some(delete::still_shown(name, id)),
        (Action::Delete { .. }, ..) => None,
        // A task that cannot be read was compared with the reply.
        (Action::Unverified(..), _, None) => None,
        (_, Some(after), Some(there)) => require_same(there, after, || {
            format!("`{name}` (id {id}) was written, but differs from the request")
        })
        .err(),
        _ => {
            let hides = |d: &Definition| d.name == *name && d.scope != seen.resolved;
            let hidden = seen
                .views
                .iter()
                .all(|view| view.definitions.iter().any(hides));
            (!hidden).then(|| {
                Error::failed(format!(
                    "`{name}` (id {id}) was written, but {} does not show it",
                    step.scope
                ))
            })
        }
    }
}

fn unverified(error: &Error) -> Error {
    Error::new(
        error.kind,
        format!(
            "it was written, but could not be verified: {}",
            error.message
        ),
    )
    .hint("apply again; finished changes are skipped")
}
