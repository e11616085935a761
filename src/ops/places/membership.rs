//! Errors with the user's groups and roles, which may hide what was not found.

use crate::domain::names::{did_you_mean, nearest};
use crate::domain::place::role::required::required;
use crate::domain::{Project, Role};
use crate::error::{Error, Kind, quoted_list};
use crate::lagoon::{Lagoon, LagoonError};
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

/// Adds the required role and the user's own to a refusal: the role on the project if it is known,
/// otherwise the roles in all groups. At most two requests.
pub(crate) async fn with_required_role(
    lagoon: &Lagoon,
    error: Error,
    project: Option<&str>,
) -> Error {
    let text = [vec![error.to_string()], error.hint_texts()]
        .concat()
        .join("\n");
    let is_refusal = text.contains("Unauthorized: ") || text.ends_with("not allowed: Unauthorized");
    if error.kind != Kind::NotAllowed || !is_refusal {
        return error;
    }
    let required = required(&text).map(|role| format!("this requires {role}"));
    let own = own_role(lagoon, project).await;
    let parts: Vec<String> = required.into_iter().chain(own).collect();
    if parts.is_empty() {
        error
    } else {
        error.hint(parts.join("; "))
    }
}

/// A clause for messages; `None` if it cannot be determined, as for a service.
async fn own_role(lagoon: &Lagoon, project: Option<&str>) -> Option<String> {
    let roles = lagoon.my_roles().await.ok()?;
    let Some(name) = project else {
        let groups = roles.words();
        return Some(if groups.is_empty() {
            "you are not in any group".to_owned()
        } else {
            format!("your roles: {groups}")
        });
    };
    let role = match lagoon.project_by_name(name).await {
        Ok(Some((project, _))) => roles.on_project(project.id),
        Ok(None) | Err(LagoonError::NotAllowed { .. }) => None,
        Err(_) => return None,
    };
    Some(role.map_or_else(
        || format!("you have no role on {name}"),
        |role| role.on(name),
    ))
}
