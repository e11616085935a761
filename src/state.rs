//! Private files below `$XDG_STATE_HOME/lagoon-tasks`, readable by their owner only.

mod claims;
mod reminder;

use std::path::Path;

pub use claims::{Claims, Start};
pub use reminder::is_reminder_due;

/// Creates a folder that only its owner can enter, and corrects the permissions of an existing one.
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
#[cfg(not(unix))]
pub fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// Read permission for group and others.
pub const READ: u32 = 0o044;

#[cfg(unix)]
#[must_use]
pub fn others_may(path: &Path, bits: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|found| found.permissions().mode() & bits != 0)
}

#[cfg(not(unix))]
#[must_use]
pub fn others_may(_path: &Path, _bits: u32) -> bool {
    false
}
