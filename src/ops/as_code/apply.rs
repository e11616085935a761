//! Carries out a plan. Nothing that changed since the plan was made is overwritten, every write is
//! read back, and a second run completes what the first one left incomplete.

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
use crate::domain::plan::{Action, Plan, ScopeSnapshot, Step};
use crate::domain::task::difference::{Difference, differences};
use crate::error::{Error, quoted_list};
use crate::lagoon::Lagoon;

use crate::clock::Clock;
use crate::ops::as_code::scope::{self, ScopeOptions};
use crate::ops::definitions::define;
use unit::Unit;

/// Time for requests in progress to end after an interrupt.
const GRACE: Duration = Duration::from_secs(3);

#[derive(Debug)]
pub(crate) enum StepOutcome {
    /// With the task's id.
    Applied(i64),
    /// It was already as planned; with the task's id.
    AlreadyApplied(i64),
    /// It exists, but Lagoon does not show enough of it to compare; with its id and the reason.
    Unverified(i64, String),
    Failed(Error),
    /// It was begun, and its result is unknown.
    Unknown,
    Skipped,
}

#[derive(Debug)]
pub(crate) struct AppliedStep {
    pub step: Step,
    pub done: StepOutcome,
}

struct ApplyContext<'a> {
    lagoon: &'a Lagoon,
    options: ScopeOptions<'a>,
    fail_fast: bool,
    stopped: AtomicBool,
    finished: AtomicUsize,
    total: usize,
    /// By position in the plan.
    done: Mutex<Vec<StepOutcome>>,
}

impl ApplyContext<'_> {
    fn done(&self) -> MutexGuard<'_, Vec<StepOutcome>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, position: usize, done: StepOutcome) {
        if self.fail_fast && matches!(done, StepOutcome::Failed(_)) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        self.done()[position] = done;
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Carries out a plan: projects concurrently, the steps of one project in order. The outcomes are
/// in the plan's order. After `stop`, nothing new is begun.
pub(crate) async fn apply(
    lagoon: &Lagoon,
    plan: Plan,
    options: ScopeOptions<'_>,
    fail_fast: bool,
    stop: impl Future<Output = ()>,
    clock: &dyn Clock,
) -> Vec<AppliedStep> {
    let shared = ApplyContext {
        lagoon,
        options,
        fail_fast,
        stopped: AtomicBool::new(false),
        finished: AtomicUsize::new(0),
        total: plan.changes().count(),
        done: Mutex::new(plan.steps.iter().map(|_| StepOutcome::Skipped).collect()),
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
            .for_each_concurrent(options.concurrency.max(1), |unit| unit.carry_out(&shared))
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
        .map(|(step, done)| AppliedStep {
            done: scrubbed(done, &step),
            step,
        })
        .collect()
}

/// Removes values from the environment, because Lagoon's errors repeat what was sent.
fn scrubbed(done: StepOutcome, step: &Step) -> StepOutcome {
    match done {
        StepOutcome::Failed(error) if !step.hidden.is_empty() => {
            let message = step.scrubbed(&error.to_string());
            let hints = error.hint_texts();
            let hints = hints.iter().map(|hint| step.scrubbed(hint));
            StepOutcome::Failed(Error {
                runs: error.runs,
                ..Error::new(error.kind, message).with_hints(hints)
            })
        }
        StepOutcome::Unverified(id, what) => StepOutcome::Unverified(id, step.scrubbed(&what)),
        other => other,
    }
}

/// The steps of one unit are carried out in order: a project with its environments, a group, the
/// system.
fn unit_of(scope: &ScopeName) -> ScopeName {
    match scope.key() {
        ScopeName::Environment { project, .. } => ScopeName::Project(project),
        other => other,
    }
}

/// All scopes that the steps read or write.
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

fn coverage<'a>(steps: impl Iterator<Item = &'a Step>, scope: &ScopeName) -> Coverage {
    let mut names: Vec<&String> = Vec::new();
    for step in steps.filter(|step| step.scope.is_same(scope)) {
        let definitions = [step.before(), step.after()].into_iter().flatten();
        names.push(&step.name);
        names.extend(definitions.map(|definition| &definition.name));
    }
    Coverage::names(names)
}

/// The reasons why a saved plan is out of date; empty if it is not. Fills in the texts from Lagoon
/// that the plan leaves out.
pub(crate) async fn outdated(
    lagoon: &Lagoon,
    plan: &mut Plan,
    options: ScopeOptions<'_>,
) -> Result<Vec<String>, Error> {
    let coverage = |scope: &ScopeName| coverage(plan.steps.iter(), scope);
    let seen = scope::read(lagoon, &scopes(plan.steps.iter()), coverage, options).await?;
    check_system_wide(lagoon, plan).await?;
    plan.recall(&seen);
    Ok(plan
        .steps
        .iter()
        .filter_map(|step| match step_state(step, &seen) {
            StepState::AsPlanned => None,
            StepState::AlreadyApplied(_) => Some(format!(
                "already done: {} `{}` of {}",
                step.action.word(),
                step.name,
                step.scope
            )),
            StepState::Changed(why) => Some(why),
        })
        .collect())
}

/// The state of a task, compared with the plan.
enum StepState {
    AsPlanned,
    /// The step has been carried out since; with the task's id.
    AlreadyApplied(i64),
    /// With the reason why the step no longer applies.
    Changed(String),
}

fn step_state(step: &Step, seen: &[ScopeSnapshot]) -> StepState {
    let Some(site) = of_scope(seen, &step.scope) else {
        return StepState::Changed(format!("{} no longer exists", step.scope));
    };
    if let Some(after) = step.after()
        && after.scope != site.resolved
    {
        return StepState::Changed(format!(
            "{} was recreated after the plan was made",
            step.scope
        ));
    }
    let definitions = site.definitions();
    match &step.action {
        Action::Create(after) | Action::Unverified(after, _) => {
            let mut there = definitions.iter();
            match there.find(|d| same_in_database(&d.name, &after.name)) {
                None => StepState::AsPlanned,
                Some(one) if differences(one, after).is_empty() => {
                    StepState::AlreadyApplied(one.id)
                }
                Some(one) => StepState::Changed(format!(
                    "`{}` of {} was defined differently in the meantime (id {})",
                    one.name, step.scope, one.id
                )),
            }
        }
        Action::Update { before, after } => match compared(before, &step.scope, &definitions) {
            StepState::Changed(_) if is_there(after, &definitions) => {
                StepState::AlreadyApplied(before.id)
            }
            step_state => step_state,
        },
        Action::Delete { before, .. } => match compared(before, &step.scope, &definitions) {
            StepState::Changed(_) if definitions.iter().all(|d| d.id != before.id) => {
                StepState::AlreadyApplied(before.id)
            }
            step_state => step_state,
        },
        Action::Replace { gone, .. } => {
            let mut standings = gone.iter().map(|one| {
                let there = of_scope(seen, &one.scope).map(ScopeSnapshot::definitions);
                compared(&one.definition, &one.scope, &there.unwrap_or_default())
            });
            let changed = standings.find(|step_state| matches!(step_state, StepState::Changed(_)));
            changed.unwrap_or(StepState::AsPlanned)
        }
        Action::Unchanged(there) => compared(there, &step.scope, &definitions),
        Action::Blocked { .. } => StepState::AsPlanned,
    }
}

fn of_scope<'a>(seen: &'a [ScopeSnapshot], scope: &ScopeName) -> Option<&'a ScopeSnapshot> {
    seen.iter().find(|seen| seen.scope.is_same(scope))
}

fn is_there(wanted: &Definition, definitions: &[&Definition]) -> bool {
    let there = definitions.iter().find(|d| d.id == wanted.id);
    there.is_some_and(|d| differences(d, wanted).is_empty())
}

/// Compares a task with its state when the plan was made.
fn compared(before: &Definition, scope: &ScopeName, definitions: &[&Definition]) -> StepState {
    let Some(now) = definitions.iter().find(|d| d.id == before.id) else {
        return StepState::Changed(format!(
            "`{}` (id {}) of {scope} was deleted in the meantime",
            before.name, before.id
        ));
    };
    let fields = differences(before, now);
    let fields: Vec<&str> = fields.iter().map(Difference::label).collect();
    if fields.is_empty() {
        return StepState::AsPlanned;
    }
    StepState::Changed(format!(
        "`{}` (id {}) of {scope} was changed in the meantime: {}",
        before.name,
        before.id,
        fields.join(", ")
    ))
}

/// Refuses a plan that adds system-wide tasks if Lagoon refuses all of them.
pub(crate) async fn check_system_wide(lagoon: &Lagoon, plan: &Plan) -> Result<(), Error> {
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

pub(crate) fn is_system_wide(plan: &Plan) -> bool {
    plan.changes().any(|step| step.scope == ScopeName::System)
}
