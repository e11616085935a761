//! The tasks that a role cannot see.

use super::{Role, Roles};
use crate::domain::Permission;

impl Role {
    /// Lagoon does not list tasks with these permissions for this role.
    pub(crate) fn hides(self) -> &'static [Permission] {
        match self {
            Role::Guest | Role::Reporter => &[Permission::Developer, Permission::Maintainer],
            Role::Developer => &[Permission::Maintainer],
            Role::Maintainer | Role::Owner => &[],
        }
    }

    /// A clause for messages; `None` if the role sees all tasks of a project.
    pub(crate) fn blind_spot(self, place: &str) -> Option<String> {
        let hidden: Vec<String> = self
            .hides()
            .iter()
            .map(|permission| format!("{}s", permission.word().to_lowercase()))
            .collect();
        (!hidden.is_empty()).then(|| {
            format!(
                "{}; tasks for {} are hidden from you",
                self.on(place),
                hidden.join(" and ")
            )
        })
    }
}

impl Roles {
    pub(crate) fn in_group(&self, name: &str) -> Option<Role> {
        self.highest(|group, _| group == name)
    }
}
