//! One thing to do.

use crate::domain::Definition;
use crate::domain::difference::{Difference, differences};
use crate::domain::manifest::ScopeName;

/// Something that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Its scope.
    pub scope: ScopeName,
    /// What it is.
    pub definition: Definition,
}

/// What is done with a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// It is added.
    Create(Definition),
    /// It is added, though whether it is there could not be read; why not.
    Unverified(Definition, String),
    /// Some of its fields change.
    Update {
        /// As it is.
        before: Definition,
        /// As it should be.
        after: Definition,
    },
    /// It is added, and others go for it: its kind or its scope changes.
    Replace {
        /// What goes.
        gone: Vec<Gone>,
        /// As it should be.
        after: Definition,
    },
    /// A replacement is needed, and nobody allowed it.
    Blocked {
        /// As it is.
        before: Definition,
        /// As it should be.
        after: Definition,
    },
    /// It goes.
    Delete {
        /// As it is.
        before: Definition,
        /// No file names it: it goes because of `--prune`.
        pruned: bool,
    },
    /// It is as it should be.
    Unchanged(Definition),
}

impl Action {
    /// Every word, in the order of counts.
    pub const WORDS: [&'static str; 7] = [
        "create",
        "update",
        "replace",
        "delete",
        "unverified",
        "blocked",
        "unchanged",
    ];

    /// The action in a word.
    #[must_use]
    pub fn word(&self) -> &'static str {
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

/// One thing to do, with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where.
    pub scope: ScopeName,
    /// The task's name.
    pub name: String,
    /// What.
    pub action: Action,
    /// What is good to know about it, each a sentence.
    pub notes: Vec<String>,
}

impl Step {
    /// Whether something has to be done.
    #[must_use]
    pub fn is_change(&self) -> bool {
        !matches!(self.action, Action::Unchanged(_))
    }

    /// The task as it is, where there is one.
    #[must_use]
    pub fn before(&self) -> Option<&Definition> {
        match &self.action {
            Action::Create(_) | Action::Unverified(..) => None,
            Action::Update { before, .. }
            | Action::Blocked { before, .. }
            | Action::Delete { before, .. }
            | Action::Unchanged(before) => Some(before),
            Action::Replace { gone, .. } => gone.first().map(|g| &g.definition),
        }
    }

    /// The task as it should be, where there should be one.
    #[must_use]
    pub fn after(&self) -> Option<&Definition> {
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

    /// The fields that change; all those that hold something, where a task comes or goes.
    #[must_use]
    pub fn changes(&self) -> Vec<Difference> {
        match (self.before(), self.after()) {
            (Some(before), Some(after)) => differences(before, after),
            (None, Some(after)) => differences(&nothing(after), after),
            (Some(before), None) => differences(before, &nothing(before)),
            (None, None) => Vec::new(),
        }
    }
}

/// A definition of the same kind in which every field is empty.
fn nothing(like: &Definition) -> Definition {
    use crate::domain::{Permission, Work};
    Definition {
        id: 0,
        name: String::new(),
        description: String::new(),
        work: match &like.work {
            Work::Command(_) => Work::Command(String::new()),
            Work::Image(_) => Work::Image(String::new()),
            Work::Unknown(word) => Work::Unknown(word.clone()),
        },
        service: None,
        scope: like.scope.clone(),
        permission: Permission::Missing,
        confirmation_text: None,
        deploy_token_injection: false,
        project_key_injection: false,
        admin_only_view: false,
        created: String::new(),
        arguments: Some(Vec::new()),
    }
}
