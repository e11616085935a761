//! A Lagoon-compatible API in one process, for trying out `tasks`, rehearsing task files, and
//! tests.
//!
//! It replies as Lagoon 2.33.1 does, including its errors, and shares no code with the client, so
//! that it hides no mistakes of the client.

// The processes that execute runs need Unix; elsewhere, runs fail.
#![cfg_attr(not(unix), allow(dead_code, unused_imports))]

mod collation;
pub mod engine;
mod failure;
mod faults;
mod http;
mod instant;
mod mariadb;
mod options;
mod permissions;
mod resolvers;
mod rows;
mod schema;
mod seed;
mod site;
mod state;
pub mod store;
mod token;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use engine::Scripted;
use rows::Record as _;
use rows::runs::Run;
use state::State;
use store::{Status, Store, StoreError};

pub use faults::{Fault, RecordedRequest};
pub use http::ServedSandbox;
pub use options::{ExecutorKind, Identity, Options, SandboxError, Seed, StoreKind};
pub use site::{Site, SiteService};

/// A sandbox. Clones share it.
#[derive(Clone)]
pub struct Sandbox {
    state: Arc<State>,
}

impl Sandbox {
    /// Opens the store, and fills it with the seed if it is new.
    #[allow(clippy::unused_async)] // opening may come to wait for other processes
    pub async fn open(options: Options) -> Result<Sandbox, SandboxError> {
        let state = Arc::new(State::open(&options)?);
        Ok(Sandbox { state })
    }

    /// Empties the data folder at `path` and fills it with `seed`. Runs in progress stop.
    pub fn reset(path: &Path, seed: Seed) -> Result<(), SandboxError> {
        let secret = state::new_secret()?;
        Store::reset_folder(path, &|tx| seed::plant(tx, seed, &secret))?;
        Ok(())
    }

    /// A token for `as_`. A lifetime of less than a second gives an expired one.
    pub fn token(&self, as_: Identity, lifetime: Duration) -> Result<String, SandboxError> {
        let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        self.state.issue(as_, seconds)
    }

    /// Serves on a loopback address; port 0 selects a free one.
    pub async fn serve(self, address: SocketAddr) -> Result<ServedSandbox, SandboxError> {
        http::serve(self, address).await
    }

    /// Makes `site` the only project, unless it already is. Runs and tasks stay.
    pub fn show_site(&self, site: &Site) -> Result<(), SandboxError> {
        Ok(site::show(&self.state.store, site)?)
    }

    /// A text stored with [`Sandbox::remember`].
    pub fn remembered(&self, name: &str) -> Result<Option<String>, SandboxError> {
        Ok(site::remembered(&self.state.store, name)?)
    }

    /// Stores a text until the sandbox is reset.
    pub fn remember(&self, name: &str, text: &str) -> Result<(), SandboxError> {
        Ok(site::remember(&self.state.store, name, text)?)
    }

    #[must_use]
    pub fn sdl() -> String {
        schema::sdl()
    }

    /// The requests so far; recorded only with a store in memory.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.faults.recorded()
    }

    /// The number of subscriptions so far. A counted subscription misses no event.
    #[must_use]
    pub fn times_subscribed(&self) -> u64 {
        self.state.faults.subscribed.load(SeqCst)
    }

    #[must_use]
    pub fn store(&self) -> &Store {
        &self.state.store
    }

    #[must_use]
    pub fn scripted(&self) -> Option<&Scripted> {
        self.state.scripted.as_ref()
    }

    /// Makes the next request with the root field `operation` fail. Faults queue up.
    pub fn fail_next(&self, operation: &str, fault: Fault) {
        self.state.faults.add(operation, fault);
    }

    pub fn refuse_next(&self, operation: &str, message: &str) {
        self.fail_next(operation, Fault::Message(message.to_owned()));
    }

    pub fn delay_next(&self, operation: &str, by: Duration) {
        self.fail_next(operation, Fault::Delay(by));
    }

    /// Silences open subscriptions, except administrators', as Lagoon does after 300 seconds.
    pub fn silence_subscriptions(&self) {
        self.state.faults.silenced.fetch_add(1, SeqCst);
    }

    /// Makes logs and files unreachable, or reachable again.
    pub fn set_storage_down(&self, down: bool) {
        self.state.faults.storage_is_down.store(down, SeqCst);
    }

    /// Sets the status of a run and adds to its log. False if there is no such run.
    pub fn set_run(
        &self,
        id: i64,
        status: Status,
        log: Option<&str>,
    ) -> Result<bool, SandboxError> {
        let scripted = self.scripted().ok_or(SandboxError::NotScripted)?;
        Ok(scripted.set_run(id, status, log)?)
    }

    /// Removes a run, as Lagoon's retention does. False if there is no such run.
    pub fn drop_run(&self, id: i32) -> Result<bool, SandboxError> {
        let store = &self.state.store;
        Ok(store.write(|tx| Run::delete(tx, id).map_err(StoreError::from))?)
    }
}
