//! The data folder, private to its owner.
//!
//! ```text
//! lagoon.sqlite     the tables
//! lagoon.lock       locked while a process opens or resets the store
//! bin/              stand-ins for programs, first on a run's PATH
//! runs/<id>/        log, lock and scratch folder of one run
//! ```

use std::fs::{self, DirBuilder, File};
use std::io;
use std::path::{Path, PathBuf};

use super::error::{StoreError, at, if_exists};

#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn create(path: &Path) -> Result<Folder, StoreError> {
        let path = std::path::absolute(path).map_err(at(path))?;
        create_private(&path).map_err(at(&path))?;
        close_to_others(&path).map_err(at(&path))?;
        Ok(Folder(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("lagoon.sqlite")
    }

    pub(crate) fn remove_database(&self) -> Result<(), StoreError> {
        for name in ["lagoon.sqlite", "lagoon.sqlite-wal", "lagoon.sqlite-shm"] {
            let path = self.0.join(name);
            if_exists(fs::remove_file(&path), &path)?;
        }
        Ok(())
    }

    pub(crate) fn runs(&self) -> PathBuf {
        self.0.join("runs")
    }

    pub(crate) fn run(&self, id: i64) -> PathBuf {
        self.runs().join(id.to_string())
    }

    /// Waits until no other process opens or resets the store. Dropping the file unlocks it.
    pub(crate) fn lock(&self) -> Result<File, StoreError> {
        let path = self.0.join("lagoon.lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(at(&path))?;
        file.lock().map_err(at(&path))?;
        Ok(file)
    }
}

pub(crate) fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

#[cfg(unix)]
fn close_to_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o777 == 0o700 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn close_to_others(path: &Path) -> io::Result<()> {
    fs::metadata(path).map(drop)
}
