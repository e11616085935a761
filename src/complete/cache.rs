//! A cache of Lagoon's replies: one private file each, valid for a minute.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::state::{make_private_folder, write_private};

const LIFETIME: Duration = Duration::from_secs(60);

/// The replies of one Lagoon to one user.
pub(super) struct Cache {
    folder: Option<PathBuf>,
    identity: String,
}

#[derive(Serialize, Deserialize)]
struct CacheEntry<T> {
    /// The full key, because hashes can collide.
    key: Vec<String>,
    answer: T,
}

impl Cache {
    /// A cache in the state folder. Without a folder, nothing is stored.
    pub(super) fn new(state_folder: Option<&Path>, identity: &str) -> Cache {
        Cache {
            folder: state_folder.map(|folder| folder.join("complete")),
            identity: identity.to_owned(),
        }
    }

    pub(super) fn read<T: DeserializeOwned>(&self, key: &[&str]) -> Option<T> {
        let (path, key) = self.place(key)?;
        if is_old(&path) {
            return None;
        }
        let kept: CacheEntry<T> = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (kept.key == key).then_some(kept.answer)
    }

    /// Stores a reply and removes old ones. Failures are ignored.
    pub(super) fn write<T: Serialize>(&self, key: &[&str], answer: &T) {
        let Some((path, key)) = self.place(key) else {
            return;
        };
        let _ = self.keep(&path, &CacheEntry { key, answer });
    }

    /// Marks a request as begun. `false` if another process began it within `limit`.
    pub(super) fn begin(&self, key: &[&str], limit: Duration) -> bool {
        let Some((path, _)) = self.place(key) else {
            return false;
        };
        let begun = path.with_extension("asked");
        if age(&begun).is_some_and(|age| age < limit) {
            return false;
        }
        write_private(&begun, b"").is_ok()
    }

    fn keep<T: Serialize>(&self, path: &Path, kept: &CacheEntry<T>) -> std::io::Result<()> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        make_private_folder(folder)?;
        for entry in fs::read_dir(folder)?.flatten() {
            if is_old(&entry.path()) {
                // Another process may have tidied up.
                let _ = fs::remove_file(entry.path());
            }
        }
        write_private(path, &serde_json::to_vec(kept)?)
    }

    /// The file name is a hash, because names from servers are no safe file names.
    fn place(&self, key: &[&str]) -> Option<(PathBuf, Vec<String>)> {
        let mut whole = vec![self.identity.clone()];
        whole.extend(key.iter().map(|part| (*part).to_owned()));
        let mut hasher = DefaultHasher::new();
        whole.hash(&mut hasher);
        let name = format!("{:016x}.json", hasher.finish());
        Some((self.folder.as_ref()?.join(name), whole))
    }
}

/// True if a file is older than a minute, or from the future.
fn is_old(path: &Path) -> bool {
    age(path).is_none_or(|age| age >= LIFETIME)
}

fn age(path: &Path) -> Option<Duration> {
    let written = fs::metadata(path).and_then(|found| found.modified()).ok()?;
    written.elapsed().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(home: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(home.join("complete")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn make_older(path: &Path, age: Duration) {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(std::time::SystemTime::now() - age)
            .unwrap();
    }

    #[test]
    fn cache_entries_expire_after_a_minute() {
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(home.path()), "acme");
        assert_eq!(cache.read::<u8>(&["a"]), None);
        cache.write(&["a"], &7);
        assert_eq!(cache.read::<u8>(&["a"]), Some(7));
        make_older(&files(home.path())[0], LIFETIME + Duration::from_secs(1));
        assert_eq!(cache.read::<u8>(&["a"]), None);
        cache.write(&["b"], &8);
        assert_eq!(files(home.path()).len(), 1);
    }

    #[test]
    fn cache_entries_of_different_keys_are_separate() {
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(home.path()), "acme");
        cache.write(&["a", "b"], &1);
        assert_eq!(cache.read::<u8>(&["ab"]), None);
        assert_eq!(
            Cache::new(Some(home.path()), "other").read::<u8>(&["a", "b"]),
            None
        );
        cache.write(&["../../x", "/\u{0}"], &2);
        assert_eq!(cache.read::<u8>(&["../../x", "/\u{0}"]), Some(2));
        assert!(files(home.path()).iter().all(|path| path.is_file()));
    }

    #[test]
    fn concurrent_refreshes_of_one_key_are_excluded() {
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(home.path()), "acme");
        let limit = Duration::from_secs(10);
        assert!(cache.begin(&["a"], limit));
        assert!(!cache.begin(&["a"], limit));
        assert!(cache.begin(&["b"], limit));
        files(home.path())
            .iter()
            .for_each(|path| make_older(path, limit));
        assert!(cache.begin(&["a"], limit));
    }

    #[test]
    fn a_broken_or_missing_cache_entry_is_ignored() {
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(home.path()), "acme");
        cache.write(&["a"], &7);
        fs::write(&files(home.path())[0], "{").unwrap();
        assert_eq!(cache.read::<u8>(&["a"]), None);
        let nowhere = Cache::new(None, "acme");
        nowhere.write(&["a"], &7);
        assert_eq!(nowhere.read::<u8>(&["a"]), None);
    }

    #[cfg(unix)]
    #[test]
    fn cache_files_are_private_to_the_owner() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(home.path()), "acme");
        cache.write(&["a"], &7);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&files(home.path())[0]), 0o600);
        assert_eq!(mode(&home.path().join("complete")), 0o700);
    }
}
