//! The token for one Lagoon over time: kept, renewed before it ends and when it is refused.
//!
//! Processes share what is kept. Whoever signs in holds the account's lock, and looks first whether
//! somebody else has just done it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use url::Url;

use super::kept::{Age, age};
use super::store::Lock;
use super::{Account, AuthError, Kept, Secret, TokenStore, Way, expiry, is_jwt};
use crate::config::{ContextName, cached_token};

/// A way to get a new token without the user's doing.
#[async_trait]
pub trait SignIn: Send + Sync {
    /// What is kept with the token.
    fn way(&self) -> Way;
    /// What is said before it is done.
    fn words(&self) -> String;
    /// Gets the token.
    async fn token(&self) -> Result<Secret, AuthError>;
}

/// Somebody who is told what happens; nothing secret.
pub trait Notices: Send + Sync {
    /// A line of information.
    fn note(&self, text: &str);
    /// Something that is not as it should be.
    fn warn(&self, text: &str);
}

/// Where a token was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// `TASKS_TOKEN`.
    Variable,
    /// The store, and how it got there.
    Store(Way),
    /// The file of the `lagoon` CLI.
    LagoonCli(PathBuf),
}

/// A token and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub secret: Secret,
    /// Where it was found.
    pub found: Found,
}

/// Everything about signing in to one Lagoon.
pub struct Session {
    /// Whose token is kept.
    pub account: Account,
    /// Where it may be sent.
    pub api: Url,
    /// What this Lagoon is called, as in "the context `acme`".
    pub label: String,
    /// Where tokens are kept, if there is a place.
    pub store: Option<TokenStore>,
    /// The `lagoon` CLI's file and the name there, where that program's token counts.
    pub lagoon_cli: Option<(PathBuf, ContextName)>,
    /// How a new one is got.
    pub sign_in: Option<Box<dyn SignIn>>,
    /// What to do where none can be got.
    pub advice: Vec<String>,
    /// Told of sign-ins.
    pub notices: Arc<dyn Notices>,
    /// The last one, for when it cannot be kept.
    pub last: Mutex<Option<Kept>>,
}

impl Session {
    /// A token that is good for now, got anew where need be.
    ///
    /// # Errors
    /// When there is none and none can be got.
    pub async fn token(&self) -> Result<Token, AuthError> {
        if let Some(good) = self.good(None)? {
            return Ok(good);
        }
        let Some(sign_in) = &self.sign_in else {
            return self.still_usable()?.ok_or_else(|| AuthError::Missing {
                label: self.label.clone(),
                hints: self.advice.clone(),
            });
        };
        let _lock = self.lock().await;
        if let Some(good) = self.good(None)? {
            return Ok(good);
        }
        match self.get(&**sign_in).await {
            Ok(token) => Ok(token),
            // What is about to end is better than nothing.
            Err(error) => match self.still_usable() {
                Ok(Some(token)) => Ok(token),
                _ => Err(error),
            },
        }
    }

    /// Another token than the one that was refused; `None` where there is none to be had.
    ///
    /// # Errors
    /// When there is a way to get one, and it fails.
    pub async fn other_than(&self, refused: &str) -> Result<Option<Token>, AuthError> {
        if let Some(other) = self.good(Some(refused))? {
            return Ok(Some(other));
        }
        let Some(sign_in) = &self.sign_in else {
            return Ok(None);
        };
        let _lock = self.lock().await;
        if let Some(other) = self.good(Some(refused))? {
            return Ok(Some(other));
        }
        self.get(&**sign_in).await.map(Some)
    }

    /// Signs in, whatever is kept, and keeps that.
    ///
    /// # Errors
    /// When there is no way to, it fails, or the token cannot be kept.
    pub async fn sign_in_anew(&self) -> Result<Token, AuthError> {
        let sign_in = self.sign_in.as_ref().ok_or_else(|| AuthError::Missing {
            label: self.label.clone(),
            hints: self.advice.clone(),
        })?;
        let _lock = self.lock().await;
        self.notices.note(&sign_in.words());
        let kept = self.kept(sign_in.token().await?, sign_in.way());
        self.keep(&kept)?;
        Ok(token_of(kept))
    }

    /// Keeps a token that was got elsewhere.
    ///
    /// # Errors
    /// When there is no place for it, or it cannot be written.
    pub fn keep(&self, kept: &Kept) -> Result<(), AuthError> {
        let store = self.store.as_ref().ok_or(AuthError::NoFolder)?;
        store.write(&self.account, kept)
    }

    /// What would be kept of this token.
    #[must_use]
    pub fn kept(&self, token: Secret, way: Way) -> Kept {
        Kept {
            api: self.api.clone(),
            token,
            way,
        }
    }

    /// A token that is good for now, without signing in.
    ///
    /// # Errors
    /// When the store cannot be read, or others can read it.
    pub fn good_for_now(&self) -> Result<Option<Token>, AuthError> {
        self.good(None)
    }

    /// What there is without signing in, good or not.
    ///
    /// # Errors
    /// When the store cannot be read, or others can read it.
    pub fn peek(&self) -> Result<Option<Token>, AuthError> {
        let mut all = self.all()?;
        let now = Timestamp::now();
        let good = all.iter().position(|t| age(&t.secret, now) == Age::Good);
        Ok((!all.is_empty()).then(|| all.swap_remove(good.unwrap_or(0))))
    }

    /// When it is over with this session, if it cannot be renewed.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        if self.sign_in.is_some() {
            return None;
        }
        expiry(self.peek().ok()??.secret.expose())
    }

    /// What there is, the best place first.
    fn all(&self) -> Result<Vec<Token>, AuthError> {
        let mut all = Vec::new();
        if let Some(store) = &self.store {
            all.extend(store.read(&self.account, &self.api)?.map(token_of));
        }
        let last = self.last.lock().ok().and_then(|last| last.clone());
        all.extend(last.map(token_of));
        if let Some((path, name)) = &self.lagoon_cli {
            let token = cached_token(path, name).filter(|token| is_jwt(token));
            all.extend(token.map(|token| Token {
                secret: Secret::new(token),
                found: Found::LagoonCli(path.clone()),
            }));
        }
        Ok(all)
    }

    fn good(&self, refused: Option<&str>) -> Result<Option<Token>, AuthError> {
        let now = Timestamp::now();
        let is_good = |token: &Token| {
            refused != Some(token.secret.expose()) && age(&token.secret, now) == Age::Good
        };
        Ok(self.all()?.into_iter().find(is_good))
    }

    /// What is not over yet, or only by the difference of clocks.
    fn still_usable(&self) -> Result<Option<Token>, AuthError> {
        let Some(token) = self.peek()? else {
            return Ok(None);
        };
        check(&token, Timestamp::now(), &self.advice)?;
        Ok(Some(token))
    }

    /// Where nothing can be written there is nobody to agree with either.
    async fn lock(&self) -> Option<Lock> {
        self.store.as_ref()?.lock(&self.account).await.ok()
    }

    async fn get(&self, sign_in: &dyn SignIn) -> Result<Token, AuthError> {
        self.notices.note(&sign_in.words());
        let kept = self.kept(sign_in.token().await?, sign_in.way());
        if age(&kept.token, Timestamp::now()) != Age::Good {
            self.notices.warn(
                "the new token has ended already by this machine's clock: is the clock right?",
            );
        }
        let stored = self.store.as_ref().map(|s| s.write(&self.account, &kept));
        if let Some(Err(error)) = stored {
            let why = std::error::Error::source(&error).map(|s| format!(": {s}"));
            let why = why.unwrap_or_default();
            self.notices.warn(&format!(
                "the token is not kept, as it should be: {error}{why}"
            ));
        }
        if let Ok(mut last) = self.last.lock() {
            *last = Some(kept.clone());
        }
        Ok(token_of(kept))
    }
}

fn token_of(kept: Kept) -> Token {
    Token {
        secret: kept.token,
        found: Found::Store(kept.way),
    }
}

/// Refuses what cannot be sent, and what is over.
pub(super) fn check(token: &Token, now: Timestamp, advice: &[String]) -> Result<(), AuthError> {
    let text = token.secret.expose();
    // A blank or a line break in it would break the header it is sent in.
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(AuthError::Malformed {
            origin: format!("what is in {}", token.found),
        });
    }
    match age(&token.secret, now) {
        Age::Over(at) => Err(AuthError::Expired {
            origin: format!("in {}", token.found),
            at,
            hints: advice.to_vec(),
        }),
        Age::Good | Age::Ending => Ok(()),
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Found::Variable => f.write_str("TASKS_TOKEN"),
            Found::Store(_) => f.write_str("the store"),
            Found::LagoonCli(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests;
