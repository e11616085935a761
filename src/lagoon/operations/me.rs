//! Who is signed in.

use super::operation;
use crate::domain::Person;
use crate::lagoon::{Effect, Lagoon, LagoonError};

operation!(Me, "graphql/people/me.graphql");

impl Lagoon {
    /// The signed-in user; `None` for a service, whose token belongs to no user.
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn me(&self) -> Result<Option<Person>, LagoonError> {
        let reply = self.send::<Me>(Effect::Query, me::Variables {}).await?;
        // What a service is answered is Lagoon's own slip: `Cannot read properties of null (reading
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
                let role = serde_json::to_value(entry.role?).ok()?;
                Some((entry.name?, role.as_str()?.to_owned()))
            })
            .collect();
        group_roles.sort();
        Ok(Some(Person {
            id: me.id,
            email: me.email,
            first_name: me.first_name,
            last_name: me.last_name,
            group_roles,
        }))
    }
}
