//! Choosing the action for each task.

use std::collections::HashSet;

use super::{Action, EnvironmentTasks, Plan, PlanOptions, Refusal, Removal, ScopeSnapshot, Step};
use crate::domain::manifest::{Desired, DesiredTask, ScopeName, unwritable};
use crate::domain::names::{each_once, nfc, same_in_database};
use crate::domain::task::difference::differences;
use crate::domain::task::rules::unknown_types;
use crate::domain::task::shadow;
use crate::domain::{Definition, Scope};

/// `seen` has every scope of the files, in their order, with Lagoon's ids.
pub(crate) fn plan(
    desired: &Desired,
    seen: &[ScopeSnapshot],
    allowed: PlanOptions,
) -> Result<Plan, Refusal> {
    let mut plan = Plan::default();
    let mut violations = Vec::new();
    let mut moved: Vec<i64> = Vec::new();
    let site = |scope: &ScopeName| seen.iter().find(|s| s.scope.is_same(scope));
    for wanted in &desired.tasks {
        let Some(site) = site(&wanted.scope) else {
            continue;
        };
        let step = step(wanted, site, desired, seen, allowed, &moved);
        if let Action::Replace { gone, .. } = &step.action {
            moved.extend(gone.iter().map(|g| g.definition.id));
        }
        if step.is_change() {
            violations.extend(wanted.violations.clone());
        }
        plan.steps.push(step);
    }
    if !violations.is_empty() {
        return Err(Refusal::Violations(each_once(violations)));
    }
    for retired in &desired.retired {
        let Some(site) = site(&retired.scope) else {
            continue;
        };
        for definition in site.definitions() {
            if same_in_database(&definition.name, &retired.name) && !moved.contains(&definition.id)
            {
                plan.steps.push(deletion(site, definition, false, seen));
            }
        }
    }
    if let Some(most) = allowed.prune {
        let pruned = prune(desired, seen, &plan, &moved);
        if !pruned.is_empty() && desired.tasks.is_empty() {
            return Err(Refusal::PruneAll);
        }
        if pruned.len() > most {
            let names = pruned
                .iter()
                .map(|step| format!("`{}` of {}", step.name, step.scope));
            return Err(Refusal::PruneMany {
                names: names.collect(),
                most,
            });
        }
        plan.steps.extend(pruned);
    }
    let notes = seen.iter().flat_map(|site| duplicates(site, &plan.steps));
    plan.notes = notes.collect();
    Ok(plan)
}

fn step(
    wanted: &DesiredTask,
    site: &ScopeSnapshot,
    desired: &Desired,
    seen: &[ScopeSnapshot],
    allowed: PlanOptions,
    moved: &[i64],
) -> Step {
    let name = wanted.definition.name.clone();
    let there = existing(site, &name);
    let after = Definition {
        // Names are sent in NFC; an existing one in another form is kept.
        name: there
            .filter(|before| nfc(&before.name) == name)
            .map_or_else(|| name.clone(), |before| before.name.clone()),
        scope: site.resolved.clone(),
        ..wanted.definition.clone()
    };
    let mut notes: Vec<String> = production(site).into_iter().collect();
    let shown = site.views.iter().map(|v| (&v.environment, &v.definitions));
    notes.extend(shadow::notes(shown, &name, &site.resolved));
    let action = match there {
        Some(before) if before.work.word() != after.work.word() => {
            if allowed.replace {
                Action::Replace {
                    gone: vec![Removal {
                        scope: site.scope.clone(),
                        definition: before.clone(),
                        hidden: Vec::new(),
                    }],
                    after,
                }
            } else {
                notes.push(format!(
                    "Lagoon cannot change the type from {} to {}; --replace deletes the task and adds it again",
                    before.work.word(),
                    after.work.word()
                ));
                Action::Blocked {
                    before: before.clone(),
                    after,
                }
            }
        }
        Some(before) if differences(before, &after).is_empty() => Action::Unchanged(before.clone()),
        Some(before) => Action::Update {
            before: before.clone(),
            after: Definition {
                id: before.id,
                ..after
            },
        },
        None => {
            let mut elsewhere = elsewhere(wanted, site, desired, seen);
            // A task that is moved to two scopes is moved to the first.
            elsewhere.retain(|gone| !moved.contains(&gone.definition.id));
            if let (false, true) = (elsewhere.is_empty(), allowed.replace) {
                Action::Replace {
                    gone: elsewhere,
                    after,
                }
            } else {
                for gone in elsewhere {
                    notes.push(format!(
                        "{} already has a task of this name (id {}); --replace moves it here",
                        gone.scope, gone.definition.id
                    ));
                }
                match unreadable(site, &name) {
                    Some(why) => Action::Unverified(after, why),
                    None => Action::Create(after),
                }
            }
        }
    };
    let mut step = Step {
        scope: site.scope.clone(),
        name,
        action,
        notes,
        hidden_before: Vec::new(),
        hidden: wanted.hidden.clone(),
    };
    step.hide_before();
    if let (true, Some(after)) = (step.is_change(), step.after()) {
        let unknown = unknown_types(after);
        step.notes.extend(unknown);
    }
    step
}

/// An exact match is preferred to one that only the database treats as equal.
fn existing<'a>(site: &'a ScopeSnapshot, name: &str) -> Option<&'a Definition> {
    let found = site.definitions();
    let find = |is_it: &dyn Fn(&str) -> bool| found.iter().find(|d| is_it(&d.name)).copied();
    find(&|it| it == name).or_else(|| find(&|it| same_in_database(it, name)))
}

/// The reason why a task may exist unseen.
fn unreadable(site: &ScopeSnapshot, name: &str) -> Option<String> {
    if site.views.is_empty() {
        return Some(format!(
            "no environment of {} is visible, so its tasks cannot be read",
            site.scope
        ));
    }
    let hides = |view: &EnvironmentTasks| shadow::hides(&view.definitions, name, &site.resolved);
    if site.views.iter().all(hides) {
        return Some(format!(
            "on every environment of {}, another task of the same name hides it",
            site.scope
        ));
    }
    site.blind_spot.clone()
}

/// Tasks of the same name in other scopes of the project that no file has: they were moved.
/// Environments that the files no longer name are included.
fn elsewhere(
    wanted: &DesiredTask,
    site: &ScopeSnapshot,
    desired: &Desired,
    seen: &[ScopeSnapshot],
) -> Vec<Removal> {
    let name = &wanted.definition.name;
    let Some(project) = site.scope.project() else {
        return Vec::new();
    };
    let project = ScopeName::Project(project.to_owned());
    if !desired.scopes.iter().any(|s| s.is_same(&project)) {
        return Vec::new();
    }
    let mut found: Vec<Removal> = Vec::new();
    for view in seen.iter().flat_map(|other| &other.views) {
        for definition in &view.definitions {
            if !same_in_database(&definition.name, name)
                || definition.scope == site.resolved
                || found.iter().any(|g| g.definition.id == definition.id)
            {
                continue;
            }
            let Some(scope) = within_project(definition, view) else {
                continue;
            };
            let is_here =
                ScopeName::Project(view.environment.project.name.clone()).is_same(&project);
            if is_here && !is_wanted(desired, &scope, name) {
                found.push(Removal {
                    scope,
                    definition: definition.clone(),
                    hidden: Vec::new(),
                });
            }
        }
    }
    found
}

fn within_project(definition: &Definition, view: &EnvironmentTasks) -> Option<ScopeName> {
    let project = view.environment.project.name.clone();
    match &definition.scope {
        Scope::Environment(id) if *id == view.environment.id => Some(ScopeName::Environment {
            project,
            environment: view.environment.name.clone(),
        }),
        Scope::Project(id) if *id == view.environment.project.id => {
            Some(ScopeName::Project(project))
        }
        _ => None,
    }
}

fn deletion(
    site: &ScopeSnapshot,
    definition: &Definition,
    pruned: bool,
    seen: &[ScopeSnapshot],
) -> Step {
    let notes = [production(site), uncovered_task(definition, seen)];
    Step {
        scope: site.scope.clone(),
        name: definition.name.clone(),
        notes: notes.into_iter().flatten().collect(),
        action: Action::Delete {
            before: definition.clone(),
            pruned,
        },
        hidden_before: Vec::new(),
        hidden: Vec::new(),
    }
}

fn is_wanted(desired: &Desired, scope: &ScopeName, name: &str) -> bool {
    let mut in_scope = desired
        .tasks
        .iter()
        .filter(|wanted| wanted.scope.is_same(scope));
    in_scope.any(|wanted| same_in_database(&wanted.definition.name, name))
}

fn production(site: &ScopeSnapshot) -> Option<String> {
    let alone = matches!(site.resolved, Scope::Environment(_));
    let is_production = site.views.iter().any(|v| v.environment.is_production());
    (alone && is_production).then(|| "this is a production environment".to_owned())
}

fn prune(desired: &Desired, seen: &[ScopeSnapshot], plan: &Plan, moved: &[i64]) -> Vec<Step> {
    let planned = plan
        .steps
        .iter()
        .filter_map(Step::before)
        .map(|before| before.id);
    let kept: HashSet<i64> = planned.chain(moved.iter().copied()).collect();
    let mut steps = Vec::new();
    for site in seen {
        if !desired.scopes.iter().any(|s| s.is_same(&site.scope)) {
            continue;
        }
        for definition in site.definitions() {
            // Of two tasks with one name, the file names both.
            let is_named = is_wanted(desired, &site.scope, &definition.name);
            // A task that no file can hold was not left out on purpose.
            if !kept.contains(&definition.id) && !is_named && unwritable(definition).is_none() {
                steps.push(deletion(site, definition, true, seen));
            }
        }
    }
    steps
}

/// A note on a task of a wider scope that the deletion uncovers.
fn uncovered_task(gone: &Definition, seen: &[ScopeSnapshot]) -> Option<String> {
    let Scope::Environment(id) = gone.scope else {
        return None;
    };
    let views = || seen.iter().flat_map(|site| &site.views);
    let own = views().find(|view| view.environment.id == id)?;
    let behind = views()
        .filter(|view| view.environment.project.id == own.environment.project.id)
        .flat_map(|view| &view.definitions)
        .filter(|d| d.name == gone.name && d.scope.rank() > gone.scope.rank())
        .min_by_key(|d| d.scope.rank())?;
    Some(format!(
        "the name will then refer to task {} of the scope {}",
        behind.id,
        behind.scope.word()
    ))
}

/// Notes on duplicate and incomplete definitions.
fn duplicates(site: &ScopeSnapshot, steps: &[Step]) -> Vec<String> {
    let found = site.definitions();
    let mut notes = Vec::new();
    for (position, one) in found.iter().enumerate() {
        for other in &found[..position] {
            if same_in_database(&one.name, &other.name) {
                notes.push(format!(
                    "{} has two tasks of the same name: `{}` (id {}) and `{}` (id {})",
                    site.scope, other.name, other.id, one.name, one.id
                ));
            }
        }
        let changes =
            |step: &Step| step.is_change() && step.before().is_some_and(|b| b.id == one.id);
        let task = format!("`{}` (id {}) of {}", one.name, one.id, site.scope);
        if let Some(why) = unwritable(one)
            && !steps.iter().any(changes)
        {
            notes.push(format!("{task} is not changed: it {why}"));
        }
        if one.arguments().iter().any(|a| a.name.is_empty()) {
            notes.push(format!(
                "{task} is incomplete: it has an argument without a name"
            ));
        }
    }
    notes
}
