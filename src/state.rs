//! Private files below `$XDG_STATE_HOME/lagoon-tasks`, readable by their owner only.

mod claims;
#[cfg(feature = "cli")]
mod private_file;
#[cfg(feature = "cli")]
mod reminder;

use std::fs::{File, OpenOptions};
use std::path::Path;

pub(crate) use claims::{Claims, StartClaim};
#[cfg(feature = "cli")]
pub(crate) use private_file::{READ, others_may, write_private};
#[cfg(feature = "sandbox")]
pub(crate) use reminder::is_first_in_session;
#[cfg(feature = "cli")]
pub(crate) use reminder::is_reminder_due;

/// Corrects the permissions of an existing folder. Elsewhere than on Unix, folders below the user's
/// own are private anyway.
pub(crate) fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)?;
    #[cfg(unix)]
    std::fs::set_permissions(folder, permissions(0o700))?;
    Ok(())
}

/// Opens an empty file as a lock or mark, and corrects its permissions.
pub(crate) fn open_private(path: &Path, options: &mut OpenOptions) -> std::io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let file = options.write(true).open(path)?;
    #[cfg(unix)]
    file.set_permissions(permissions(0o600))?;
    Ok(file)
}

#[cfg(unix)]
fn permissions(mode: u32) -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(mode)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_and_its_folder_are_private_and_repaired() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/file");
        let folder = path.parent().unwrap();
        write_private(&path, b"1").unwrap();
        for broken in [0o777, 0o500] {
            assert_eq!((mode(folder), mode(&path)), (0o700, 0o600));
            std::fs::set_permissions(&path, permissions(broken)).unwrap();
            std::fs::set_permissions(folder, permissions(broken)).unwrap();
            write_private(&path, b"2").unwrap();
        }
        assert_eq!((mode(folder), mode(&path)), (0o700, 0o600));
        assert_eq!(std::fs::read(&path).unwrap(), b"2");
    }

    #[test]
    fn a_file_is_replaced_atomically() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        write_private(&path, b"old").unwrap();
        let reader = File::open(&path).unwrap();
        let old = path.metadata().unwrap().ino();
        write_private(&path, b"new content").unwrap();
        assert_ne!(path.metadata().unwrap().ino(), old);
        assert_eq!(std::io::read_to_string(reader).unwrap(), "old");
        // A write that fails leaves neither a temporary file nor another content.
        let taken = home.path().join("taken");
        std::fs::create_dir_all(taken.join("full")).unwrap();
        assert!(write_private(&taken, b"x").is_err());
        assert_eq!(home.path().read_dir().unwrap().count(), 2);
    }

    #[test]
    fn a_lock_file_is_private_and_repaired() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("lock");
        let open = |options: &mut OpenOptions| open_private(&path, options);
        open(OpenOptions::new().create(true)).unwrap();
        assert_eq!(mode(&path), 0o600);
        std::fs::set_permissions(&path, permissions(0o644)).unwrap();
        assert!(open(OpenOptions::new().create_new(true)).is_err());
        open(OpenOptions::new().create(true)).unwrap();
        assert_eq!(mode(&path), 0o600);
    }
}
