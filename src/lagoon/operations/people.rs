//! Who is signed in.

use super::operation;
use crate::domain::{Role, Roles};
use crate::lagoon::{Effect, Lagoon, LagoonError};

operation!(MyRoles, "graphql/people/my_roles.graphql");

impl Lagoon {
    /// The roles of the signed-in user, by group.
    ///
    /// # Errors
    /// Any [`LagoonError`]; a service's token belongs to no user (seen on Lagoon 2.33.1).
    pub async fn my_roles(&self) -> Result<Roles, LagoonError> {
        let variables = my_roles::Variables {};
        let data = self
            .send::<MyRoles>(Effect::Query, variables)
            .await?
            .whole()?;
        let Some(me) = data.me else {
            return Err(LagoonError::Unusable("nobody is signed in".to_owned()));
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
                    let word = serde_json::to_value(entry.role?).ok()?;
                    let role = Role::from_word(word.as_str()?)?;
                    let name = entry.name?;
                    let group = groups.iter().find(|(group, _)| *group == name);
                    let projects = group.map(|(_, ids)| ids.clone()).unwrap_or_default();
                    Some((name, role, projects))
                })
                .collect(),
        ))
    }
}
