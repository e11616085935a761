//! A partial file, under a fixed name beside its target.
//!
//! It is locked while a process writes it. A second file records the version of its bytes. Both
//! names begin with a dot, unlike the names of downloaded files.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::fetch::Destination;
use super::local::exists;
use crate::error::{Error, Hint};
use crate::lagoon::Version;
use crate::regular_file;

pub(super) struct Partial {
    path: PathBuf,
    file: File,
    bytes: u64,
    record: PathBuf,
    /// The address without its signature.
    resource: String,
    version: Option<Version>,
}

#[derive(Serialize, Deserialize)]
struct PartialRecord {
    resource: String,
    #[serde(flatten)]
    version: Version,
}

impl Partial {
    pub(super) fn open(target: &Path, resource: String) -> Result<Partial, Error> {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let path = target.with_file_name(format!(".{name}.tasks-partial"));
        let record = target.with_file_name(format!(".{name}.tasks-partial.json"));
        let file = locked(&path, target)?;
        let bytes = file.metadata().map_err(|e| unwritable(&path, e))?.len();
        let version = recorded(&record, &resource).filter(|version| bytes <= version.length);
        Ok(Partial {
            path,
            file,
            bytes,
            record,
            resource,
            version,
        })
    }

    /// Renames the complete file and returns its length.
    pub(super) fn complete(self, target: &Path, force: bool) -> Result<u64, Error> {
        let given = if force {
            std::fs::rename(&self.path, target)
        } else {
            tempfile::TempPath::try_from_path(&self.path).and_then(|mut path| {
                // If the target exists, the download stays for a second attempt with --force.
                path.disable_cleanup(true);
                path.persist_noclobber(target).map_err(|e| e.error)
            })
        };
        match given {
            Ok(()) => {
                // Without the partial file it has no effect.
                let _ = std::fs::remove_file(&self.record);
                Ok(self.bytes)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(target)),
            Err(error) => Err(unwritable(target, error)),
        }
    }

    /// Keeps the bytes if a download can continue after them, with a hint that says so.
    pub(super) fn interrupted(self, error: Error) -> Error {
        if self.beginning().is_some() {
            let kept = format!(
                "the first {} bytes are kept in {}; run the same command to continue",
                self.bytes,
                self.path.display()
            );
            return error.hint(kept);
        }
        for path in [&self.record, &self.path] {
            // A file that stays is overwritten by the next download.
            let _ = std::fs::remove_file(path);
        }
        error
    }

    fn write_record(&self, version: &Version) -> Result<(), Error> {
        let record = PartialRecord {
            resource: self.resource.clone(),
            version: version.clone(),
        };
        let cannot = |e: std::io::Error| unwritable(&self.record, e);
        let folder = self.record.parent().filter(|f| *f != Path::new(""));
        let mut file =
            tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(cannot)?;
        let text = serde_json::to_vec(&record).map_err(|e| cannot(e.into()))?;
        file.write_all(&text).map_err(cannot)?;
        file.persist(&self.record).map_err(|e| cannot(e.error))?;
        Ok(())
    }
}

impl Destination for Partial {
    fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn can_retry(&self) -> bool {
        true
    }

    fn begin(&mut self, version: Option<&Version>, start: u64) -> Result<(), Error> {
        let cannot = |e| unwritable(&self.path, e);
        // A longer rest of another version must not stay behind the new bytes.
        self.file.set_len(start).map_err(cannot)?;
        self.file.seek(SeekFrom::Start(start)).map_err(cannot)?;
        self.bytes = start;
        if start == 0 {
            // The bytes of the old version are gone, so its record cannot be taken for theirs.
            match version {
                Some(version) => self.write_record(version)?,
                None => drop(std::fs::remove_file(&self.record)),
            }
            self.version = version.cloned();
        }
        Ok(())
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        let written = self.file.write_all(piece);
        written.map_err(|e| unwritable(&self.path, e))?;
        self.bytes += piece.len() as u64;
        Ok(())
    }
}

fn locked(path: &Path, target: &Path) -> Result<File, Error> {
    loop {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file =
            regular_file::open(path, &mut options, false).map_err(|e| unwritable(path, e))?;
        match file.try_lock() {
            Ok(()) => {}
            // A file system without locks.
            Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::failed(format!(
                    "another process is downloading to {}",
                    target.display()
                ))
                .hint(Hint::DownloadElsewhere));
            }
        }
        // A process that finished in between has given the file that was opened its final name.
        if is_at(&file, path).map_err(|e| unwritable(path, e))? {
            return Ok(file);
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let open = file.metadata()?;
    match path.symlink_metadata() {
        Ok(about) => Ok((about.dev(), about.ino()) == (open.dev(), open.ino())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> std::io::Result<bool> {
    path.try_exists()
}

fn recorded(path: &Path, resource: &str) -> Option<Version> {
    let options = &mut OpenOptions::new();
    let file = regular_file::open(path, options.read(true), false).ok()?;
    let record: PartialRecord =
        serde_json::from_reader(std::io::Read::take(file, 64 * 1024)).ok()?;
    (record.resource == resource).then_some(record.version)
}

fn unwritable(path: &Path, error: std::io::Error) -> Error {
    Error::failed(format!("cannot write {}", path.display())).because(error)
}
