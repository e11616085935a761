//! The signed-in user.

use super::{GroupRole, PlatformRole, operations};
use crate::domain::{Person, Role, Roles};
use crate::lagoon::{Effect, Lagoon, LagoonError};

operations! {
    Me: "graphql/people/me.graphql",
    PlatformRoles: "graphql/people/platform_roles.graphql",
    MyRoles: "graphql/people/my_roles.graphql",
}

impl Lagoon {
    /// `None` for a service, whose token belongs to no user.
    pub async fn me(&self) -> Result<Option<Person>, LagoonError> {
        let reply = self.send::<Me>(Effect::Query, me::Variables {}).await?;
        // For a service Lagoon fails with an error of its own: `Cannot read properties of null (reading
        // 'access_token')` (seen on Lagoon 2.33.1).
        let is_slip = |message: &str| message.contains("access_token");
        if reply.errors.iter().any(|error| is_slip(&error.message)) {
            return Ok(None);
        }
        let Some(me) = reply.whole()?.me else {
            return Ok(None);
        };
        let roles = me.group_roles.unwrap_or_default().into_iter().flatten();
        let mut group_roles: Vec<(String, String)> = roles
            .filter_map(|entry| {
                let role = entry.role?;
                Some((entry.name?, role))
            })
            .collect();
        group_roles.sort();
        Ok(Some(Person {
            id: me.id,
            email: me.email,
            first_name: me.first_name,
            last_name: me.last_name,
            group_roles,
            platform_roles: None,
        }))
    }

    /// For Lagoon 2.24 and newer. Looked up by email because `me` never has the roles (seen on
    /// Lagoon 2.33.1).
    pub async fn platform_roles(&self, email: &str) -> Result<Vec<String>, LagoonError> {
        let variables = platform_roles::Variables {
            email: email.to_owned(),
        };
        let reply = self.send::<PlatformRoles>(Effect::Query, variables).await?;
        let user = reply.whole()?.user_by_email;
        let roles = user.and_then(|user| user.platform_roles);
        Ok(roles.unwrap_or_default().into_iter().flatten().collect())
    }

    /// Fails for a service, whose token belongs to no user (seen on Lagoon 2.33.1).
    pub async fn my_roles(&self) -> Result<Roles, LagoonError> {
        let variables = my_roles::Variables {};
        let data = self.query::<MyRoles>(variables).await?;
        let Some(me) = data.me else {
            return Err(LagoonError::Unusable("the user is missing".to_owned()));
        };
        let groups = me.groups.unwrap_or_default();
        let groups: Vec<(String, Vec<i64>)> = groups
            .into_iter()
            .flatten()
            .filter_map(|group| {
                let projects = group.projects.unwrap_or_default().into_iter().flatten();
                Some((group.name?, projects.filter_map(|p| p.id).collect()))
            })
            .collect();
        let roles = me.group_roles.unwrap_or_default().into_iter().flatten();
        Ok(Roles::new(
            roles
                .filter_map(|entry| {
                    let role = Role::from_word(&entry.role?)?;
                    let name = entry.name?;
                    let group = groups.iter().find(|(group, _)| *group == name);
                    let projects = group.map(|(_, ids)| ids.clone()).unwrap_or_default();
                    Some((name, role, projects))
                })
                .collect(),
        ))
    }
}
