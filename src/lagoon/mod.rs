//! The only module that talks to a Lagoon.
//!
//! It is given an address and a source of tokens; it reads no file and no variable. Generated types
//! stay in `operations` and leave it as `domain` types.

#[cfg(feature = "cli")]
pub(crate) mod discovery;
#[cfg(feature = "cli")]
pub(crate) mod document;
pub(crate) mod download;
pub(crate) mod error;
pub(crate) mod events;
pub(crate) mod file_store;
pub(crate) mod network;
pub(crate) mod operations;
pub(crate) mod reply;
pub(crate) mod transport;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use url::Url;

#[cfg(feature = "cli")]
pub(crate) use discovery::discover;
pub(crate) use download::{Beginning, Download, Version};
pub(crate) use error::LagoonError;
pub(crate) use events::{RunEvent, RunSubscription};
pub(crate) use file_store::UploadFile;
pub(crate) use network::Network;
pub(crate) use network::certificates::CertificateError;
#[cfg(feature = "cli")]
pub(crate) use network::loopback::is_loopback;
pub(crate) use network::variables::NetworkVariables;
pub(crate) use transport::Effect;
pub(crate) use transport::limit::{Measure, SizeLimit};
pub(crate) use transport::streamed::Receiver;

#[derive(Clone)]
pub struct Connection {
    /// The GraphQL endpoint, with `/graphql`.
    pub url: Url,
    pub credentials: Arc<dyn Credentials>,
    pub network: Network,
    /// The longest response in memory, in bytes.
    pub max_response: u64,
    /// Receives every request (`-v`), without secrets.
    pub trace: Option<Arc<dyn Trace>>,
}

/// A source of bearer tokens.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// A token that should be valid.
    async fn token(&self) -> Result<String, CredentialsError>;
    /// A newer token after a 401; `None` if there is none.
    async fn renew(&self, rejected: &str) -> Result<Option<String>, CredentialsError>;
    /// The server of new tokens, if waiting for it counts towards the request's limit; `None` if
    /// signing in has limits of its own, as ssh has.
    fn renewed_by(&self) -> Option<String> {
        None
    }
    /// Hints for a refused token that cannot be renewed.
    fn advice(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The message is for the user and has no secret.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CredentialsError {
    pub message: String,
    pub hints: Vec<String>,
    /// The token server could not be reached.
    pub is_transient: bool,
}

/// Is told of requests, in order to show that one takes long.
pub trait RequestObserver: Debug + Send + Sync {
    /// A request to this host begins. It ends when the returned value is dropped.
    fn begin(&self, host: &str) -> Box<dyn Send>;
}

pub trait Trace: Send + Sync {
    /// Secrets are masked.
    fn line(&self, text: &str);
}

/// A client of a Lagoon. Nothing is opened before the first request.
#[derive(Clone)]
pub struct Lagoon {
    transport: Arc<transport::Transport>,
    /// The limit for one logical request, retries included.
    patience: Duration,
}

impl Lagoon {
    pub fn new(connection: Connection) -> Self {
        Lagoon {
            patience: connection.network.timeout,
            transport: Arc::new(transport::Transport::new(connection)),
        }
    }

    /// The same client with at most this limit for a request.
    pub fn within(&self, limit: Duration) -> Self {
        Lagoon {
            transport: Arc::clone(&self.transport),
            patience: self.patience.min(limit),
        }
    }

    /// Signs in again after a mutation was answered with 401, which the transport does not do
    /// itself; `false` if there is no other token, as with `TASKS_TOKEN`.
    pub async fn renew_token(&self) -> Result<bool, LagoonError> {
        self.transport.renew_token().await
    }

    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    #[cfg(feature = "cli")]
    pub(crate) fn url(&self) -> &Url {
        &self.transport.connection().url
    }
}
