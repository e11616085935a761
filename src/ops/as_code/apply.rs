//! Carrying out a plan: nothing is overwritten that changed since it was read, every write is read
//! back, and what is left half done is finished by applying again.

mod unit;

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use crate::domain::Definition;
use crate::domain::manifest::ScopeName;
use crate::domain::names::same_in_database;
use crate::domain::plan::coverage::Coverage;
use crate::domain::plan::{Action, Plan, Seen, Step};
use crate::domain::task::difference::differences;
use crate::error::{Error, quoted_list};
use crate::lagoon::Lagoon;

use crate::clock::Clock;
use crate::ops::as_code::scope::{self, How};
use crate::ops::definitions::define;
use unit::Unit;

/// How long what is on its way may take to end, once nothing new is begun.
const GRACE: Duration = Duration::from_secs(3);

/// What became of a step.
#[derive(Debug)]
pub enum Done {
    /// It is so now; the task's id.
    Done(i64),
    /// It was so already.
    Already(i64),
    /// Lagoon has it, and does not show enough of it to say that it is so; its id, and what is not
    /// known.
    Unseen(i64, String),
    /// It failed.
    Failed(Error),
    /// It was begun and not waited for: perhaps it is so now.
    Unknown,
    /// It was not tried.
    Skipped,
}

/// A step and what became of it.
#[derive(Debug)]
pub struct Outcome {
    /// The step.
    pub step: Step,
    /// What became of it.
    pub done: Done,
}

/// What the parts of an application share.
struct Shared<'a> {
    lagoon: &'a Lagoon,
    how: How<'a>,
    fail_fast: bool,
    stopped: AtomicBool,
    finished: AtomicUsize,
    total: usize,
    /// What became of each step, by its position in the plan.
    done: Mutex<Vec<Done>>,
}

impl Shared<'_> {
    fn done(&self) -> MutexGuard<'_, Vec<Done>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, position: usize, done: Done) {
        if self.fail_fast && matches!(done, Done::Failed(_)) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        self.done()[position] = done;
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Carries out a plan, project by project, several at a time; the outcomes are in the plan's order.
/// When `stop` is over nothing new is begun, and what is on its way has a moment to end.
pub async fn apply(
    lagoon: &Lagoon,
    plan: Plan,
    how: How<'_>,
    fail_fast: bool,
    stop: impl Future<Output = ()>,
    clock: &dyn Clock,
) -> Vec<Outcome> {
    let shared = Shared {
        lagoon,
        how,
        fail_fast,
        stopped: AtomicBool::new(false),
        finished: AtomicUsize::new(0),
        total: plan.changes().count(),
        done: Mutex::new(plan.steps.iter().map(|_| Done::Skipped).collect()),
    };
    let mut units: Vec<Unit<'_>> = Vec::new();
    for (position, step) in plan.steps.iter().enumerate() {
        let key = unit_of(&step.scope);
        match units.iter_mut().find(|unit| unit.key == key) {
            Some(unit) => unit.steps.push((position, step)),
            None => units.push(Unit {
                key,
                steps: vec![(position, step)],
            }),
        }
    }
    let mut work = pin!(
        stream::iter(units)
            .for_each_concurrent(how.concurrency.max(1), |unit| unit.carry_out(&shared))
    );
    tokio::select! {
        () = &mut work => {}
        () = stop => {
            shared.stopped.store(true, Ordering::Relaxed);
            tokio::select! {
                () = &mut work => {}
                () = clock.sleep(GRACE) => {}
            }
        }
    }
    let done = std::mem::take(&mut *shared.done());
    let steps = plan.steps.iter().cloned().zip(done);
    steps
        .map(|(step, done)| Outcome {
            done: scrubbed(done, &step),
            step,
        })
        .collect()
}

/// An outcome without values from the environment: errors of Lagoon's repeat what was sent.
fn scrubbed(done: Done, step: &Step) -> Done {
    match done {
        Done::Failed(error) if !step.hidden.is_empty() => {
            let message = step.scrubbed(&error.to_string());
            let hints = error.hint_texts();
            let hints = hints.iter().map(|hint| step.scrubbed(hint));
            Done::Failed(Error {
                runs: error.runs,
                ..Error::new(error.kind, message).with_hints(hints)
            })
        }
        Done::Unseen(id, what) => Done::Unseen(id, step.scrubbed(&what)),
        other => other,
    }
}

/// What is carried out one after the other: a project with its environments, a group, the system.
fn unit_of(scope: &ScopeName) -> ScopeName {
    match scope.key() {
        ScopeName::Environment { project, .. } => ScopeName::Project(project),
        other => other,
    }
}

/// Every scope that steps read or write, each once.
fn scopes<'a>(steps: impl Iterator<Item = &'a Step>) -> Vec<ScopeName> {
    let mut scopes: Vec<ScopeName> = Vec::new();
    for step in steps {
        let gone = match &step.action {
            Action::Replace { gone, .. } => gone.as_slice(),
            _ => &[],
        };
        for scope in std::iter::once(&step.scope).chain(gone.iter().map(|g| &g.scope)) {
            if !scopes.iter().any(|known| known.is_same(scope)) {
                scopes.push(scope.clone());
            }
        }
    }
    scopes
}

/// The tasks of a scope that steps are about.
fn coverage<'a>(steps: impl Iterator<Item = &'a Step>, scope: &ScopeName) -> Coverage {
    let mut names: Vec<&String> = Vec::new();
    for step in steps.filter(|step| step.scope.is_same(scope)) {
        let definitions = [step.before(), step.after()];
        names.push(&step.name);
        names.extend(
            definitions
                .iter()
                .flatten()
                .map(|definition| &definition.name),
        );
    }
    Coverage::names(names)
}

/// The reasons why a saved plan is out of date; empty if it is not. Fills in the texts from Lagoon
/// that the plan leaves out.
///
/// # Errors
/// Any failure of reading.
pub async fn outdated(
    lagoon: &Lagoon,
    plan: &mut Plan,
    how: How<'_>,
) -> Result<Vec<String>, Error> {
    let coverage = |scope: &ScopeName| coverage(plan.steps.iter(), scope);
    let seen = scope::read(lagoon, &scopes(plan.steps.iter()), coverage, how).await?;
    check_system_wide(lagoon, plan).await?;
    plan.recall(&seen);
    Ok(plan
        .steps
        .iter()
        .filter_map(|step| match standing(step, &seen) {
            Standing::AsPlanned => None,
            Standing::Already(_) => Some(format!(
                "{} of `{}` in {} is done already",
                step.action.word(),
                step.name,
                step.scope
            )),
            Standing::Changed(why) => Some(why),
        })
        .collect())
}

/// How things stand, compared with what a step was planned for.
enum Standing {
    /// As when it was planned.
    AsPlanned,
    /// Somebody did it meanwhile, or an earlier attempt; the task's id.
    Already(i64),
    /// Something else happened.
    Changed(String),
}

fn standing(step: &Step, seen: &[Seen]) -> Standing {
    let find = |scope: &ScopeName| seen.iter().find(|s| s.scope.is_same(scope));
    let Some(site) = find(&step.scope) else {
        return Standing::Changed(format!("{} is gone", step.scope));
    };
    if let Some(after) = step.after()
        && after.scope != site.resolved
    {
        return Standing::Changed(format!(
            "{} is another one than when the plan was made",
            step.scope
        ));
    }
    let definitions = site.definitions();
    match &step.action {
        Action::Create(after) | Action::Unverified(after, _) => {
            let mut there = definitions.iter();
            match there.find(|d| same_in_database(&d.name, &after.name)) {
                None => Standing::AsPlanned,
                Some(one) if differences(one, after).is_empty() => Standing::Already(one.id),
                Some(one) => Standing::Changed(format!(
                    "`{}` of {} was defined meanwhile (id {}), and is different",
                    one.name, step.scope, one.id
                )),
            }
        }
        Action::Update { before, after } => match unchanged(before, &step.scope, &definitions) {
            Err(_) if is_there(after, &definitions) => Standing::Already(before.id),
            Err(why) => Standing::Changed(why),
            Ok(()) => Standing::AsPlanned,
        },
        Action::Delete { before, .. } => match unchanged(before, &step.scope, &definitions) {
            Err(_) if definitions.iter().all(|d| d.id != before.id) => Standing::Already(before.id),
            Err(why) => Standing::Changed(why),
            Ok(()) => Standing::AsPlanned,
        },
        Action::Replace { gone, .. } => {
            for one in gone {
                let there = find(&one.scope).map(Seen::definitions).unwrap_or_default();
                if let Err(why) = unchanged(&one.definition, &one.scope, &there) {
                    return Standing::Changed(why);
                }
            }
            Standing::AsPlanned
        }
        Action::Unchanged(there) => match unchanged(there, &step.scope, &definitions) {
            Err(why) => Standing::Changed(why),
            Ok(()) => Standing::AsPlanned,
        },
        Action::Blocked { .. } => Standing::AsPlanned,
    }
}

fn is_there(wanted: &Definition, definitions: &[&Definition]) -> bool {
    let there = definitions.iter().find(|d| d.id == wanted.id);
    there.is_some_and(|d| differences(d, wanted).is_empty())
}

fn unchanged(
    before: &Definition,
    scope: &ScopeName,
    definitions: &[&Definition],
) -> Result<(), String> {
    let Some(now) = definitions.iter().find(|d| d.id == before.id) else {
        return Err(format!(
            "`{}` (id {}) of {scope} went meanwhile",
            before.name, before.id
        ));
    };
    let found = differences(before, now);
    if found.is_empty() {
        return Ok(());
    }
    let fields: Vec<&str> = found.iter().map(|d| d.field).collect();
    Err(format!(
        "`{}` (id {}) of {scope} changed meanwhile: {}",
        before.name,
        before.id,
        fields.join(", ")
    ))
}

/// Refuses a plan that adds system-wide tasks on a Lagoon that refuses all of them.
///
/// # Errors
/// Refused, naming the tasks, or any failure of the request.
pub async fn check_system_wide(lagoon: &Lagoon, plan: &Plan) -> Result<(), Error> {
    let adds = |step: &&Step| {
        step.scope == ScopeName::System
            && matches!(
                step.action,
                Action::Create(_) | Action::Unverified(..) | Action::Replace { .. }
            )
    };
    let added: Vec<&str> = plan.steps.iter().filter(adds).map(|s| &*s.name).collect();
    if added.is_empty() {
        return Ok(());
    }
    define::check_system_wide(lagoon)
        .await
        .map_err(|error| Error {
            message: format!("{}: {}", error.message, quoted_list(&added)),
            ..error
        })
}

/// Whether a plan changes something for every project of the Lagoon.
#[must_use]
pub fn is_system_wide(plan: &Plan) -> bool {
    plan.changes().any(|step| step.scope == ScopeName::System)
}
