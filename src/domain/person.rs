//! A user of Lagoon.

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Person {
    pub id: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// Groups and roles in Lagoon's spelling (`MAINTAINER`).
    pub group_roles: Vec<(String, String)>,
    /// In Lagoon's spelling (`OWNER`); `None` if unknown.
    pub platform_roles: Option<Vec<String>>,
}
