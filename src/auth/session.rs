//! The token for one Lagoon over time: kept, renewed before it ends and when it is refused.
//!
//! Processes share what is kept. Whoever signs in holds the account's lock, and looks first whether
//! somebody else has just done it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use url::Url;

use super::browser::{self, Granted, Refresh};
use super::kept::{Age, age};
use super::store::Lock;
use super::web::Web;
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
    /// How whoever renews what a browser signed in to is reached.
    pub web: Option<Arc<dyn Web>>,
    /// What to do where none can be got.
    pub advice: Vec<String>,
    /// Told of sign-ins.
    pub notices: Arc<dyn Notices>,
    /// The last one that was got here and when, for when it cannot be kept.
    pub last: Mutex<Option<(Kept, Instant)>>,
}

/// A token that was just got is used, whatever this machine's clock says of its end: else a wrong
/// clock would have every request sign in.
const FRESH: Duration = Duration::from_secs(20);

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
        // What is about to end is better than nothing.
        match (self.still_usable(), failure) {
            (Ok(Some(token)), _) => Ok(token),
            (_, Some(failure)) => Err(failure),
            (usable, None) => usable?.ok_or_else(|| self.missing()),
        }
    }

    /// Another token than the one that was refused; `None` where there is none to be had.
    ///
    /// # Errors
    /// When there is a way to get one, and it fails.
    pub async fn other_than(&self, refused: &str) -> Result<Option<Token>, AuthError> {
        self.renewed(Some(refused)).await
    }

    /// A good token but the one that was refused, from the first of: what is kept, what somebody
    /// else has just got, and what can be got.
    async fn renewed(&self, refused: Option<&str>) -> Result<Option<Token>, AuthError> {
        if let Some(good) = self.good(refused)? {
            return Ok(Some(good));
        }
        if matches!(self.renewal()?, Renewal::None) {
            return Ok(None);
        }
        let _lock = self.lock().await;
        if let Some(good) = self.good(refused)? {
            return Ok(Some(good));
        }
        match self.renewal()? {
            Renewal::None => Ok(None),
            Renewal::Ssh(sign_in) => {
                self.notices.note(&sign_in.words());
                let kept = self.kept(sign_in.token().await?, sign_in.way());
                Ok(Some(self.got(kept)))
            }
            Renewal::Refresh(refresh, web) => match browser::renew(&refresh, web).await? {
                Some(granted) => Ok(Some(self.got(self.granted(granted)))),
                None => Err(self.browser_ended()),
            },
            Renewal::Ended => Err(self.browser_ended()),
        }
    }

    /// How a new token can be got. Who signed in with a browser does not become somebody else
    /// because a key lies about.
    fn renewal(&self) -> Result<Renewal<'_>, AuthError> {
        let kept = match &self.store {
            Some(store) => store.read(&self.account, &self.api)?,
            None => None,
        };
        let kept = kept.or_else(|| Some(self.last()?.0));
        Ok(match (kept, &self.web, &self.sign_in) {
            (Some(kept), Some(web), _) if kept.way == Way::Browser => match kept.refresh {
                Some(refresh) if refresh.ends.is_none_or(|at| at > Timestamp::now()) => {
                    Renewal::Refresh(refresh, Arc::clone(web))
                }
                _ => Renewal::Ended,
            },
            (_, _, Some(sign_in)) => Renewal::Ssh(&**sign_in),
            _ => Renewal::None,
        })
    }

    fn missing(&self) -> AuthError {
        AuthError::Missing {
            label: self.label.clone(),
            hints: self.advice.clone(),
        }
    }

    fn browser_ended(&self) -> AuthError {
        let of = self.account.context();
        let of = of.map_or(String::new(), |name| format!(" -l {name}"));
        AuthError::BrowserEnded {
            label: self.label.clone(),
            hint: format!("sign in again: tasks login{of} --browser, or over ssh: tasks login{of}"),
        }
    }

    /// Signs in, whatever is kept, and keeps that.
    ///
    /// # Errors
    /// When there is no way to, it fails, or the token cannot be kept.
    pub async fn sign_in_anew(&self) -> Result<Token, AuthError> {
        let sign_in = self.sign_in.as_ref().ok_or_else(|| self.missing())?;
        let _lock = self.lock().await;
        self.notices.note(&sign_in.words());
        let kept = self.kept(sign_in.token().await?, sign_in.way());
        self.keep(&kept)?;
        self.remember(&kept);
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
            refresh: None,
        }
    }

    /// What would be kept of what a browser brought.
    #[must_use]
    pub fn granted(&self, granted: Granted) -> Kept {
        Kept {
            refresh: granted.refresh,
            ..self.kept(granted.token, Way::Browser)
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
        all.extend(self.last().map(|(last, _)| token_of(last)));
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
        let fresh = self.last().filter(|(_, got)| got.elapsed() < FRESH);
        let is_fresh = |secret: &Secret| fresh.as_ref().is_some_and(|(f, _)| f.token == *secret);
        let is_good = |Token { secret, .. }: &Token| {
            refused != Some(secret.expose()) && (age(secret, now) == Age::Good || is_fresh(secret))
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

    /// Keeps what was got, as far as that goes.
    fn got(&self, kept: Kept) -> Token {
        if age(&kept.token, Timestamp::now()) != Age::Good {
            self.notices
                .warn("the new token ends at once by this machine's clock: is the clock right?");
        }
        let stored = self.store.as_ref().map(|s| s.write(&self.account, &kept));
        if let Some(Err(error)) = stored {
            let why = std::error::Error::source(&error).map(|s| format!(": {s}"));
            let why = why.unwrap_or_default();
            self.notices.warn(&format!(
                "the token is not kept, as it should be: {error}{why}"
            ));
        }
        self.remember(&kept);
        token_of(kept)
    }

    fn last(&self) -> Option<(Kept, Instant)> {
        self.last.lock().ok()?.clone()
    }

    fn remember(&self, kept: &Kept) {
        if let Ok(mut last) = self.last.lock() {
            *last = Some((kept.clone(), Instant::now()));
        }
    }
}

/// How a new token can be got.
enum Renewal<'a> {
    Refresh(Refresh, Arc<dyn Web>),
    Ssh(&'a dyn SignIn),
    /// Only by the user, with a browser.
    Ended,
    None,
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
