//! The actions that a role allows, and the projects on which a user has one.

use super::{Role, Roles};

/// An action, and the lowest roles that allow it on development and production environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Action {
    pub name: &'static str,
    pub development: Role,
    pub production: Role,
}

/// As measured on Lagoon 2.33.1. Platform owners may do everything.
pub(crate) const ACTIONS: [Action; 6] = [
    action("invoke tasks for guests", Role::Guest, Role::Guest),
    action(
        "invoke tasks for developers",
        Role::Developer,
        Role::Developer,
    ),
    action(
        "invoke tasks for maintainers",
        Role::Maintainer,
        Role::Maintainer,
    ),
    action("run commands (exec)", Role::Developer, Role::Maintainer),
    action("cancel runs", Role::Developer, Role::Maintainer),
    action(
        "define, update and delete tasks",
        Role::Maintainer,
        Role::Maintainer,
    ),
];

const fn action(name: &'static str, development: Role, production: Role) -> Action {
    Action {
        name,
        development,
        production,
    }
}

impl Roles {
    /// The projects of the user's groups by name, each with the highest role.
    pub(crate) fn projects(&self) -> Vec<(String, Role)> {
        let mut all: Vec<(String, Role)> = Vec::new();
        for (_, role, projects) in &self.groups {
            for (_, name) in projects {
                match all.iter_mut().find(|(known, _)| known == name) {
                    Some((_, highest)) => *highest = (*highest).max(*role),
                    None => all.push((name.clone(), *role)),
                }
            }
        }
        all.sort();
        all
    }
}
