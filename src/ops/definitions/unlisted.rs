//! Tasks that no environment lists: orphaned or incomplete ones. Only platform owners can see them.

use crate::domain::manifest::write::NO_PERMISSION;
use crate::domain::{ArgumentKind, Definition, Permission, Scope};
use crate::error::{Error, Hint};
use crate::lagoon::Lagoon;

use crate::ops::definitions::delete::{self, Deletions};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UnlistedReason {
    /// Without environment, project or group, and not system-wide.
    Orphan,
    /// No user can see it.
    NoPermission,
    /// The argument has no type, which makes every listing of the task fail.
    NoType(String),
}

impl UnlistedReason {
    /// The reason, as the predicate of a sentence about the task.
    pub(crate) fn words(&self) -> String {
        match self {
            UnlistedReason::Orphan => {
                "is orphaned: it has no environment, project or group and is not system-wide"
                    .to_owned()
            }
            UnlistedReason::NoPermission => NO_PERMISSION.to_owned(),
            UnlistedReason::NoType(argument) => format!(
                "is incomplete: its argument `{argument}` has no type, which breaks every list that contains it"
            ),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unlisted {
    pub definition: Definition,
    pub why: UnlistedReason,
}

impl Unlisted {
    pub(crate) fn hint(&self) -> Hint {
        Hint::DeleteUnlisted {
            id: self.definition.id,
            name: self.definition.name.clone(),
            why: self.why.words(),
        }
    }
}

/// All of them; `None` if the user may not see all definitions.
pub(crate) async fn find(lagoon: &Lagoon) -> Result<Option<Vec<Unlisted>>, Error> {
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
            Some(argument) => UnlistedReason::NoType(argument.name.clone()),
            None if is_orphan(&definition) => UnlistedReason::Orphan,
            None if definition.permission == Permission::Missing => UnlistedReason::NoPermission,
            None => return None,
        };
        Some(Unlisted { definition, why })
    });
    Ok(Some(found.collect()))
}

pub(crate) async fn delete(lagoon: &Lagoon, doomed: Vec<Definition>) -> Deletions {
    let delete = async |one: &Definition| {
        let is_there = || async {
            let now = find(lagoon).await?;
            // A user who may no longer see all definitions cannot see that it is gone.
            Ok(now.is_none_or(|now| now.iter().any(|left| left.definition.id == one.id)))
        };
        delete::send(lagoon, one, is_there).await
    };
    delete::each(doomed, delete).await
}

/// Adds incomplete tasks to the error of a listing that they broke, if the user may see them.
pub(crate) async fn explain(lagoon: &Lagoon, error: Error) -> Error {
    if !error.message.contains(BROKEN) {
        return error;
    }
    let Ok(Some(found)) = find(lagoon).await else {
        return error;
    };
    let broken = found
        .iter()
        .filter(|u| matches!(u.why, UnlistedReason::NoType(_)));
    let hints: Vec<Hint> = broken.map(Unlisted::hint).collect();
    if hints.is_empty() {
        return error;
    }
    Error { hints, ..error }
}

/// Lagoon's error for an argument without a type (seen on Lagoon 2.33.1).
const BROKEN: &str = "AdvancedTaskDefinitionType null";
