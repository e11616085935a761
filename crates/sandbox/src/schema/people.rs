//! Users and groups.

use async_graphql::{ComplexObject, Context, Interface, Object, SimpleObject};

use super::place::Project;
use super::{List, list, object, session};
use crate::failure::Result;
use crate::permissions::{PlatformRole, Role};
use crate::rows::{people, places};

object! {
    #[graphql(complex)]
    User(row: people::Person) {
        comment: String = None;
        created: String = Some(row.created.clone());
        email: String = Some(row.email.clone());
        first_name: String = row.first_name.clone();
        gitlab_id: i32 = None;
        #[graphql(name = "has2faEnabled")] has2fa_enabled: bool = Some(false);
        id: String = Some(row.id.clone());
        is_federated_user: bool = Some(false);
        last_accessed: String = None;
        last_name: String = row.last_name.clone();
        platform_roles: Vec<Option<PlatformRole>> = None;
        ssh_keys: Vec<Option<SshKey>> = Some(Vec::new());
    } row
}

impl User {
    /// Adds the platform roles, which Lagoon reads for `userByEmail` only (seen on Lagoon 2.33.1).
    pub(super) fn by_email(row: people::Person) -> User {
        let role = row
            .platform_role
            .as_deref()
            .and_then(PlatformRole::from_word);
        User {
            platform_roles: Some(role.into_iter().map(Some).collect()),
            ..User::from(row)
        }
    }
}

#[ComplexObject]
impl User {
    async fn group_roles(&self, context: &Context<'_>) -> Result<List<GroupRoleInterface>> {
        let roles = session(context)?
            .query(|connection| people::roles_of_user(connection, &self.row.id))?;
        Ok(list(roles, |(group, role)| GroupRoleInterface {
            id: Some(group.id),
            name: Some(group.name),
            role: Role::from_word(&role),
        }))
    }

    async fn groups(&self, context: &Context<'_>) -> Result<List<GroupInterface>> {
        let groups = session(context)?
            .query(|connection| people::groups_of_user(connection, &self.row.id))?;
        Ok(list(groups, group))
    }
}

#[derive(SimpleObject)]
pub(crate) struct SshKey {
    created: Option<String>,
    id: Option<i32>,
    key_fingerprint: Option<String>,
    key_type: Option<String>,
    key_value: Option<String>,
    last_used: Option<String>,
    name: Option<String>,
}

#[derive(SimpleObject)]
pub(crate) struct GroupMembership {
    role: Option<Role>,
    user: Option<User>,
}

#[derive(SimpleObject)]
pub(crate) struct GroupRoleInterface {
    id: Option<String>,
    name: Option<String>,
    role: Option<Role>,
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

    async fn member_count(&self, context: &Context<'_>) -> Result<Option<i32>> {
        let members = members(context, &self.0.id)?;
        Ok(i32::try_from(members.len()).ok())
    }

    async fn members(&self, context: &Context<'_>) -> Result<List<GroupMembership>> {
        let state = session(context)?;
        let mut shown = Vec::new();
        for (id, role) in members(context, &self.0.id)? {
            let person = state.find::<people::Person>(&id)?;
            shown.push(Some(GroupMembership {
                role: Role::from_word(&role),
                user: person.map(User::from),
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

    async fn projects(&self, context: &Context<'_>) -> Result<List<Project>> {
        let projects = session(context)?
            .query(|connection| places::projects_of_group(connection, &self.0.id))?;
        Ok(list(projects, Project::from))
    }

    #[graphql(name = "type")]
    async fn kind(&self) -> Option<String> {
        None
    }
}

fn members(context: &Context<'_>, group: &str) -> Result<Vec<(String, String)>> {
    session(context)?.query(|connection| people::members(connection, group))
}
