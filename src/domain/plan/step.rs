//! One step of a plan.

use crate::domain::Definition;
use crate::domain::manifest::ScopeName;
use crate::domain::task::difference::{Difference, differences};
use crate::domain::task::hidden;
use crate::domain::task::hidden::Hidden;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Removal {
    pub scope: ScopeName,
    pub definition: Definition,
    pub hidden: Vec<Hidden>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Create(Definition),
    /// It is created although it may exist unseen, for this reason.
    Unverified(Definition, String),
    Update {
        before: Definition,
        after: Definition,
    },
    /// It is created and others are deleted, because its kind or scope changes.
    Replace {
        gone: Vec<Removal>,
        after: Definition,
    },
    /// A replacement is required and not allowed.
    Blocked {
        before: Definition,
        after: Definition,
    },
    Delete {
        before: Definition,
        /// Deleted by `--prune`.
        pruned: bool,
    },
    Unchanged(Definition),
}

impl Action {
    /// In the order of the summary.
    pub(crate) const WORDS: [&'static str; 7] = [
        "create",
        "update",
        "replace",
        "delete",
        "unverified",
        "blocked",
        "unchanged",
    ];

    pub(crate) fn word(&self) -> &'static str {
        match self {
            Action::Create(_) => "create",
            Action::Unverified(..) => "unverified",
            Action::Update { .. } => "update",
            Action::Replace { .. } => "replace",
            Action::Blocked { .. } => "blocked",
            Action::Delete { .. } => "delete",
            Action::Unchanged(_) => "unchanged",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub scope: ScopeName,
    pub name: String,
    pub action: Action,
    pub notes: Vec<String>,
    /// Secret parts of the existing task.
    pub hidden_before: Vec<Hidden>,
    pub hidden: Vec<Hidden>,
}

impl Step {
    pub(crate) fn is_change(&self) -> bool {
        !matches!(self.action, Action::Unchanged(_))
    }

    pub(crate) fn before(&self) -> Option<&Definition> {
        match &self.action {
            Action::Create(_) | Action::Unverified(..) => None,
            Action::Update { before, .. }
            | Action::Blocked { before, .. }
            | Action::Delete { before, .. }
            | Action::Unchanged(before) => Some(before),
            Action::Replace { gone, .. } => gone.first().map(|g| &g.definition),
        }
    }

    pub(crate) fn after(&self) -> Option<&Definition> {
        match &self.action {
            Action::Create(after)
            | Action::Unverified(after, _)
            | Action::Update { after, .. }
            | Action::Replace { after, .. }
            | Action::Blocked { after, .. }
            | Action::Unchanged(after) => Some(after),
            Action::Delete { .. } => None,
        }
    }

    pub(super) fn before_hidden(&self) -> &[Hidden] {
        match &self.action {
            Action::Unchanged(_) => &self.hidden,
            Action::Replace { gone, .. } => gone.first().map_or(&[], |gone| &gone.hidden),
            _ => &self.hidden_before,
        }
    }

    /// Hides the parts of existing tasks at the positions of the new task's hidden values.
    pub(super) fn hide_before(&mut self) {
        match &mut self.action {
            Action::Update { before, after } | Action::Blocked { before, after } => {
                self.hidden_before = hidden::in_old(before, after, &self.hidden);
            }
            Action::Replace { gone, after } => {
                for one in gone {
                    one.hidden = hidden::in_old(&one.definition, after, &self.hidden);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn scrubbed(&self, text: &str) -> String {
        let text = match self.before() {
            Some(before) => hidden::scrubbed(text, before, self.before_hidden()),
            None => text.to_owned(),
        };
        match self.after() {
            Some(after) => hidden::scrubbed(&text, after, &self.hidden),
            None => text,
        }
    }

    /// The changed fields, masked; all non-empty fields of a created or deleted task. If a task's type
    /// changes, the old content is removed and the new one added.
    pub(crate) fn changes(&self) -> Vec<Difference> {
        match (self.before(), self.after()) {
            (Some(before), Some(after)) => {
                let (before, after) =
                    hidden::masked_pair((before, self.before_hidden()), (after, &self.hidden));
                let mut changes = differences(&before, &after);
                if before.work.word() != after.work.word() {
                    changes.push(Difference::removed(&before.work));
                    changes.push(Difference::added(&after.work));
                }
                changes
            }
            (None, Some(after)) => {
                differences(&nothing(after), &hidden::masked(after, &self.hidden))
            }
            (Some(before), None) => differences(before, &nothing(before)),
            (None, None) => Vec::new(),
        }
    }
}

fn nothing(like: &Definition) -> Definition {
    use crate::domain::Work;
    let work = match &like.work {
        Work::Command(_) => Work::Command(String::new()),
        Work::Image(_) => Work::Image(String::new()),
    };
    Definition::empty(like.scope.clone(), work)
}
