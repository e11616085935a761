//! One thing to do.

use crate::domain::Definition;
use crate::domain::difference::{Difference, differences};
use crate::domain::hidden::{self, Hidden};
use crate::domain::manifest::ScopeName;

/// Something that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Its scope.
    pub scope: ScopeName,
    /// What it is.
    pub definition: Definition,
    /// What in it must not be shown.
    pub hidden: Vec<Hidden>,
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
    /// What must not be shown of the task as it is, where it changes.
    pub hidden_before: Vec<Hidden>,
    /// What must not be shown of the task as it should be.
    pub hidden: Vec<Hidden>,
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

    /// The task as it is, and what must not be shown of it.
    pub(super) fn before_hidden(&self) -> &[Hidden] {
        match &self.action {
            Action::Unchanged(_) => &self.hidden,
            Action::Replace { gone, .. } => gone.first().map_or(&[], |gone| &gone.hidden),
            _ => &self.hidden_before,
        }
    }

    /// Notes what must not be shown of the tasks as they are: what is where the task as it should
    /// be has hidden values.
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

    /// The text of an error about this step, without hidden values.
    #[must_use]
    pub fn scrubbed(&self, text: &str) -> String {
        let text = match self.before() {
            Some(before) => hidden::scrubbed(text, before, self.before_hidden()),
            None => text.to_owned(),
        };
        match self.after() {
            Some(after) => hidden::scrubbed(&text, after, &self.hidden),
            None => text,
        }
    }

    /// The fields that change, as they may be shown; all those that hold something, where a task comes or goes.
    #[must_use]
    pub fn changes(&self) -> Vec<Difference> {
        match (self.before(), self.after()) {
            (Some(before), Some(after)) => {
                let (before, after) =
                    hidden::masked_pair((before, self.before_hidden()), (after, &self.hidden));
                differences(&before, &after)
            }
            (None, Some(after)) => {
                differences(&nothing(after), &hidden::masked(after, &self.hidden))
            }
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
