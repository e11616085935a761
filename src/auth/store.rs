//! The token store: one file per account, which only its owner can read.

mod account;
mod stored_token;

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use super::AuthError;
use crate::clock::sleep;
use crate::config::ContextName;
use crate::state::{make_private_folder, open_private, write_private};

pub(crate) use account::Account;
pub(crate) use stored_token::{SignInMethod, StoredToken};
pub(super) use stored_token::{TokenAge, age};

const PAUSE: Duration = Duration::from_millis(20);

#[derive(Debug, Clone)]
pub(crate) struct TokenStore {
    folder: PathBuf,
}

/// Keeps other processes from signing in with the account, until drop.
pub(crate) struct Lock(#[allow(dead_code, reason = "held, not read")] File);

impl TokenStore {
    pub(crate) fn new(state_folder: &Path) -> Self {
        TokenStore {
            folder: state_folder.join("tokens"),
        }
    }

    /// `None` if it belongs to another address.
    pub(crate) fn read(
        &self,
        account: &Account,
        api: &Url,
    ) -> Result<Option<StoredToken>, AuthError> {
        let path = self.path(account);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if is_not_there(&e) => return Ok(None),
            Err(source) => return Err(store_error("read", path)(source)),
        };
        // Checks the file that was opened: its path may name another one by now.
        let found = file.metadata().map_err(store_error("read", path.clone()))?;
        if open_to_others(&found) {
            return Err(AuthError::Exposed(path));
        }
        let mut text = String::new();
        file.read_to_string(&mut text)
            .map_err(store_error("read", path))?;
        Ok(StoredToken::from_text(&text).filter(|kept| kept.api == *api))
    }

    pub(crate) fn write(&self, account: &Account, kept: &StoredToken) -> Result<(), AuthError> {
        let path = self.path(account);
        let text = kept.to_text().map_err(std::io::Error::from);
        text.and_then(|text| write_private(&path, text.as_bytes()))
            .map_err(store_error("write", path))
    }

    /// For signing out: checks neither the address nor the permissions of the file.
    pub(super) fn peek(&self, account: &Account) -> Option<StoredToken> {
        StoredToken::from_text(&fs::read_to_string(self.path(account)).ok()?)
    }

    /// One for each key.
    pub(crate) fn accounts_of(&self, context: &ContextName) -> Result<Vec<Account>, AuthError> {
        let with_key = format!("{context}@");
        self.accounts_if(|name| name == context.as_str() || name.starts_with(&with_key))
    }

    pub(crate) fn accounts_of_address(&self, api: &Url) -> Result<Vec<Account>, AuthError> {
        let account = Account::of_address(api, None);
        self.accounts_if(|name| name.starts_with(account.as_str()))
    }

    pub(crate) fn accounts(&self) -> Result<Vec<Account>, AuthError> {
        self.accounts_if(|_| true)
    }

    pub(crate) fn forget(&self, account: &Account) -> Result<(), AuthError> {
        let path = self.path(account);
        match fs::remove_file(&path) {
            Err(error) if !is_not_there(&error) => Err(store_error("remove", path)(error)),
            _ => Ok(()),
        }
    }

    /// Waits for other processes. Read the store again afterwards: another process may have stored
    /// a new token.
    pub(crate) async fn lock(&self, account: &Account) -> Result<Lock, AuthError> {
        make_private_folder(&self.folder).map_err(store_error("make", self.folder.clone()))?;
        // A separate file, because token files are replaced.
        let path = self.folder.join(format!("{}{LOCK}", account.as_str()));
        let file = open_private(&path, File::options().create(true))
            .map_err(store_error("lock", path.clone()))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock(file)),
                // Polling can be interrupted; a blocking system call could not.
                Err(TryLockError::WouldBlock) => sleep(PAUSE).await,
                Err(TryLockError::Error(source)) => return Err(store_error("lock", path)(source)),
            }
        }
    }

    fn accounts_if(&self, is_meant: impl Fn(&str) -> bool) -> Result<Vec<Account>, AuthError> {
        let failed = || store_error("read", self.folder.clone());
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(e) if is_not_there(&e) => return Ok(Vec::new()),
            Err(source) => return Err(failed()(source)),
        };
        let mut accounts = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed())?.file_name();
            // Lock files are not removed: another process may hold one, and they are empty.
            let name = name.to_str().filter(|name| !name.ends_with(LOCK));
            accounts.extend(name.filter(|name| is_meant(name)).map(Account::of_file));
        }
        accounts.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        Ok(accounts)
    }

    fn path(&self, account: &Account) -> PathBuf {
        self.folder.join(account.as_str())
    }
}

/// No account's name ends so: the text after its `@` is hexadecimal.
const LOCK: &str = "@lock";

fn is_not_there(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
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
    use crate::auth::{Secret, SignInMethod};

    fn store() -> (tempfile::TempDir, TokenStore, ContextName) {
        let home = tempfile::tempdir().unwrap();
        let store = TokenStore::new(&home.path().join("lagoon-tasks"));
        (home, store, "acme".parse().unwrap())
    }

    fn kept(token: &str) -> StoredToken {
        StoredToken {
            api: "https://acme.example/graphql".parse().unwrap(),
            token: Secret::new(token.to_owned()),
            way: SignInMethod::Given,
            refresh: None,
            received: None,
        }
    }

    #[test]
    fn a_token_is_stored_replaced_and_deleted() {
        let (_home, store, acme) = store();
        let account = Account::of_context(&acme, None);
        let api = kept("").api;
        assert!(store.read(&account, &api).unwrap().is_none());
        store.write(&account, &kept("one")).unwrap();
        store.write(&account, &kept("two")).unwrap();
        let found = store.read(&account, &api).unwrap().unwrap();
        assert_eq!(found.token.expose(), "two");
        // A context whose address has changed does not take the token there.
        let other = "https://evil.example/graphql".parse().unwrap();
        assert!(store.read(&account, &other).unwrap().is_none());
        assert_eq!(store.accounts_of(&acme).unwrap().len(), 1);
        store.forget(&account).unwrap();
        store.forget(&account).unwrap();
        assert!(store.accounts_of(&acme).unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_context_lists_only_its_own_identities() {
        let (_home, store, acme) = store();
        let key = crate::config::SshKey::file("/key".into());
        let longer: ContextName = "acme2".parse().unwrap();
        let accounts = [
            Account::of_context(&acme, None),
            Account::of_context(&acme, Some(&key)),
            Account::of_context(&longer, None),
            Account::of_address(&kept("").api, None),
        ];
        for account in &accounts {
            store.write(account, &kept("t")).unwrap();
        }
        let _held = store.lock(&accounts[0]).await.unwrap();
        assert_eq!(store.accounts_of(&acme).unwrap(), accounts[..2]);
        let of_address = store.accounts_of_address(&kept("").api).unwrap();
        assert_eq!(of_address, accounts[3..]);
        assert_eq!(store.accounts().unwrap().len(), 4);
    }

    #[tokio::test]
    async fn the_store_lock_is_exclusive() {
        let (_home, store, acme) = store();
        let account = Account::of_context(&acme, None);
        let held = store.lock(&account).await.unwrap();
        let second = tokio::spawn({
            let (store, account) = (store.clone(), account.clone());
            async move { store.lock(&account).await.map(|_| ()) }
        });
        tokio::time::sleep(PAUSE * 3).await;
        assert!(!second.is_finished());
        drop(held);
        second.await.unwrap().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn stored_tokens_are_private_to_the_owner() {
        use std::os::unix::fs::PermissionsExt;
        let (_home, store, acme) = store();
        let account = Account::of_context(&acme, None);
        store.write(&account, &kept("t")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&store.folder), 0o700);
        assert_eq!(mode(&store.path(&account)), 0o600);

        let open = fs::Permissions::from_mode(0o640);
        fs::set_permissions(store.path(&account), open).unwrap();
        let error = store.read(&account, &kept("").api).unwrap_err();
        assert!(matches!(error, AuthError::Exposed(_)));
        assert!(error.hints()[0].starts_with("chmod 600 "));
    }
}
