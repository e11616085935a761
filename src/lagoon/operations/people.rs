//! The signed-in user.

use super::{GroupRole, operations};
use crate::domain::Person;
use crate::lagoon::{Effect, Lagoon, LagoonError};

type PlatformRole = String;

operations! {
    Me: "graphql/people/me.graphql",
    PlatformRoles: "graphql/people/platform_roles.graphql",
}

impl Lagoon {
    /// `None` for a service, whose token belongs to no user.
    pub(crate) async fn me(&self) -> Result<Option<Person>, LagoonError> {
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
    pub(crate) async fn platform_roles(&self, email: &str) -> Result<Vec<String>, LagoonError> {
        let variables = platform_roles::Variables {
            email: email.to_owned(),
        };
        let reply = self.send::<PlatformRoles>(Effect::Query, variables).await?;
        let user = reply.whole()?.user_by_email;
        let roles = user.and_then(|user| user.platform_roles);
        Ok(roles.unwrap_or_default().into_iter().flatten().collect())
    }
}
