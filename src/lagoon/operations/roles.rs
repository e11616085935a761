//! The roles of the signed-in user.

use super::{GroupRole, operations};
use crate::domain::{Role, Roles};
use crate::lagoon::{Lagoon, LagoonError};

operations! {
    MyRoles: "graphql/people/my_roles.graphql",
}

impl Lagoon {
    /// Fails for a service, whose token belongs to no user (seen on Lagoon 2.33.1).
    pub(crate) async fn my_roles(&self) -> Result<Roles, LagoonError> {
        let variables = my_roles::Variables {};
        let data = self.query::<MyRoles>(variables).await?;
        let Some(me) = data.me else {
            return Err(LagoonError::Unusable("the user is missing".to_owned()));
        };
        let groups = me.groups.unwrap_or_default();
        let groups: Vec<(String, Vec<(i64, String)>)> = groups
            .into_iter()
            .flatten()
            .filter_map(|group| {
                let projects = group.projects.unwrap_or_default().into_iter().flatten();
                Some((
                    group.name?,
                    projects.filter_map(|p| Some((p.id?, p.name?))).collect(),
                ))
            })
            .collect();
        let roles = me.group_roles.unwrap_or_default().into_iter().flatten();
        Ok(Roles::new(
            roles
                .filter_map(|entry| {
                    let role = Role::from_word(&entry.role?)?;
                    let name = entry.name?;
                    let group = groups.iter().find(|(group, _)| *group == name);
                    let projects = group
                        .map(|(_, projects)| projects.clone())
                        .unwrap_or_default();
                    Some((name, role, projects))
                })
                .collect(),
        ))
    }
}
