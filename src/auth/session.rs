//! The token for one Lagoon: stored, renewed before it ends, and replaced when Lagoon refuses it.
//!
//! Processes share stored tokens. A process that signs in locks the account, and first checks for a
//! token that another process has just stored.

mod keeper;
mod renewal;
mod renewals;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use url::Url;

use super::browser::BrowserTokens;
use super::store::{TokenAge, age};
use super::{
    Account, AuthError, Secret, SignInMethod, StoredToken, TokenStore, Web, expiry, is_jwt,
};
use crate::clock::wall_time;
use crate::config::{ContextName, cached_token};
use keeper::Keeper;
pub(crate) use keeper::Memory;
use renewal::Renewal;
pub(crate) use renewals::Renewals;

#[async_trait]
pub(crate) trait SignIn: Send + Sync {
    fn way(&self) -> SignInMethod;
    /// The notice before a sign-in.
    fn words(&self) -> String;
    async fn token(&self) -> Result<Secret, AuthError>;
}

/// The notices contain no secret.
pub(crate) trait Notices: Send + Sync {
    fn note(&self, text: &str);
    fn warn(&self, text: &str);
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenLocation {
    Variable,
    Store(SignInMethod),
    LagoonCli(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub secret: Secret,
    pub found: TokenLocation,
    pub received: Option<Timestamp>,
}

pub(crate) struct Session {
    pub account: Account,
    pub api: Url,
    /// In messages, for example "the context `acme`".
    pub label: String,
    pub store: Option<TokenStore>,
    /// That program's file and the context's name there, if its token may be used.
    pub lagoon_cli: Option<(PathBuf, ContextName)>,
    pub sign_in: Option<Box<dyn SignIn>>,
    pub web: Option<Arc<dyn Web>>,
    pub advice: Vec<String>,
    pub notices: Arc<dyn Notices>,
    /// The limit for a renewal, including the wait for other processes.
    pub patience: Duration,
    pub renewals: Renewals,
    /// Tokens of this process, for when they cannot be stored.
    pub memory: Memory,
}

impl Session {
    pub(crate) async fn token(&self) -> Result<Token, AuthError> {
        let failure = match self.renewed(None).await {
            Ok(Some(token)) => return Ok(token),
            Ok(None) => None,
            Err(error @ AuthError::Exposed(_)) => return Err(error),
            Err(error) => Some(error),
        };
        // A token that is about to end is better than none. If no other can be obtained, one that
        // has ended is used as well: this machine's clock may be wrong, and Lagoon decides.
        match (self.peek_valid(), failure) {
            (Ok(Some(token)), Some(failure)) => match self.age(&token) {
                TokenAge::Expired(_) => Err(failure),
                TokenAge::Fresh | TokenAge::Expiring => Ok(token),
            },
            (_, Some(failure)) => Err(failure),
            (token, None) => token?.ok_or_else(|| self.missing()),
        }
    }

    /// `None` if there is no way to get one.
    pub(crate) async fn replace(&self, refused: &str) -> Result<Option<Token>, AuthError> {
        if let Some(newer) = self.renewed(Some(refused)).await? {
            return Ok(Some(newer));
        }
        // The expiry of a token in memory is not reported, because Lagoon's own message is enough.
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

    /// Signs in even with a valid token. Does not store the new one.
    pub(crate) async fn sign_in_again(&self) -> Result<StoredToken, AuthError> {
        let sign_in = self.sign_in.as_ref().ok_or_else(|| self.missing())?;
        self.notices.note(&sign_in.words());
        Ok(self.kept(sign_in.token().await?, sign_in.way()))
    }

    /// No other token is read, requested or stored.
    pub(crate) fn with_only(&self, kept: &StoredToken) -> Session {
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

    pub(crate) fn keep(&self, kept: &StoredToken) -> Result<(), AuthError> {
        let store = self.store.as_ref().ok_or(AuthError::NoFolder)?;
        store.write(&self.account, kept)
    }

    pub(crate) fn kept(&self, token: Secret, way: SignInMethod) -> StoredToken {
        self.keeper().kept(token, way)
    }

    pub(crate) fn granted(&self, granted: BrowserTokens) -> StoredToken {
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

    /// Does not sign in.
    pub(crate) fn usable_for_now(&self) -> Result<Option<Token>, AuthError> {
        self.usable_token(None)
    }

    /// A stored token, valid or not. Does not sign in.
    pub(crate) fn peek(&self) -> Result<Option<Token>, AuthError> {
        let mut all = self.all()?;
        let of = |age| all.iter().position(|token| self.age(token) == age);
        let best = of(TokenAge::Fresh)
            .or_else(|| of(TokenAge::Expiring))
            .unwrap_or(0);
        Ok((!all.is_empty()).then(|| all.swap_remove(best)))
    }

    /// `None` if the token can be renewed.
    pub(crate) fn ends(&self) -> Option<Timestamp> {
        if !matches!(self.renewal(), Ok(Renewal::None)) {
            return None;
        }
        expiry(self.peek().ok()??.secret.expose())
    }

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
                found: TokenLocation::LagoonCli(path.clone()),
                received: None,
            }));
        }
        Ok(all)
    }

    fn usable_token(&self, refused: Option<&str>) -> Result<Option<Token>, AuthError> {
        let is_good = |token: &Token| {
            refused != Some(token.secret.expose())
                && (self.age(token) == TokenAge::Fresh || self.memory.is_fresh(&token.secret))
        };
        Ok(self.all()?.into_iter().find(is_good))
    }

    fn peek_valid(&self) -> Result<Option<Token>, AuthError> {
        let token = self.peek()?;
        if let Some(token) = &token {
            check_form(token)?;
        }
        Ok(token)
    }

    fn age(&self, token: &Token) -> TokenAge {
        age(&token.secret, token.received, wall_time())
    }
}

fn token_of(kept: StoredToken) -> Token {
    Token {
        secret: kept.token,
        found: TokenLocation::Store(kept.way),
        received: kept.received,
    }
}

pub(super) fn check_form(token: &Token) -> Result<(), AuthError> {
    let text = token.secret.expose();
    // A blank or a line break would break the header.
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(AuthError::Malformed {
            origin: format!("the content of {}", token.found),
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

impl std::fmt::Display for TokenLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TokenLocation::Variable => f.write_str("TASKS_TOKEN"),
            TokenLocation::Store(_) => f.write_str("the token store"),
            TokenLocation::LagoonCli(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests;
