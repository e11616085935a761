//! Tokens that a program gives to its client.

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::lagoon::{Credentials, CredentialsError};

/// A source of tokens.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// A new token. Called before the first request, and after Lagoon has refused the last token.
    ///
    /// # Errors
    /// A message for the user, without secrets.
    async fn token(&self) -> Result<String, String>;
}

/// One token, which cannot be renewed.
pub(super) struct Fixed(pub(super) String);

#[async_trait]
impl Credentials for Fixed {
    async fn token(&self) -> Result<String, CredentialsError> {
        Ok(self.0.clone())
    }

    async fn renew(&self, _: &str) -> Result<Option<String>, CredentialsError> {
        Ok(None)
    }
}

/// The last token of a source, until Lagoon refuses it.
pub(super) struct Renewed<S> {
    source: S,
    last: Mutex<Option<String>>,
}

impl<S: TokenSource> Renewed<S> {
    pub(super) fn new(source: S) -> Self {
        Renewed {
            source,
            last: Mutex::default(),
        }
    }

    /// The last token unless it is the refused one, else a new one. Requests that need a new token at
    /// the same time wait for the same one.
    async fn replace(&self, refused: Option<&str>) -> Result<String, CredentialsError> {
        let mut last = self.last.lock().await;
        if let Some(token) = last
            .as_ref()
            .filter(|token| Some(token.as_str()) != refused)
        {
            return Ok(token.clone());
        }
        let token = self
            .source
            .token()
            .await
            .map_err(|message| CredentialsError {
                message,
                hints: Vec::new(),
                is_transient: false,
            })?;
        *last = Some(token.clone());
        Ok(token)
    }
}

#[async_trait]
impl<S: TokenSource> Credentials for Renewed<S> {
    async fn token(&self) -> Result<String, CredentialsError> {
        self.replace(None).await
    }

    async fn renew(&self, rejected: &str) -> Result<Option<String>, CredentialsError> {
        let token = self.replace(Some(rejected)).await?;
        Ok(Some(token).filter(|token| token != rejected))
    }
}
