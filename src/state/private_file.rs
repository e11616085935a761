//! Files that only their owner may read.

use std::io::Write;
use std::path::Path;

use super::make_private_folder;

/// Creates the folder if needed. Readers see the old content or the new one, also after a crash of
/// the system.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make_private_folder(folder)?;
    // Temporary files are 0600 from the start.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

pub(crate) const READ: u32 = 0o044;

#[cfg(unix)]
pub(crate) fn others_may(path: &Path, bits: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|found| found.permissions().mode() & bits != 0)
}

#[cfg(not(unix))]
pub(crate) fn others_may(_path: &Path, _bits: u32) -> bool {
    false
}
