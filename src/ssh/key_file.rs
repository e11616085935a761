//! Temporary files for private keys, and removal of those that a killed process left behind.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::{Builder, NamedTempFile};

const PREFIX: &str = "lagoon-tasks-key";

/// A younger file may belong to a process that has not locked it yet.
const MIN_AGE: Duration = Duration::from_secs(60);

/// Only its owner can read the file. It is locked until it is removed on drop, so that no other
/// process mistakes it for an abandoned one.
pub(super) fn create() -> io::Result<NamedTempFile> {
    let file = Builder::new().prefix(PREFIX).tempfile()?;
    // If the file system has no locks, old keys are never removed.
    #[cfg(unix)]
    let _ = file.as_file().try_lock();
    Ok(file)
}

pub(crate) fn remove_old_keys() {
    remove_old_keys_in(&tempfile::env::temp_dir());
}

fn remove_old_keys_in(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let is_key = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_key && is_abandoned(&entry.path()).unwrap_or(false) {
            // Another process may have removed it.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Old, owned by this user, and not locked.
#[cfg(unix)]
fn is_abandoned(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::symlink_metadata(path)?;
    let is_ours = found.is_file() && found.uid() == rustix::process::geteuid().as_raw();
    Ok(is_ours && is_older(&found, MIN_AGE) && fs::File::open(path)?.try_lock().is_ok())
}

/// A lock would keep `ssh` from reading the file, so only the age counts.
#[cfg(not(unix))]
fn is_abandoned(path: &Path) -> io::Result<bool> {
    Ok(is_older(&fs::symlink_metadata(path)?, MIN_AGE * 60 * 24))
}

fn is_older(found: &fs::Metadata, age: Duration) -> bool {
    found
        .modified()
        .is_ok_and(|modified| modified.elapsed().is_ok_and(|elapsed| elapsed > age))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::SystemTime;

    #[test]
    fn only_old_unused_keys_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let key = |name: &str, age: u64| {
            let path = folder.path().join(name);
            let file = File::create(&path).unwrap();
            let modified = SystemTime::now() - Duration::from_secs(age);
            file.set_modified(modified).unwrap();
            (path, file)
        };
        let (old, _) = key("lagoon-tasks-key-old", 120);
        let (used, lock) = key("lagoon-tasks-key-used", 120);
        lock.lock().unwrap();
        let (new, _) = key("lagoon-tasks-key-new", 0);
        let (other, _) = key("other", 120);
        let link = folder.path().join("lagoon-tasks-key-link");
        std::os::unix::fs::symlink(&other, &link).unwrap();
        remove_old_keys_in(folder.path());
        assert!(!old.exists());
        for kept in [used, new, other, link] {
            assert!(kept.exists(), "{}", kept.display());
        }
    }
}
