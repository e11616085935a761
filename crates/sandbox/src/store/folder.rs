//! The data folder: what lies where, who may read it, and the lock around its first start.
//!
//! ```text
//! lagoon.sqlite     the tables
//! lagoon.lock       held while somebody opens or resets the store
//! bin/              stand-ins for programs, first on a run's PATH
//! runs/<id>/        log, lock and scratch folder of one run
//! ```

use std::fs::{self, DirBuilder, File};
use std::io;
use std::path::{Path, PathBuf};

use super::error::{StoreError, at};

/// A data folder that exists and that only its owner may enter.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder where it is missing and shuts it to others where it is not.
    pub(crate) fn create(path: &Path) -> Result<Folder, StoreError> {
        let path = std::path::absolute(path).map_err(at(path))?;
        create_private(&path).map_err(at(&path))?;
        close_to_others(&path).map_err(at(&path))?;
        Ok(Folder(path))
    }

    /// The folder itself, absolute.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The SQLite file.
    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("lagoon.sqlite")
    }

    /// Removes the SQLite file and what belongs to it.
    pub(crate) fn remove_database(&self) -> Result<(), StoreError> {
        for name in ["lagoon.sqlite", "lagoon.sqlite-wal", "lagoon.sqlite-shm"] {
            let path = self.0.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(at(&path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Where all runs have their folders.
    pub(crate) fn runs(&self) -> PathBuf {
        self.0.join("runs")
    }

    /// What belongs to one run.
    pub(crate) fn run(&self, id: i64) -> PathBuf {
        self.runs().join(id.to_string())
    }

    /// Waits until nobody else opens or resets the store; the lock ends with the returned file.
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

/// Makes a folder and those above it, for their owner only.
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
