//! A Lagoon-compatible API in one process, for trying out `tasks`, rehearsing task files, and tests.
//!
//! It answers as Lagoon 2.33.1 does, wording and oddities included: a kinder one would hide the
//! client's mistakes. It shares no code with the client, so that a wrong name cannot be wrong on
//! both sides.
//!
//! * [`engine`]: what makes runs happen; [`store`]: SQLite under it all;
//! * `http`: statuses, headers and bodies; `schema`: the GraphQL types; `resolvers`: what Lagoon
//!   decides; `rows`: the tables; `permissions`, `token`, `collation`, `mariadb`: the parts of
//!   Lagoon's surroundings whose behaviour shows.

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
mod state;
pub mod store;
mod token;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::Scripted;
use state::State;
use store::{Status, Store};

pub use faults::{Fault, Recorded};
pub use http::Served;
pub use options::{ExecutorKind, Identity, Options, SandboxError, Seed, StoreKind};

/// The whole of it. Clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox {
    state: Arc<State>,
}

impl Sandbox {
    /// Opens the store, filled with the seed when it is new.
    ///
    /// # Errors
    ///
    /// When the store or the executor cannot be had.
    #[allow(clippy::unused_async)] // opening may come to wait for other processes
    pub async fn open(options: Options) -> Result<Sandbox, SandboxError> {
        let state = Arc::new(State::open(&options)?);
        Ok(Sandbox { state })
    }

    /// Empties the data folder at `path` and fills it with `seed`; runs that are going stop.
    ///
    /// # Errors
    ///
    /// When the folder cannot be used.
    pub fn reset(path: &Path, seed: Seed) -> Result<(), SandboxError> {
        let secret = state::new_secret()?;
        Store::reset_folder(path, &|tx| seed::plant(tx, seed, &secret))?;
        Ok(())
    }

    /// A token for `as_` that is valid for `lifetime`, in whole seconds; none is expired already.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn token(&self, as_: Identity, lifetime: Duration) -> Result<String, SandboxError> {
        let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        self.state.issue(as_, seconds)
    }

    /// Serves on a loopback address; port 0 is any free one.
    ///
    /// # Errors
    ///
    /// When the address is none of this machine's own or cannot be had.
    pub async fn serve(self, address: SocketAddr) -> Result<Served, SandboxError> {
        http::serve(self, address).await
    }

    /// The GraphQL schema, in its own language.
    #[must_use]
    pub fn sdl() -> String {
        schema::sdl()
    }

    /// Every request that came in since the start; with a store in memory only.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.faults.recorded()
    }

    /// How many subscriptions have begun since the start: from then on they miss nothing.
    #[must_use]
    pub fn times_subscribed(&self) -> u64 {
        self.state.faults.times_subscribed()
    }

    /// Where everything is kept.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.state.store
    }

    /// The executor that plays scripts, if that is the one in use.
    #[must_use]
    pub fn scripted(&self) -> Option<&Scripted> {
        self.state.scripted.as_ref()
    }

    /// Lets the next request with the root field `operation` fail. Several wait in a row.
    pub fn fail_next(&self, operation: &str, fault: Fault) {
        self.state.faults.add(operation, fault);
    }

    /// The next `operation` is refused with a resolver's error.
    pub fn refuse_next(&self, operation: &str, message: &str) {
        self.fail_next(operation, Fault::Message(message.to_owned()));
    }

    /// The next `operation` is answered late.
    pub fn delay_next(&self, operation: &str, by: Duration) {
        self.fail_next(operation, Fault::Delay(by));
    }

    /// Lets all subscriptions that are open now fall silent, those of administrators aside: what a
    /// Lagoon does to each after 300 seconds.
    pub fn silence_subscriptions(&self) {
        self.state.faults.silence_subscriptions();
    }

    /// Whether logs and files cannot be reached from now on.
    pub fn set_storage_down(&self, down: bool) {
        self.state.faults.set_storage_down(down);
    }

    /// Puts a run into a status, and adds to its log. False when there is no such run.
    ///
    /// # Errors
    ///
    /// When the store cannot be written, or runs are not scripted here.
    pub fn set_run(
        &self,
        id: i64,
        status: Status,
        log: Option<&str>,
    ) -> Result<bool, SandboxError> {
        let scripted = self.scripted().ok_or(SandboxError::NotScripted)?;
        Ok(scripted.set_run(id, status, log)?)
    }

    /// Removes a run, as Lagoon's retention does. False when there is no such run.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    pub fn drop_run(&self, id: i32) -> Result<bool, SandboxError> {
        let gone = self
            .state
            .store
            .write(|tx| rows::runs::delete(tx, id).map_err(store::StoreError::from));
        Ok(gone?)
    }
}
