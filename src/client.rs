//! A client for tasks on Lagoon, for use in other programs.
//!
//! A [`Client`] is the connection to one Lagoon. It leads to an [`Environment`], which has the
//! [`Task`]s that can be invoked there and the [`Run`]s of the past. [`Task::invoke`] prepares a start:
//! values are checked before anything is sent, the request to start is sent once, and if its reply is
//! lost, the run is looked up instead of started twice. [`Run::wait`] waits for the end of a run.
//!
//! All methods need a tokio runtime with timers and network; their futures are `Send`. A client is
//! cheap to clone, and clones share their connections. `examples/list.rs` and
//! `examples/invoke_and_wait.rs` are complete programs.

mod environment;
mod error;
mod run;
mod task;
mod token;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use url::Url;

use crate::lagoon::{self, Connection, Lagoon, Network, NetworkVariables};
use crate::ops::places::place;
use crate::ops::runs::read;
use crate::state::Claims;

pub use crate::domain::run::Outcome;
pub use crate::domain::task::argument::{Argument, ArgumentKind};
pub use environment::Environment;
pub use error::{Error, ErrorKind};
pub use run::{File, Run};
pub use task::{Invocation, Task};
pub use token::TokenSource;

/// The connection to one Lagoon.
#[derive(Clone)]
pub struct Client {
    lagoon: Lagoon,
    record: Arc<LazyLock<StartRecord, OpenRecord>>,
}

type OpenRecord = Box<dyn FnOnce() -> StartRecord + Send>;

/// The record of started runs, which the first start opens.
struct StartRecord {
    claims: Claims,
    /// Without a state folder, starts of one client are told apart.
    _folder: Option<tempfile::TempDir>,
}

/// The settings of a [`Client`].
pub struct ClientBuilder {
    address: String,
    tokens: Option<Arc<dyn lagoon::Credentials>>,
    proxy: Option<String>,
    certificate_authority: Option<Vec<u8>>,
    allow_http: bool,
    request_timeout: Duration,
    state_folder: Option<PathBuf>,
}

/// The longest reply that is read, in bytes.
const MAX_RESPONSE: u64 = 256 << 20;

impl Client {
    /// Begins a client for the GraphQL endpoint at this address, such as
    /// `https://api.example.com/graphql`.
    pub fn builder(address: impl Into<String>) -> ClientBuilder {
        ClientBuilder {
            address: address.into(),
            tokens: None,
            proxy: None,
            certificate_authority: None,
            allow_http: false,
            request_timeout: Duration::from_secs(30),
            state_folder: None,
        }
    }

    /// The names of the projects that the signed-in user can see, by id.
    ///
    /// # Errors
    /// Any failure of the request.
    pub async fn projects(&self) -> Result<Vec<String>, Error> {
        let projects = place::all_projects(&self.lagoon).await?;
        Ok(projects.into_iter().map(|project| project.name).collect())
    }

    /// The environments of a project, by name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a project that does not exist or is not visible.
    pub async fn environments(&self, project: &str) -> Result<Vec<Environment>, Error> {
        let (_, all) = place::project(&self.lagoon, project).await?;
        let all = all.into_iter();
        Ok(all.map(|inner| Environment::new(self, inner)).collect())
    }

    /// An environment of a project, with its services.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a project or an environment that does not exist or is not visible.
    pub async fn environment(&self, project: &str, name: &str) -> Result<Environment, Error> {
        let view = place::environment(&self.lagoon, project, name, false).await?;
        Ok(Environment::new(self, view.environment))
    }

    /// A run by its id.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a run that does not exist, or does not any more.
    pub async fn run(&self, id: i64) -> Result<Run, Error> {
        let inner = read::by_id(&self.lagoon, id).await?;
        Ok(Run::new(self, inner))
    }
}

impl ClientBuilder {
    /// Signs in with this token. When it expires, requests fail with [`ErrorKind::NotAllowed`]: to wait
    /// for runs longer than the token is valid, use [`ClientBuilder::token_source`].
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens = Some(Arc::new(token::Fixed(token.into())));
        self
    }

    /// Signs in with the tokens of this source, which is asked for a new one when Lagoon refuses the
    /// last.
    #[must_use]
    pub fn token_source(mut self, source: impl TokenSource + 'static) -> Self {
        self.tokens = Some(Arc::new(token::Renewed::new(source)));
        self
    }

    /// Connects through this proxy, except to this machine. Without it, the proxy variables of the
    /// process apply.
    #[must_use]
    pub fn proxy(mut self, address: impl Into<String>) -> Self {
        self.proxy = Some(address.into());
        self
    }

    /// Trusts these certificate authorities as well: one or more certificates in PEM.
    #[must_use]
    pub fn certificate_authority(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificate_authority = Some(pem.into());
        self
    }

    /// Sends the token over plain http also to other machines, which everybody on the way can read.
    #[must_use]
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Limits each request, retries included; 30 seconds otherwise.
    #[must_use]
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.request_timeout = limit;
        self
    }

    /// Keeps a record of started runs in this folder. Clients that share it never take each other's
    /// runs for their own after a lost reply. Without it, only clones of one client do.
    #[must_use]
    pub fn state_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.state_folder = Some(folder.into());
        self
    }

    /// Finishes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] without a token, and for an address, a proxy or a certificate
    /// authority that cannot be used.
    pub fn build(self) -> Result<Client, Error> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidInput, message);
        let url = Url::parse(&self.address).map_err(|error| {
            invalid(format!(
                "`{}` is not a valid address: {error}",
                self.address
            ))
        })?;
        let tokens = self.tokens;
        let credentials = tokens.ok_or_else(|| invalid(String::from("no token given")))?;
        let network = Network {
            ca_pem: self.certificate_authority,
            timeout: self.request_timeout,
            allow_http: self.allow_http,
            proxy: self.proxy,
            variables: NetworkVariables::read(crate::env::named_os),
            observer: None,
        };
        // Shows what cannot be used.
        network.client(&url).map_err(crate::error::Error::from)?;
        let (state_folder, address) = (self.state_folder, url.to_string());
        let open: OpenRecord = Box::new(move || {
            let own = state_folder.is_none().then(tempfile::tempdir);
            let own = own.and_then(Result::ok);
            let folder = state_folder
                .as_deref()
                .or(own.as_ref().map(|own| own.path()));
            StartRecord {
                claims: Claims::open(folder, &address),
                _folder: own,
            }
        });
        Ok(Client {
            record: Arc::new(LazyLock::new(open)),
            lagoon: Lagoon::new(Connection {
                url,
                credentials,
                network,
                max_response: MAX_RESPONSE,
                trace: None,
            }),
        })
    }
}

/// Compiles only while the futures can be given to `tokio::spawn`.
#[cfg(test)]
fn _futures_are_send(client: &Client, environment: &Environment, task: &Task, run: &mut Run) {
    fn is_send(_: impl Send) {}
    is_send(client.projects());
    is_send(client.environments("a"));
    is_send(client.environment("a", "b"));
    is_send(client.run(1));
    is_send(environment.tasks());
    is_send(environment.task("a"));
    is_send(environment.runs(1));
    is_send(task.invoke().start());
    is_send(run.wait(None));
    is_send(run.refresh());
    is_send(run.log());
    is_send(run.files());
    is_send(run.download("a", &mut Vec::new()));
    is_send(run.upload(std::path::Path::new("a")));
}
