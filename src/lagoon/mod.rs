//! The only API surface: everything that is said to a Lagoon is said here.
//!
//! This room is given an address and a source of tokens; it reads no file and no variable.
//! Generated types stay in `operations` and leave it as `domain` types.

pub mod discovery;
pub mod document;
pub mod download;
pub mod error;
pub mod events;
pub mod file_store;
pub mod network;
pub mod operations;
pub mod reply;
pub mod transport;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use url::Url;

pub use discovery::discover;
pub use download::{Beginning, Download, Version};
pub use error::LagoonError;
pub use events::{Change, Changes};
pub use file_store::Outgoing;
pub use network::Network;
pub use network::loopback::is_loopback;
pub use network::variables::NetworkVariables;
pub use transport::Effect;
pub use transport::limit::{Measure, SizeLimit};

/// Where a Lagoon is and how to talk to it.
#[derive(Clone)]
pub struct Connection {
    /// The GraphQL endpoint, `/graphql` included.
    pub url: Url,
    /// Where the bearer token comes from.
    pub credentials: Arc<dyn Credentials>,
    /// How it is reached.
    pub network: Network,
    /// The longest reply that is held in memory, in bytes.
    pub max_response: u64,
    /// Told of every request (`-v`); gets no secret.
    pub trace: Option<Arc<dyn Trace>>,
}

/// A source of bearer tokens.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// A token that is believed to be valid.
    async fn token(&self) -> Result<String, CredentialsError>;
    /// A newer token after `rejected` was answered with 401; `None` where there is no newer one.
    async fn renew(&self, rejected: &str) -> Result<Option<String>, CredentialsError>;
    /// The server that a new token is requested from. The time that this takes counts towards the
    /// limit of the request for Lagoon. `None` if signing in has limits of its own, as ssh has.
    fn renewed_by(&self) -> Option<String> {
        None
    }
    /// What the user can do where a token is refused and there is no newer one.
    fn advice(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Why there is no token. The message is for the user and holds no secret.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CredentialsError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hints: Vec<String>,
    /// Whoever gives out tokens could not be reached; trying again may help.
    pub is_passing: bool,
}

/// Somebody who wants to see requests go by.
pub trait Trace: Send + Sync {
    /// One line about a request or its answer, secrets already masked.
    fn line(&self, text: &str);
}

/// A Lagoon that can be talked to. Cheap to make: nothing is opened before the first request.
#[derive(Clone)]
pub struct Lagoon {
    transport: Arc<transport::Transport>,
    /// The limit for one logical request, retries included.
    patience: Duration,
}

impl Lagoon {
    /// A client for this connection.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Lagoon {
            patience: connection.network.timeout,
            transport: Arc::new(transport::Transport::new(connection)),
        }
    }

    /// The same with no more patience than this for one request: for somebody whose time is up
    /// soon.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Lagoon {
            transport: Arc::clone(&self.transport),
            patience: self.patience.min(limit),
        }
    }

    /// Signs in again after a mutation was answered with 401, which the transport does not do on
    /// its own; `false` where there is no other token, as with `TASKS_TOKEN`.
    ///
    /// # Errors
    /// [`LagoonError::NotSignedIn`] or [`LagoonError::NoToken`] when signing in fails.
    pub async fn renew_token(&self) -> Result<bool, LagoonError> {
        self.transport.renew_token().await
    }

    /// The limit for one request, retries included.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// The address this client talks to.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.transport.connection().url
    }
}
