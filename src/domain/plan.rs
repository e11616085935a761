//! From what files want and what a Lagoon shows to what has to be done. Pure: reading and carrying
//! out are elsewhere.

mod decide;
mod record;
mod step;

use super::definition::Definition;
use super::hidden;
use super::manifest::{Fault, ScopeName};
use super::place::Environment;

pub use decide::plan;
pub use record::{PlanError, from_json, to_json};
pub use step::{Action, Gone, Step};

/// What one environment shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The environment.
    pub environment: Environment,
    /// What can be invoked there, of one name only the first.
    pub definitions: Vec<Definition>,
}

/// A scope as a Lagoon shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The scope, spelled as Lagoon spells it.
    pub scope: ScopeName,
    /// The scope as Lagoon knows it.
    pub resolved: super::definition::Scope,
    /// What its environments show; none where it has none.
    pub views: Vec<View>,
    /// Why the one who looks does not see all of it, where that is known.
    pub blind_spot: Option<String>,
}

impl Seen {
    /// The definitions of exactly this scope, each once.
    #[must_use]
    pub fn definitions(&self) -> Vec<&Definition> {
        let mut found: Vec<&Definition> = Vec::new();
        for definition in self.views.iter().flat_map(|view| &view.definitions) {
            if definition.scope == self.resolved && !found.iter().any(|d| d.id == definition.id) {
                found.push(definition);
            }
        }
        found
    }
}

/// What may be done beyond adding and changing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowed {
    /// A task may be replaced where its kind or scope changes.
    pub replace: bool,
    /// Tasks that no file names may be deleted, at most so many.
    pub prune: Option<usize>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Tasks that would be written are not what they must be.
    #[error("{} of the tasks to be written cannot be", .0.len())]
    Violations(Vec<Fault>),
    /// The files hold no task at all.
    #[error("--prune: the files hold no task, so everything would be deleted")]
    PruneAll,
    /// More would go than was allowed.
    #[error("--prune: {} tasks would be deleted, at most {most} may be", .names.len())]
    PruneMany {
        /// What would go.
        names: Vec<String>,
        /// How many may.
        most: usize,
    },
}

/// What has to be done, in the order in which it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// One for each task that the files name, and for each that goes.
    pub steps: Vec<Step>,
    /// What else was noticed, each a sentence.
    pub notes: Vec<String>,
}

impl Plan {
    /// The steps that change something.
    pub fn changes(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.is_change())
    }

    /// Puts Lagoon's own texts in the place of those that a plan read from JSON leaves out, where
    /// the rest of them is as when the plan was made.
    pub fn recall(&mut self, seen: &[Seen]) {
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

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    /// How many steps there are of each action that occurs, with its word.
    #[must_use]
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        Action::WORDS
            .iter()
            .map(|word| {
                (
                    *word,
                    self.steps
                        .iter()
                        .filter(|s| s.action.word() == *word)
                        .count(),
                )
            })
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}

#[cfg(test)]
mod tests;
