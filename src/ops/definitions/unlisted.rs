//! Tasks that no environment lists: what a definition without a target leaves behind, and what was
//! left half made. Only platform owners can see them.

use crate::domain::{ArgumentKind, Definition, Permission, Scope};
use crate::error::{Error, Hint};
use crate::lagoon::Lagoon;

use crate::ops::definitions::delete::{self, Deletions};

/// Why a task is not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It belongs to nothing: no environment, project or group, and it is not system-wide.
    Orphan,
    /// It has no permission: nobody sees it.
    NoPermission,
    /// This argument has no type, which breaks every listing that it would be in.
    NoType(String),
}

impl Why {
    /// The reason, going on after the task's name.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Why::Orphan => {
                "is an orphan: it belongs to no environment, project or group and is not system-wide"
                    .to_owned()
            }
            Why::NoPermission => "has no permission: nobody sees it".to_owned(),
            Why::NoType(argument) => format!(
                "is half made: its argument `{argument}` has no type, which breaks every listing it is in"
            ),
        }
    }
}

/// A task that no environment lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlisted {
    /// The task.
    pub definition: Definition,
    /// Why nobody sees it.
    pub why: Why,
}

impl Unlisted {
    /// What it is, and how to delete it.
    #[must_use]
    pub fn hint(&self) -> Hint {
        Hint::DeleteUnlisted {
            id: self.definition.id,
            name: self.definition.name.clone(),
            why: self.why.words(),
        }
    }
}

/// Every such task; `None` for somebody who may not see all definitions.
///
/// # Errors
/// Any failure of the requests.
pub async fn find(lagoon: &Lagoon) -> Result<Option<Vec<Unlisted>>, Error> {
    let Some(all) = lagoon.all_definitions().await? else {
        return Ok(None);
    };
    let is_homeless = |d: &Definition| d.scope == Scope::System;
    // Without anything homeless there is nothing to ask; an older Lagoon has no orphans.
    let system_wide = if all.iter().any(is_homeless) && lagoon.features().await?.system_wide {
        Some(lagoon.system_wide_ids().await?)
    } else {
        None
    };
    let is_orphan = |d: &Definition| {
        is_homeless(d) && system_wide.as_ref().is_some_and(|ids| !ids.contains(&d.id))
    };
    let found = all.into_iter().filter_map(|definition| {
        let untyped = definition.arguments().iter().find(
            |argument| matches!(&argument.kind, ArgumentKind::Unknown(word) if word.is_empty()),
        );
        let why = match untyped {
            Some(argument) => Why::NoType(argument.name.clone()),
            None if is_orphan(&definition) => Why::Orphan,
            None if definition.permission == Permission::Missing => Why::NoPermission,
            None => return None,
        };
        Some(Unlisted { definition, why })
    });
    Ok(Some(found.collect()))
}

/// Removes such tasks by their ids, one after the other.
pub async fn delete(lagoon: &Lagoon, doomed: Vec<Definition>) -> Deletions {
    let mut deletions = Deletions::default();
    for one in doomed {
        let is_there = || async {
            let now = find(lagoon).await?;
            // Who may not see the definitions any more does not see that it is gone.
            Ok(now.is_none_or(|now| now.iter().any(|left| left.definition.id == one.id)))
        };
        match delete::send(lagoon, &one, is_there).await {
            Ok(()) => deletions.gone.push(one),
            Err(error) => deletions.failed.push((one, error)),
        }
    }
    deletions
}

/// An error of a listing that a half made task broke, with that task where the caller may see it.
pub async fn explain(lagoon: &Lagoon, error: Error) -> Error {
    if !error.message.contains(BROKEN) {
        return error;
    }
    let Ok(Some(found)) = find(lagoon).await else {
        return error;
    };
    let broken = found.iter().filter(|u| matches!(u.why, Why::NoType(_)));
    let hints: Vec<Hint> = broken.map(Unlisted::hint).collect();
    if hints.is_empty() {
        return error;
    }
    Error { hints, ..error }
}

/// What Lagoon says where an argument without a type is in the way (seen on Lagoon 2.33.1).
const BROKEN: &str = "AdvancedTaskDefinitionType null";
