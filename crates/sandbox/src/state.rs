//! State shared by all requests.

use std::ops::Deref;
use std::sync::Arc;

use rusqlite::{Connection, ToSql, Transaction};

use super::engine::{Detached, Executor, Scripted, Simulate};
use super::failure::Result;
use super::faults::Faults;
use super::permissions::{Caller, PermissionTarget};
use super::rows::{Record, people};
use super::store::{Store, StoreError};
use super::token::{self, Claims};
use super::{ExecutorKind, Identity, Options, SandboxError, Seed, StoreKind, seed};

/// The name in tokens of services, which is the `sourceUser` of their runs.
const SERVICE: &str = "recorder";

pub(super) struct Session {
    pub(super) state: Arc<State>,
    pub(super) caller: Caller,
    /// The address that the client requested, for addresses of files.
    pub(super) base: String,
}

impl Deref for Session {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl Session {
    /// Removes rows that are only shown to users who may view all projects.
    pub(super) fn without_admin_only<T>(
        &self,
        mut rows: Vec<T>,
        admin_only: impl Fn(&T) -> bool,
    ) -> Vec<T> {
        if !self
            .caller
            .may("project", "viewAll", PermissionTarget::Platform)
        {
            rows.retain(|row| !admin_only(row));
        }
        rows
    }
}

pub(super) struct State {
    pub(super) store: Store,
    pub(super) executor: Arc<dyn Executor>,
    pub(super) scripted: Option<Scripted>,
    pub(super) faults: Faults,
    pub(super) records: bool,
}

impl State {
    pub(super) fn open(options: &Options) -> Result<State, SandboxError> {
        let fresh = new_secret()?;
        let fill = |tx: &Transaction<'_>| seed::plant(tx, options.seed, &fresh);
        let store = match &options.store {
            StoreKind::Memory => Store::open_memory(&fill)?,
            StoreKind::Folder(path) => Store::open_folder(path, &fill)?,
        };
        let mut scripted = None;
        let executor: Arc<dyn Executor> = match &options.executor {
            ExecutorKind::Scripted => {
                let executor = Scripted::new(store.clone());
                if options.seed == Seed::Bare {
                    // As recorded: without a cluster, runs stay `new`.
                    executor.script_others(Vec::new());
                }
                scripted = Some(executor.clone());
                Arc::new(executor)
            }
            ExecutorKind::Simulate => Arc::new(Simulate(store.clone())),
            ExecutorKind::Detached { program, images } => {
                Arc::new(Detached::new(store.clone(), program, *images)?)
            }
            ExecutorKind::Compose {
                program,
                images,
                project,
            } => {
                let detached = Detached::new(store.clone(), program, *images)?;
                Arc::new(detached.in_compose(Arc::clone(project)))
            }
        };
        Ok(State {
            store,
            executor,
            scripted,
            faults: Faults::default(),
            records: options.store == StoreKind::Memory,
        })
    }

    pub(super) fn issue(&self, as_: Identity, seconds: i64) -> Result<String, SandboxError> {
        let Some(email) = as_.email() else {
            return Ok(token::for_service(&self.secret()?, SERVICE, seconds));
        };
        let id = self
            .store
            .read(|connection| people::id_of(connection, email).map_err(StoreError::from))?;
        let id = id.ok_or_else(|| SandboxError::NoUser(email.to_owned()))?;
        Ok(token::for_user(&self.secret()?, &id, email, seconds))
    }

    /// The holder of a token, or Lagoon's error text for an invalid one.
    pub(super) fn caller(&self, token: &str) -> Result<Caller, String> {
        let secret = self.secret().map_err(|error| error.to_string())?;
        let id = match token::check(&secret, token)? {
            Claims::Service { subject } => return Ok(Caller::Service { subject }),
            Claims::User { id } => id,
        };
        let user = self.query(|connection| people::user(connection, &id));
        match user {
            Ok(Some(user)) => Ok(Caller::User(user)),
            Ok(None) => Err("Keycloak token invalid: User not found".to_owned()),
            Err(failure) => Err(failure.to_string()),
        }
    }

    /// The key that signs tokens. Read each time, because another process may have reset the store.
    fn secret(&self) -> Result<String, StoreError> {
        self.store.read(|connection| {
            let sql = "SELECT value FROM setting WHERE name = 'secret'";
            Ok(connection.query_row(sql, [], |row| row.get(0))?)
        })
    }

    pub(super) fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.store.read(f)
    }

    pub(super) fn query<T>(&self, f: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        self.read(|connection| Ok(f(connection)?))
    }

    pub(super) fn find<R: Record>(&self, id: impl ToSql) -> Result<Option<R>> {
        self.query(|connection| R::by_id(connection, id))
    }

    pub(super) fn write<T>(&self, f: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.store.write(f)
    }

    /// A signed text for addresses.
    pub(super) fn seal(&self, text: &str, seconds: i64) -> String {
        let secret = self.secret().unwrap_or_default();
        token::for_user(&secret, text, "", seconds)
    }

    /// The text, if its signature is valid and has not expired.
    pub(super) fn unseal(&self, mark: &str) -> Option<String> {
        match token::check(&self.secret().ok()?, mark) {
            Ok(Claims::User { id }) => Some(id),
            _ => None,
        }
    }
}

pub(super) fn new_secret() -> Result<String, StoreError> {
    let mut bytes = [0; 32];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| StoreError::Content("the system provides no random numbers".to_owned()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
