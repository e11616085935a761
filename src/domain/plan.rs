//! From task files and Lagoon's definitions to a plan of changes.

pub(crate) mod coverage;

mod decide;
mod record;
mod step;

use std::collections::HashSet;

use super::manifest::{Fault, ScopeName};
use super::place::Environment;
use crate::domain::task::definition::Definition;
use crate::domain::task::hidden;

pub(crate) use decide::plan;
pub(crate) use record::{from_json, to_json};
pub(crate) use step::{Action, Removal, Step};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnvironmentTasks {
    pub environment: Environment,
    /// The invokable tasks; of several with one name only the first.
    pub definitions: Vec<Definition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScopeSnapshot {
    /// The scope in Lagoon's spelling.
    pub scope: ScopeName,
    pub resolved: crate::domain::Scope,
    pub views: Vec<EnvironmentTasks>,
    /// The reason why some of its tasks may be hidden from the user.
    pub blind_spot: Option<String>,
}

impl ScopeSnapshot {
    /// Without tasks of other scopes and without duplicates.
    pub(crate) fn definitions(&self) -> Vec<&Definition> {
        let all = self.views.iter().flat_map(|view| &view.definitions);
        let mut ids = HashSet::new();
        all.filter(|d| d.scope == self.resolved && ids.insert(d.id))
            .collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PlanOptions {
    /// Replace tasks to change their kind or scope.
    pub replace: bool,
    /// Delete at most this many tasks that no file has.
    pub prune: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{} of the tasks are invalid", .0.len())]
    Violations(Vec<Fault>),
    #[error("--prune would delete every task, because the files define none")]
    PruneAll,
    #[error("--prune would delete {} tasks; the limit is {most}", .names.len())]
    PruneMany { names: Vec<String>, most: usize },
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// One per task of the files, and one per deletion.
    pub steps: Vec<Step>,
    pub notes: Vec<String>,
}

impl Plan {
    pub(crate) fn changes(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.is_change())
    }

    /// Restores Lagoon's texts that JSON leaves out, if the visible parts are unchanged.
    pub(crate) fn recall(&mut self, seen: &[ScopeSnapshot]) {
        let now = |id: i64| {
            let mut all = seen.iter().flat_map(|site| site.definitions());
            all.find(|definition| definition.id == id)
        };
        for step in &mut self.steps {
            match &mut step.action {
                Action::Update { before, .. } | Action::Blocked { before, .. } => {
                    if let Some(now) = now(before.id) {
                        hidden::recall(before, &step.hidden_before, now);
                    }
                }
                Action::Replace { gone, .. } => {
                    for one in gone {
                        if let Some(now) = now(one.definition.id) {
                            hidden::recall(&mut one.definition, &one.hidden, now);
                        }
                    }
                }
                _ => continue,
            }
            step.hide_before();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    pub(crate) fn counts(&self) -> Vec<(&'static str, usize)> {
        let mut counts = self.all_counts().to_vec();
        counts.retain(|(_, count)| *count > 0);
        counts
    }

    fn all_counts(&self) -> [(&'static str, usize); 7] {
        Action::WORDS.map(|word| {
            let steps = self.steps.iter().filter(|step| step.action.word() == word);
            (word, steps.count())
        })
    }
}

#[cfg(test)]
mod tests;
