//! Runs that processes of this machine have reported as their own, and starts in progress.
//!
//! A process whose reply was lost looks for its run among new runs that look the same. Runs that
//! other processes of this machine started are excluded: each process claims the runs it reports,
//! with one empty file per run. A process that looks for a run first waits until no other process
//! is between sending the same start and claiming its run; a lock file per kind of start shows that.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{make_private_folder, open_private};
use crate::clock::{Instant, sleep, wall_time};

/// The look-up after a lost reply takes minutes at most.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

const MOST_FILES: usize = 2000;

const PAUSE: Duration = Duration::from_millis(20);

#[derive(Debug, Clone)]
pub(crate) struct Claims {
    /// Without a folder, nothing is claimed and no run is excluded.
    folder: Option<PathBuf>,
    address: String,
}

/// Other processes that look for a run of the same kind wait for its end.
#[derive(Debug)]
pub(crate) struct StartClaim<'a> {
    claims: &'a Claims,
    /// Locked until the run is claimed: shared, then exclusively to look for the run.
    file: Option<File>,
}

impl Claims {
    /// Deletes old claims.
    pub(crate) fn open(state_folder: Option<&Path>, address: &str) -> Claims {
        let folder = state_folder.map(|folder| folder.join("claims"));
        let folder = folder.filter(|folder| make_private_folder(folder).is_ok());
        if let Some(folder) = &folder {
            delete_old(folder);
        }
        Claims {
            folder,
            address: address.to_owned(),
        }
    }

    /// `kind` identifies runs that could be confused. Waits for a process that is looking for such
    /// a run.
    pub(crate) async fn begin(&self, kind: &[&str], limit: Duration) -> StartClaim<'_> {
        let path = self.path("start", kind);
        let file = path.and_then(|path| open_private(&path, OpenOptions::new().create(true)).ok());
        if let Some(file) = &file {
            // Files in use are the newest, so they are deleted last.
            let _ = file.set_modified(wall_time().into());
            attempt(limit, || file.try_lock_shared()).await;
        }
        StartClaim { claims: self, file }
    }

    fn path(&self, prefix: &str, parts: &[&str]) -> Option<PathBuf> {
        let mut hash = Sha256::new();
        for part in std::iter::once(&self.address.as_str()).chain(parts) {
            hash.update(part.len().to_le_bytes());
            hash.update(part.as_bytes());
        }
        let digest = hash.finalize();
        let name: String = digest[..16].iter().map(|b| format!("{b:02x}")).collect();
        Some(self.folder.as_ref()?.join(format!("{prefix}-{name}")))
    }
}

impl StartClaim<'_> {
    /// Waits until no other process has a start of the same kind in progress, and keeps new ones
    /// waiting. Returns whether that succeeded.
    pub(crate) async fn wait_for_others(&mut self, limit: Duration) -> bool {
        let Some(file) = &self.file else {
            return true;
        };
        // A shared lock would keep another process waiting that looks for its run as well.
        let _ = file.unlock();
        attempt(limit, || file.try_lock()).await
    }

    /// Returns false if another process has claimed the run. Ids alone can repeat, as after a reset
    /// of the sandbox.
    pub(crate) fn claim(&self, id: i64, job_name: &str) -> bool {
        let Some(path) = self.run_path(id, job_name) else {
            return true;
        };
        match open_private(&path, OpenOptions::new().create_new(true)) {
            Err(error) => error.kind() != ErrorKind::AlreadyExists,
            Ok(_) => true,
        }
    }

    pub(crate) fn is_claimed(&self, id: i64, job_name: &str) -> bool {
        self.run_path(id, job_name)
            .is_some_and(|path| path.exists())
    }

    fn run_path(&self, id: i64, job_name: &str) -> Option<PathBuf> {
        self.claims.path("run", &[&id.to_string(), job_name])
    }
}

/// Polls, because blocking in the system call could not be interrupted.
async fn attempt(limit: Duration, lock: impl Fn() -> Result<(), TryLockError>) -> bool {
    let begun = Instant::now();
    loop {
        match lock() {
            Ok(()) => return true,
            Err(TryLockError::WouldBlock) if begun.elapsed() < limit => {
                sleep(PAUSE).await;
            }
            Err(TryLockError::WouldBlock) => return false,
            // A file system without locks: as without a state folder.
            Err(TryLockError::Error(_)) => return true,
        }
    }
}

fn delete_old(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let modified = |entry: fs::DirEntry| Some((entry.metadata().ok()?.modified().ok()?, entry));
    let mut files: Vec<_> = entries.flatten().filter_map(modified).collect();
    files.sort_by_key(|(modified, _)| *modified);
    let surplus = files.len().saturating_sub(MOST_FILES);
    for (at, (modified, entry)) in files.iter().enumerate() {
        let is_old = modified.elapsed().is_ok_and(|age| age > LIFETIME);
        if is_old || at < surplus {
            // Another process may have deleted it.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);
    const AT_ONCE: Duration = Duration::ZERO;
    const KIND: [&str; 2] = ["101", "Say hello"];

    fn claims(home: &tempfile::TempDir) -> Claims {
        Claims::open(Some(home.path()), "https://lagoon.example/graphql")
    }

    #[tokio::test]
    async fn a_run_is_claimed_by_one_process() {
        let home = tempfile::tempdir().unwrap();
        let (one, other) = (claims(&home), claims(&home));
        let (one, other) = (
            one.begin(&KIND, LIMIT).await,
            other.begin(&KIND, LIMIT).await,
        );
        assert!(one.claim(5, "lagoon-task-a"));
        assert!(other.is_claimed(5, "lagoon-task-a"));
        assert!(!other.claim(5, "lagoon-task-a"));
        // The same id in a Lagoon that was reset, and in another Lagoon.
        assert!(other.claim(5, "lagoon-task-b"));
        let elsewhere = Claims::open(Some(home.path()), "https://other.example/graphql");
        let elsewhere = elsewhere.begin(&KIND, LIMIT).await;
        assert!(elsewhere.claim(5, "lagoon-task-a"));
    }

    #[tokio::test]
    async fn a_lookup_waits_only_for_starts_of_the_same_kind() {
        let home = tempfile::tempdir().unwrap();
        let claims = claims(&home);
        let mut mine = claims.begin(&KIND, LIMIT).await;
        let same = claims.begin(&KIND, LIMIT).await;
        let _other = claims.begin(&["101", "Another task"], LIMIT).await;
        assert!(!mine.wait_for_others(AT_ONCE).await);
        drop(same);
        assert!(mine.wait_for_others(LIMIT).await);
        // A new start waits until the look-up has ended, which would miss its run.
        let new = claims.begin(&KIND, AT_ONCE).await;
        let file = new.file.as_ref().unwrap();
        assert!(file.try_lock_shared().is_err());
        drop(mine);
        file.try_lock_shared().unwrap();
    }

    #[tokio::test]
    async fn without_a_state_folder_no_run_is_excluded() {
        let claims = Claims::open(None, "https://lagoon.example/graphql");
        let mut start = claims.begin(&KIND, AT_ONCE).await;
        assert!(start.wait_for_others(AT_ONCE).await);
        assert!(start.claim(5, "lagoon-task-a") && !start.is_claimed(5, "lagoon-task-a"));
    }

    #[tokio::test]
    async fn claim_files_are_private_and_limited_in_age_and_number() {
        let home = tempfile::tempdir().unwrap();
        let first = claims(&home);
        let start = first.begin(&KIND, LIMIT).await;
        assert!(start.claim(1, "lagoon-task-a"));
        let folder = home.path().join("claims");
        let old = std::time::SystemTime::now() - LIFETIME * 2;
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = entry.metadata().unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
            let file = OpenOptions::new().write(true).open(entry.path()).unwrap();
            file.set_modified(old).unwrap();
        }
        for id in 0..MOST_FILES + 10 {
            assert!(start.claim(i64::try_from(id).unwrap(), "lagoon-task-b"));
        }
        let second = claims(&home);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), MOST_FILES);
        assert!(
            !second
                .begin(&KIND, LIMIT)
                .await
                .is_claimed(1, "lagoon-task-a")
        );
    }
}
