//! One file a context, which only its owner can read.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{AuthError, Secret};
use crate::config::ContextName;

/// The folder with the tokens.
#[derive(Debug, Clone)]
pub struct TokenStore {
    folder: PathBuf,
}

impl TokenStore {
    /// The store in this state folder. Nothing is made before a token is written.
    #[must_use]
    pub fn new(state_folder: &Path) -> Self {
        TokenStore {
            folder: state_folder.join("tokens"),
        }
    }

    /// The token of a context.
    ///
    /// # Errors
    /// When the file cannot be read, or others could read it too.
    pub fn read(&self, context: &ContextName) -> Result<Option<Secret>, AuthError> {
        let path = self.path(context);
        match fs::metadata(&path) {
            Ok(found) if open_to_others(&found) => return Err(AuthError::Exposed(path)),
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(store_error("read", path)(source)),
        }
        let text = fs::read_to_string(&path).map_err(store_error("read", path))?;
        Ok(Some(Secret::new(text.trim().to_owned())))
    }

    /// Keeps a token for a context, in place of an earlier one.
    ///
    /// # Errors
    /// When folder or file cannot be written.
    pub fn write(&self, context: &ContextName, token: &Secret) -> Result<(), AuthError> {
        self.make_folder()
            .map_err(store_error("make", self.folder.clone()))?;
        let path = self.path(context);
        let write = || -> std::io::Result<()> {
            // Temporary files are 0600 from the start.
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(token.expose().as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|e| e.error)?;
            Ok(())
        };
        write().map_err(store_error("write", path.clone()))
    }

    /// Forgets the token of a context; tells whether there was one.
    ///
    /// # Errors
    /// When the file is there and cannot be removed.
    pub fn remove(&self, context: &ContextName) -> Result<bool, AuthError> {
        let path = self.path(context);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
            Err(source) => Err(store_error("remove", path)(source)),
        }
    }

    fn path(&self, context: &ContextName) -> PathBuf {
        self.folder.join(context.as_str())
    }

    #[cfg(unix)]
    fn make_folder(&self) -> std::io::Result<()> {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        // It may have been there with other permissions.
        fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o700))
    }

    #[cfg(not(unix))]
    fn make_folder(&self) -> std::io::Result<()> {
        fs::create_dir_all(&self.folder)
    }
}

fn store_error(doing: &'static str, path: PathBuf) -> impl FnOnce(std::io::Error) -> AuthError {
    move |source| AuthError::Store {
        doing,
        path,
        source,
    }
}

#[cfg(unix)]
fn open_to_others(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn open_to_others(_found: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, TokenStore, ContextName) {
        let home = tempfile::tempdir().unwrap();
        let store = TokenStore::new(&home.path().join("lagoon-tasks"));
        (home, store, "acme".parse().unwrap())
    }

    #[test]
    fn kept_replaced_and_forgotten() {
        let (_home, store, acme) = store();
        assert!(store.read(&acme).unwrap().is_none());
        store.write(&acme, &Secret::new("one".into())).unwrap();
        store.write(&acme, &Secret::new("two".into())).unwrap();
        assert_eq!(store.read(&acme).unwrap().unwrap().expose(), "two");
        assert!(store.remove(&acme).unwrap());
        assert!(!store.remove(&acme).unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read() {
        use std::os::unix::fs::PermissionsExt;
        let (_home, store, acme) = store();
        store.write(&acme, &Secret::new("t".into())).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&store.folder), 0o700);
        assert_eq!(mode(&store.path(&acme)), 0o600);

        fs::set_permissions(store.path(&acme), fs::Permissions::from_mode(0o640)).unwrap();
        let error = store.read(&acme).unwrap_err();
        assert!(matches!(error, AuthError::Exposed(_)));
        assert!(error.hints()[0].starts_with("chmod 600 "));
    }
}
