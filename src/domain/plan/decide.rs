//! TargetSetting the action for each task.

use super::{Action, Plan, PlanOptions, Refusal, Removal, Seen, Step, View};
use crate::domain::manifest::{Desired, ScopeName, Wanted, unwritable};
use crate::domain::names::{nfc, same_in_database};
use crate::domain::task::difference::differences;
use crate::domain::task::rules::unknown_types;
use crate::domain::task::shadow;
use crate::domain::{Definition, Scope};

/// The plan that makes Lagoon match the files. `seen` has every scope of the files, in their order;
/// it supplies the scopes' ids.
pub fn plan(desired: &Desired, seen: &[Seen], allowed: PlanOptions) -> Result<Plan, Refusal> {
    let mut plan = Plan::default();
    let mut violations = Vec::new();
    let mut moved: Vec<i64> = Vec::new();
    for wanted in &desired.tasks {
        let Some(site) = seen.iter().find(|s| s.scope.is_same(&wanted.scope)) else {
            continue;
        };
        let step = step(wanted, site, desired, seen, allowed, &moved);
        if let Action::Replace { gone, .. } = &step.action {
            moved.extend(gone.iter().map(|g| g.definition.id));
        }
        if step.is_change() {
            for fault in &wanted.violations {
                if !violations.contains(fault) {
                    violations.push(fault.clone());
                }
            }
        }
        plan.steps.push(step);
    }
    if !violations.is_empty() {
        return Err(Refusal::Violations(violations));
    }
    for retired in &desired.retired {
        let Some(site) = seen.iter().find(|s| s.scope.is_same(&retired.scope)) else {
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
    wanted: &Wanted,
    site: &Seen,
    desired: &Desired,
    seen: &[Seen],
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
                    "Lagoon cannot make {} of a task of the kind {}: --replace deletes it and adds it anew",
                    after.work.word(),
                    before.work.word()
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
                        "{} has a task of that name (id {}): --replace moves it here",
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

/// The task of this scope and name: spelled alike, else equal to the database.
fn existing<'a>(site: &'a Seen, name: &str) -> Option<&'a Definition> {
    let found = site.definitions();
    let exact = found.iter().find(|d| d.name == name);
    exact
        .or_else(|| found.iter().find(|d| same_in_database(&d.name, name)))
        .copied()
}

/// The reason why the absence of a task of that name cannot be determined; `None` if it can.
fn unreadable(site: &Seen, name: &str) -> Option<String> {
    if site.views.is_empty() {
        return Some(format!(
            "{} shows no environment, so its tasks cannot be read",
            site.scope
        ));
    }
    let hides = |view: &View| shadow::hides(&view.definitions, name, &site.resolved);
    if site.views.iter().all(hides) {
        return Some(format!(
            "on every environment of {} another task of that name stands before it",
            site.scope
        ));
    }
    site.blind_spot.clone()
}

/// Tasks of that name in other scopes of the same project, where the files have none: the task was
/// moved. Environments that the files no longer name count too.
fn elsewhere(wanted: &Wanted, site: &Seen, desired: &Desired, seen: &[Seen]) -> Vec<Removal> {
    let name = &wanted.definition.name;
    let Some(project) = site.scope.project() else {
        return Vec::new();
    };
    let project = ScopeName::Project(project.to_owned());
    if !desired.scopes.iter().any(|s| s.is_same(&project)) {
        return Vec::new();
    }
    let is_wanted = |scope: &ScopeName| {
        desired
            .tasks
            .iter()
            .any(|w| w.scope.is_same(scope) && same_in_database(&w.definition.name, name))
    };
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
            if is_here && !is_wanted(&scope) {
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

/// The scope, by name, of a definition in a view's project or environment.
fn within_project(definition: &Definition, view: &View) -> Option<ScopeName> {
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

fn deletion(site: &Seen, definition: &Definition, pruned: bool, seen: &[Seen]) -> Step {
    let mut notes: Vec<String> = production(site).into_iter().collect();
    notes.extend(uncovered_tasks(definition, seen));
    Step {
        scope: site.scope.clone(),
        name: definition.name.clone(),
        notes,
        action: Action::Delete {
            before: definition.clone(),
            pruned,
        },
        hidden_before: Vec::new(),
        hidden: Vec::new(),
    }
}

fn production(site: &Seen) -> Option<String> {
    let alone = matches!(site.resolved, Scope::Environment(_));
    let is_production = site.views.iter().any(|v| v.environment.is_production());
    (alone && is_production).then(|| "this is a production environment".to_owned())
}

fn prune(desired: &Desired, seen: &[Seen], plan: &Plan, moved: &[i64]) -> Vec<Step> {
    let kept = |id: i64| {
        moved.contains(&id)
            || plan
                .steps
                .iter()
                .any(|step| step.before().is_some_and(|before| before.id == id))
    };
    let mut steps = Vec::new();
    for site in seen {
        if !desired.scopes.iter().any(|s| s.is_same(&site.scope)) {
            continue;
        }
        for definition in site.definitions() {
            // Of two tasks with one name, the file names both.
            let is_named = desired.tasks.iter().any(|w| {
                w.scope.is_same(&site.scope)
                    && same_in_database(&w.definition.name, &definition.name)
            });
            // A task that no file can hold was not left out on purpose.
            if !kept(definition.id) && !is_named && unwritable(definition).is_none() {
                steps.push(deletion(site, definition, true, seen));
            }
        }
    }
    steps
}

/// The wider-scope tasks of the same name that environments will show after the deletion, if known.
fn uncovered_tasks(gone: &Definition, seen: &[Seen]) -> Vec<String> {
    let mut behind: Vec<&Definition> = seen
        .iter()
        .flat_map(|site| &site.views)
        .filter(|view| match gone.scope {
            Scope::Environment(id) => seen
                .iter()
                .flat_map(|s| &s.views)
                .find(|v| v.environment.id == id)
                .is_some_and(|own| own.environment.project.id == view.environment.project.id),
            _ => false,
        })
        .flat_map(|view| &view.definitions)
        .filter(|d| d.name == gone.name && d.scope.rank() > gone.scope.rank())
        .collect();
    behind.sort_by_key(|d| d.scope.rank());
    behind
        .first()
        .map(|d| {
            format!(
                "the task {} of scope {} will answer to the name then",
                d.id,
                d.scope.word()
            )
        })
        .into_iter()
        .collect()
}

/// Tasks of one scope that the database treats as one, and incomplete definitions.
fn duplicates(site: &Seen, steps: &[Step]) -> Vec<String> {
    let found = site.definitions();
    let mut notes = Vec::new();
    for (position, one) in found.iter().enumerate() {
        for other in &found[..position] {
            if same_in_database(&one.name, &other.name) {
                notes.push(format!(
                    "{} has two tasks of one name: `{}` (id {}) and `{}` (id {})",
                    site.scope, other.name, other.id, one.name, one.id
                ));
            }
        }
        let changes =
            |step: &Step| step.is_change() && step.before().is_some_and(|b| b.id == one.id);
        if let Some(why) = unwritable(one)
            && !steps.iter().any(changes)
        {
            notes.push(format!(
                "`{}` (id {}) of {} is left alone: it {why}",
                one.name, one.id, site.scope
            ));
        }
        if one.arguments().iter().any(|a| a.name.is_empty()) {
            notes.push(format!(
                "`{}` (id {}) of {} has an argument without a name: it was left half made",
                one.name, one.id, site.scope
            ));
        }
    }
    notes
}
