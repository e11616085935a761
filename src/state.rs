//! Private files below `$XDG_STATE_HOME/lagoon-tasks`, readable by their owner only.

mod claims;

use std::path::Path;

pub use claims::{Claims, Start};

/// Creates a folder that only its owner can enter, and corrects the permissions of an existing one.
///
/// # Errors
/// When it cannot be created.
#[cfg(unix)]
pub fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

/// Creates a folder below the user's own, which other users cannot enter on this system.
///
/// # Errors
/// When it cannot be created.
#[cfg(not(unix))]
pub fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}
