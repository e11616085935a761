//! Features that the oldest supported release does not have.

/// The server's features, from introspection of its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// Runs have the user who started them (`Task.sourceUser`, Lagoon 2.18 and newer).
    pub source_user: bool,
    /// Definitions have a flag for system-wide (`systemWide`, Lagoon 2.18 and newer).
    pub system_wide: bool,
    /// Files are uploaded directly to the file store (`getTaskFileUploadForm`, Lagoon 2.30 and
    /// newer).
    pub upload_form: bool,
    /// Users have platform roles (`User.platformRoles`, Lagoon 2.24 and newer).
    pub platform_roles: bool,
}
