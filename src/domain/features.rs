//! What a server can do beyond the oldest supported release.

/// What a server has beyond the oldest supported release, found by looking at its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// Runs say who started them (`Task.sourceUser`, Lagoon 2.18 and newer).
    pub source_user: bool,
    /// System-wide definitions are said by a flag (`systemWide`, Lagoon 2.18 and newer).
    pub system_wide: bool,
    /// Files go straight to the file store (`getTaskFileUploadForm`, Lagoon 2.30 and newer).
    pub upload_form: bool,
    /// Users have roles on the whole platform (`User.platformRoles`, Lagoon 2.24 and newer).
    pub platform_roles: bool,
}
