//! A user of Lagoon.

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    pub id: Option<String>,
    /// The address, which is also the name for signing in.
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// The groups and the role in each, as Lagoon writes it (`MAINTAINER`).
    pub group_roles: Vec<(String, String)>,
    /// The platform roles, as Lagoon writes them (`OWNER`); `None` if they are unknown.
    pub platform_roles: Option<Vec<String>>,
}
