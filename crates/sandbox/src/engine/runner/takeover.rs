//! Takeover of a run: a session of its own, closed streams, the inherited lock.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::engine::EngineError;
use crate::store::at;

/// Leaves the parent's session and streams. Standard output closes last, which the parent waits for.
pub(super) fn leave() -> Result<(), EngineError> {
    // It fails only for the leader of a group, which a runner is not.
    let _ = rustix::process::setsid();
    let null = Path::new("/dev/null");
    let sink = File::options()
        .read(true)
        .write(true)
        .open(null)
        .map_err(at(null))?;
    rustix::stdio::dup2_stderr(&sink)
        .and_then(|()| rustix::stdio::dup2_stdout(&sink))
        .map_err(|error| at(null)(error.into()))?;
    Ok(())
}

pub(super) fn parse(
    args: impl IntoIterator<Item = OsString>,
) -> Result<(PathBuf, i64), EngineError> {
    let mut args = args.into_iter();
    let data = args.next().map(PathBuf::from);
    let id = args.next().and_then(|id| id.to_str()?.parse().ok());
    match (data, id, args.next()) {
        (Some(data), Some(id), None) => Ok((data, id)),
        _ => Err(EngineError::NotARunner(
            "a runner requires a data folder and the id of a run".to_owned(),
        )),
    }
}

/// Checks that standard input is the run's lock file, and locks it, which may be done twice.
pub(super) fn take_lock(path: &Path) -> Result<(), EngineError> {
    let stdin = io::stdin().as_fd().try_clone_to_owned();
    let stdin = File::from(stdin.map_err(at(path))?);
    let given = stdin.metadata().map_err(at(path))?;
    let wanted = fs::metadata(path).map_err(at(path))?;
    if (given.dev(), given.ino()) != (wanted.dev(), wanted.ino()) {
        return Err(EngineError::NotARunner(format!(
            "standard input is not {}",
            path.display()
        )));
    }
    let locked = stdin.try_lock();
    Ok(locked.map_err(|error| at(path)(error.into()))?)
}
