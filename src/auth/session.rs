//! The token for one Lagoon over time: kept, renewed before it ends and when it is refused.
//!
//! Processes share what is kept. Whoever signs in holds the account's lock, and looks first whether
//! somebody else has just done it.

mod keeper;
mod renewal;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use url::Url;

use super::browser::Granted;
use super::kept::{Age, age};
use super::web::Web;
use super::{Account, AuthError, Kept, Renewals, Secret, TokenStore, Way, expiry, is_jwt};
use crate::clock::wall_time;
use crate::config::{ContextName, cached_token};
use keeper::Keeper;
pub use keeper::Memory;
use renewal::Renewal;

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
    /// When it was received, if that was just after its issue.
    pub received: Option<Timestamp>,
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
    /// How whoever renews what a browser signed in to is reached.
    pub web: Option<Arc<dyn Web>>,
    /// What to do where none can be got.
    pub advice: Vec<String>,
    /// Told of sign-ins.
    pub notices: Arc<dyn Notices>,
    /// How long a renewal of a browser's sign-in may take, the wait for other processes included.
    pub patience: Duration,
    /// Where renewals are registered.
    pub renewals: Renewals,
    /// What this process has received, for when it cannot be stored.
    pub memory: Memory,
}

impl Session {
    /// A token that is good for now, got anew where need be.
    ///
    /// # Errors
    /// When there is none and none can be got.
    pub async fn token(&self) -> Result<Token, AuthError> {
        let failure = match self.renewed(None).await {
            Ok(Some(token)) => return Ok(token),
            Ok(None) => None,
            Err(error @ AuthError::Exposed(_)) => return Err(error),
            Err(error) => Some(error),
        };
        // A token that is about to end is better than none. If no other can be got, one that has
        // ended is used as well: this machine's clock may be wrong, and Lagoon decides.
        match (self.peek_valid(), failure) {
            (Ok(Some(token)), Some(failure)) => match self.age(&token) {
                Age::Over(_) => Err(failure),
                Age::Good | Age::Ending => Ok(token),
            },
            (_, Some(failure)) => Err(failure),
            (token, None) => token?.ok_or_else(|| self.missing()),
        }
    }

    /// Another token than the one that was refused; `None` where there is none to be had.
    ///
    /// # Errors
    /// When there is a way to get one, and it fails; and when the refused token had expired.
    pub async fn other_than(&self, refused: &str) -> Result<Option<Token>, AuthError> {
        if let Some(newer) = self.renewed(Some(refused)).await? {
            return Ok(Some(newer));
        }
        // Of a token in memory, Lagoon's own words say enough.
        if self.store.is_some()
            && let Some(token) = self.all()?.iter().find(|t| t.secret.expose() == refused)
        {
            check_end(token, &self.advice)?;
        }
        Ok(None)
    }

    fn missing(&self) -> AuthError {
        AuthError::Missing {
            label: self.label.clone(),
            hints: self.advice.clone(),
        }
    }

    /// Signs in even if a valid token is stored. Does not store the new token.
    ///
    /// # Errors
    /// When there is no way to, or it fails.
    pub async fn sign_in_anew(&self) -> Result<Kept, AuthError> {
        let sign_in = self.sign_in.as_ref().ok_or_else(|| self.missing())?;
        self.notices.note(&sign_in.words());
        Ok(self.kept(sign_in.token().await?, sign_in.way()))
    }

    /// The session with this token only: no other is read, requested or stored.
    #[must_use]
    pub fn with_only(&self, kept: &Kept) -> Session {
        let memory = Memory::default();
        memory.remember(kept);
        Session {
            account: self.account.clone(),
            api: self.api.clone(),
            label: self.label.clone(),
            store: None,
            lagoon_cli: None,
            sign_in: None,
            web: None,
            advice: Vec::new(),
            notices: Arc::clone(&self.notices),
            patience: self.patience,
            renewals: self.renewals.clone(),
            memory,
        }
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
        self.keeper().kept(token, way)
    }

    /// What would be kept of what a browser brought.
    #[must_use]
    pub fn granted(&self, granted: Granted) -> Kept {
        self.keeper().granted(granted)
    }

    fn keeper(&self) -> Keeper {
        Keeper {
            account: self.account.clone(),
            api: self.api.clone(),
            store: self.store.clone(),
            notices: Arc::clone(&self.notices),
            memory: self.memory.clone(),
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
        let of = |age| all.iter().position(|token| self.age(token) == age);
        let best = of(Age::Good).or_else(|| of(Age::Ending)).unwrap_or(0);
        Ok((!all.is_empty()).then(|| all.swap_remove(best)))
    }

    /// When it is over with this session, if it cannot be renewed.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        if !matches!(self.renewal(), Ok(Renewal::None)) {
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
        all.extend(self.memory.last().map(token_of));
        if let Some((path, name)) = &self.lagoon_cli {
            let token = cached_token(path, name).filter(|token| is_jwt(token));
            all.extend(token.map(|token| Token {
                secret: Secret::new(token),
                found: Found::LagoonCli(path.clone()),
                received: None,
            }));
        }
        Ok(all)
    }

    fn good(&self, refused: Option<&str>) -> Result<Option<Token>, AuthError> {
        let is_good = |token: &Token| {
            refused != Some(token.secret.expose())
                && (self.age(token) == Age::Good || self.memory.is_fresh(&token.secret))
        };
        Ok(self.all()?.into_iter().find(is_good))
    }

    /// What there is, in a form that can be sent.
    fn peek_valid(&self) -> Result<Option<Token>, AuthError> {
        let token = self.peek()?;
        if let Some(token) = &token {
            check_form(token)?;
        }
        Ok(token)
    }

    fn age(&self, token: &Token) -> Age {
        age(&token.secret, token.received, wall_time())
    }
}

fn token_of(kept: Kept) -> Token {
    Token {
        secret: kept.token,
        found: Found::Store(kept.way),
        received: kept.received,
    }
}

/// Refuses what cannot be sent.
pub(super) fn check_form(token: &Token) -> Result<(), AuthError> {
    let text = token.secret.expose();
    // A blank or a line break in it would break the header it is sent in.
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(AuthError::Malformed {
            origin: format!("what is in {}", token.found),
        });
    }
    Ok(())
}

/// Explains why Lagoon refused a token that has expired.
pub(super) fn check_end(token: &Token, advice: &[String]) -> Result<(), AuthError> {
    match expiry(token.secret.expose()) {
        Some(at) if at <= wall_time() => Err(AuthError::Expired {
            origin: format!("in {}", token.found),
            at,
            hints: advice.to_vec(),
        }),
        _ => Ok(()),
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
