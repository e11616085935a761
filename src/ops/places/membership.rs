//! Errors with the user's groups and roles, which may hide what was not found.

use crate::domain::names::{did_you_mean, nearest};
use crate::domain::{Project, Role};
use crate::error::{Error, quoted_list};
use crate::lagoon::Lagoon;
use crate::ops::places::place::with_role_hint;

pub(crate) async fn missing_group(lagoon: &Lagoon, name: &str) -> Error {
    let error = Error::not_found(format!("group `{name}` not found"));
    let Ok(Some(me)) = lagoon.me().await else {
        return error;
    };
    let groups: Vec<&str> = me
        .group_roles
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let near = nearest(name, groups.iter().copied());
    if let Some(hint) = did_you_mean(&near) {
        error.hint(hint)
    } else if !groups.is_empty() {
        error.hint(format!("your groups: {}", quoted_list(&groups)))
    } else {
        error
    }
}

/// The names of the user's groups; `None` if they are unknown.
pub(crate) async fn groups(lagoon: &Lagoon) -> Option<Vec<String>> {
    let me = lagoon.me().await.ok()??;
    Some(me.group_roles.into_iter().map(|(name, _)| name).collect())
}

/// Adds the user's role on the project to a not-found error, with the tasks that it hides. One
/// request.
pub(crate) async fn with_role(lagoon: &Lagoon, error: Error, project: &Project) -> Error {
    let hint = |role: Role| {
        role.blind_spot(&project.name).unwrap_or_else(|| {
            format!(
                "{}; only tasks for administrators are hidden from you",
                role.on(&project.name)
            )
        })
    };
    with_role_hint(lagoon, error, project, hint).await
}
