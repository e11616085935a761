//! Users and groups.

use async_graphql::{Context, Enum, Interface, Object, SimpleObject};

use super::place::Project;
use super::{List, list, state};
use crate::failure::Failure;
use crate::rows::{people, places};

pub(crate) struct User {
    row: people::Person,
    /// Lagoon reads platform roles only when it looks a user up by email (seen on Lagoon 2.33.1).
    has_platform_roles: bool,
}

impl User {
    /// The user as shown by `me` and by the members of a group.
    pub(super) fn new(row: people::Person) -> User {
        User {
            row,
            has_platform_roles: false,
        }
    }

    /// The user as shown by `userByEmail`.
    pub(super) fn by_email(row: people::Person) -> User {
        User {
            row,
            has_platform_roles: true,
        }
    }
}

#[Object]
impl User {
    async fn created(&self) -> Option<&String> {
        Some(&self.row.created)
    }

    async fn email(&self) -> Option<&String> {
        Some(&self.row.email)
    }

    async fn first_name(&self) -> Option<&String> {
        self.row.first_name.as_ref()
    }

    async fn group_roles(
        &self,
        context: &Context<'_>,
    ) -> Result<List<GroupRoleInterface>, Failure> {
        let roles = state(context)?
            .read(|connection| Ok(people::roles_of_user(connection, &self.row.id)?))?;
        Ok(list(roles, |(group, role)| GroupRoleInterface {
            id: Some(group.id),
            name: Some(group.name),
            role: role_of(&role),
        }))
    }

    async fn groups(&self, context: &Context<'_>) -> Result<List<GroupInterface>, Failure> {
        let groups = state(context)?
            .read(|connection| Ok(people::groups_of_user(connection, &self.row.id)?))?;
        Ok(list(groups, group))
    }

    async fn id(&self) -> Option<&String> {
        Some(&self.row.id)
    }

    async fn last_name(&self) -> Option<&String> {
        self.row.last_name.as_ref()
    }

    async fn platform_roles(&self) -> List<PlatformRole> {
        if !self.has_platform_roles {
            return None;
        }
        let role = match self.row.platform_role.as_deref() {
            Some("owner") => Some(PlatformRole::Owner),
            Some("viewer") => Some(PlatformRole::Viewer),
            _ => None,
        };
        Some(role.into_iter().map(Some).collect())
    }
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlatformRole {
    OrganizationOwner,
    Owner,
    Viewer,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupRole {
    Developer,
    Guest,
    Maintainer,
    Owner,
    Reporter,
}

#[derive(SimpleObject)]
pub(crate) struct GroupMembership {
    role: Option<GroupRole>,
    user: Option<User>,
}

#[derive(SimpleObject)]
pub(crate) struct GroupRoleInterface {
    id: Option<String>,
    name: Option<String>,
    role: Option<GroupRole>,
}

#[allow(
    clippy::duplicated_attributes,
    reason = "the fields of an interface repeat their types"
)]
#[derive(Interface)]
#[graphql(
    field(name = "groups", ty = "List<GroupInterface>"),
    field(name = "id", ty = "Option<String>"),
    field(name = "member_count", ty = "Option<i32>"),
    field(name = "members", ty = "List<GroupMembership>"),
    field(name = "name", ty = "Option<String>"),
    field(name = "organization", ty = "Option<i32>"),
    field(name = "projects", ty = "List<Project>"),
    field(name = "type", method = "kind", ty = "Option<String>")
)]
pub(crate) enum GroupInterface {
    Group(Group),
}

pub(crate) struct Group(people::Group);

pub(super) fn group(row: people::Group) -> GroupInterface {
    GroupInterface::Group(Group(row))
}

#[Object]
impl Group {
    async fn groups(&self) -> List<GroupInterface> {
        Some(Vec::new())
    }

    async fn id(&self) -> Option<String> {
        Some(self.0.id.clone())
    }

    async fn member_count(&self, context: &Context<'_>) -> Result<Option<i32>, Failure> {
        let members = members(context, &self.0.id)?;
        Ok(i32::try_from(members.len()).ok())
    }

    async fn members(&self, context: &Context<'_>) -> Result<List<GroupMembership>, Failure> {
        let state = state(context)?;
        let mut shown = Vec::new();
        for (id, role) in members(context, &self.0.id)? {
            let person = state.read(|connection| Ok(people::person(connection, &id)?))?;
            shown.push(Some(GroupMembership {
                role: role_of(&role),
                user: person.map(User::new),
            }));
        }
        Ok(Some(shown))
    }

    async fn name(&self) -> Option<String> {
        Some(self.0.name.clone())
    }

    async fn organization(&self) -> Option<i32> {
        None
    }

    async fn projects(&self, context: &Context<'_>) -> Result<List<Project>, Failure> {
        let projects = state(context)?.read(|connection| {
            let ids = people::projects_of_group(connection, &self.0.id)?;
            let projects = places::projects(connection)?.into_iter();
            Ok(projects
                .filter(|project| ids.contains(&project.id))
                .collect::<Vec<_>>())
        })?;
        Ok(list(projects, Project))
    }

    #[graphql(name = "type")]
    async fn kind(&self) -> Option<String> {
        None
    }
}

fn members(context: &Context<'_>, group: &str) -> Result<Vec<(String, String)>, Failure> {
    state(context)?.read(|connection| Ok(people::members(connection, group)?))
}

fn role_of(word: &str) -> Option<GroupRole> {
    Some(match word {
        "developer" => GroupRole::Developer,
        "guest" => GroupRole::Guest,
        "maintainer" => GroupRole::Maintainer,
        "owner" => GroupRole::Owner,
        "reporter" => GroupRole::Reporter,
        _ => return None,
    })
}
