//! A user of Lagoon.

/// A user of Lagoon.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: Option<String>,
    /// The address, which is the name to sign in with.
    pub email: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The groups and the role in each, in Lagoon's words (`MAINTAINER`).
    pub group_roles: Vec<(String, String)>,
    /// The platform roles, in Lagoon's words (`OWNER`); `None` if they are unknown.
    pub platform_roles: Option<Vec<String>>,
}
