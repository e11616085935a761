//! Permissions as in Lagoon's realm (seen on Lagoon 2.33.1).

use super::failure::Result;
use super::schema::words;

words!(
    /// A role in a group, weakest first.
    #[derive(PartialOrd, Ord)]
    #[graphql(name = "GroupRole")]
    Role {
        Guest = "guest",
        Reporter = "reporter",
        Developer = "developer",
        Maintainer = "maintainer",
        Owner = "owner",
    }
);

words!(
    PlatformRole {
        OrganizationOwner = "organization-owner",
        Owner = "owner",
        Viewer = "viewer",
    }
);

#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) platform: Option<PlatformRole>,
    /// Role by project id.
    pub(super) projects: Vec<(i32, Role)>,
    /// Role by group id.
    pub(super) groups: Vec<(String, Role)>,
}

#[derive(Debug, Clone)]
pub(super) enum Caller {
    /// A service with a "legacy" token, which may do anything.
    Service {
        subject: String,
    },
    User(User),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum PermissionTarget<'a> {
    /// No project or group: only platform roles count.
    Platform,
    Project(i32),
    Group(&'a str),
}

impl Caller {
    pub(super) fn require(
        &self,
        resource: &str,
        scope: &str,
        on: PermissionTarget<'_>,
    ) -> Result<()> {
        if self.may(resource, scope, on) {
            return Ok(());
        }
        Err(
            format!("Unauthorized: You don't have permission to \"{scope}\" on \"{resource}\"")
                .into(),
        )
    }

    pub(super) fn may(&self, resource: &str, scope: &str, on: PermissionTarget<'_>) -> bool {
        let user = match self {
            Caller::Service { .. } => return true,
            Caller::User(user) => user,
        };
        match user.platform {
            Some(PlatformRole::Owner) => return true,
            Some(PlatformRole::Viewer) if matches!(scope, "view" | "viewAll") => return true,
            _ => {}
        }
        match (needed(resource, scope), user.role(on)) {
            (Some(needed), Some(role)) => role >= needed,
            _ => false,
        }
    }

    pub(super) fn is_platform_owner(&self) -> bool {
        match self {
            Caller::Service { .. } => true,
            Caller::User(user) => user.platform == Some(PlatformRole::Owner),
        }
    }

    /// The `sourceUser` of the caller's runs.
    pub(super) fn source_user(&self) -> &str {
        match self {
            Caller::Service { subject } => subject,
            Caller::User(user) => &user.email,
        }
    }
}

impl User {
    fn role(&self, on: PermissionTarget<'_>) -> Option<Role> {
        match on {
            PermissionTarget::Platform => None,
            PermissionTarget::Project(project) => {
                let roles = self.projects.iter().filter(|(id, _)| *id == project);
                roles.map(|(_, role)| *role).max()
            }
            PermissionTarget::Group(group) => {
                let roles = self.groups.iter().filter(|(id, _)| id == group);
                roles.map(|(_, role)| *role).max()
            }
        }
    }
}

/// The weakest role with a permission; `None` if only platform owners have it.
fn needed(resource: &str, scope: &str) -> Option<Role> {
    Some(match (resource, scope) {
        ("task" | "environment" | "project", "view")
        | ("task", "drushCacheClear:development" | "drushCacheClear:production")
        | ("advanced_task", "invoke:guest") => Role::Guest,
        ("advanced_task", "invoke:developer")
        | ("task", "add:development" | "cancel:development" | "addNoExec" | "update" | "delete")
        | ("environment", "addOrUpdate:development" | "delete:development") => Role::Developer,
        ("advanced_task", "invoke:maintainer")
        | ("task", "add:production" | "cancel:production")
        | ("environment", "addOrUpdate:production" | "delete:production")
        | ("group", "update") => Role::Maintainer,
        _ => return None,
    })
}
