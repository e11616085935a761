//! HTTP to whoever gives out tokens. Who implements it decides about certificates, proxies and
//! plain http.

use async_trait::async_trait;
pub use oauth2::{HttpRequest, HttpResponse};

/// Sends one request.
#[async_trait]
pub trait Web: Send + Sync {
    /// Sends one request and reads the answer, whatever its status; follows nothing.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, WebError>;
}

/// Why there is no answer. The message holds nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WebError {
    /// What is wrong.
    pub message: String,
    /// The network's fault: trying again may help.
    pub is_passing: bool,
}
