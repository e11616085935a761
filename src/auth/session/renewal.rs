//! Getting a new token: over ssh, or by renewing a browser session.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Session, SignIn, Token};
use crate::auth::browser::web::{Web, WebError, unavailable};
use crate::auth::browser::{self, BrowserError, Refresh};
use crate::auth::store::{Lock, TokenAge};
use crate::auth::{AuthError, SignInMethod, StoredToken};
use crate::clock::{Instant, timeout_at};

/// The limit while the current token can still be used.
const SHORT: Duration = Duration::from_secs(5);

pub(super) enum Renewal<'a> {
    Refresh(Refresh, Arc<dyn Web>),
    Ssh(&'a dyn SignIn),
    /// Only the user can sign in again, with a browser.
    Ended,
    None,
}

struct Attempt {
    limit: Duration,
    until: Instant,
    /// The current token can still be used.
    is_optional: bool,
}

impl Session {
    pub(crate) fn refresh(&self) -> Option<Refresh> {
        self.stored().ok()??.refresh
    }

    pub(crate) fn renewable_until(&self) -> Option<Timestamp> {
        self.refresh()?.ends
    }

    pub(crate) fn renewed_by(&self) -> Option<String> {
        match self.renewal() {
            Ok(Renewal::Refresh(refresh, _)) => {
                Some(refresh.endpoint.origin().ascii_serialization())
            }
            _ => None,
        }
    }

    /// Returns a valid token other than the refused one, stored or new.
    pub(super) async fn renewed(&self, refused: Option<&str>) -> Result<Option<Token>, AuthError> {
        if let Some(good) = self.usable_token(refused)? {
            return Ok(Some(good));
        }
        let attempt = self.attempt(refused)?;
        let lock = match self.renewal()? {
            Renewal::None => return Ok(None),
            Renewal::Refresh(..) => {
                if let Some(failure) = self.memory.failure() {
                    return Err(BrowserError::Web(failure).into());
                }
                let lock = timeout_at(attempt.until, self.lock()).await;
                lock.map_err(|_| {
                    let reason = "an earlier renewal of the session is still in progress";
                    self.not_renewed(&attempt, unavailable(reason.to_owned()))
                })?
            }
            Renewal::Ssh(_) | Renewal::Ended => self.lock().await,
        };
        if let Some(good) = self.usable_token(refused)? {
            return Ok(Some(good));
        }
        match self.renewal()? {
            Renewal::None => Ok(None),
            Renewal::Ssh(sign_in) => {
                self.notices.note(&sign_in.words());
                let kept = self.kept(sign_in.token().await?, sign_in.way());
                Ok(Some(self.keeper().got(kept)))
            }
            Renewal::Refresh(refresh, web) => {
                self.renew(refresh, web, lock, &attempt).await.map(Some)
            }
            Renewal::Ended => Err(self.browser_ended()),
        }
    }

    fn attempt(&self, refused: Option<&str>) -> Result<Attempt, AuthError> {
        let usable = match refused {
            None => self
                .peek()?
                .filter(|token| self.age(token) == TokenAge::Expiring),
            Some(_) => None,
        };
        let limit = match usable {
            Some(_) => SHORT.min(self.patience / 2),
            None => self.patience,
        };
        Ok(Attempt {
            limit,
            until: Instant::now() + limit,
            is_optional: usable.is_some(),
        })
    }

    /// Renews in a separate task, which stores its result even if the caller stops waiting: the
    /// refresh token may be used up.
    async fn renew(
        &self,
        refresh: Refresh,
        web: Arc<dyn Web>,
        lock: Option<Lock>,
        attempt: &Attempt,
    ) -> Result<Token, AuthError> {
        let address = refresh.endpoint.origin().ascii_serialization();
        let (keeper, registered) = (self.keeper(), self.renewals.begin());
        let renewal = tokio::spawn(async move {
            let _until_stored = (lock, registered);
            let granted = browser::renew(&refresh, web).await?;
            let token = granted.map(|granted| keeper.got(keeper.granted(granted)));
            Ok::<_, BrowserError>(token)
        });
        let failure = match timeout_at(attempt.until, renewal).await {
            Ok(Ok(Ok(Some(token)))) => return Ok(token),
            Ok(Ok(Ok(None))) => return Err(self.browser_ended()),
            Ok(Ok(Err(BrowserError::Web(failure)))) => failure,
            Ok(Ok(Err(error))) => return Err(error.into()),
            Ok(Err(_)) => unavailable(format!("{address} did not answer: interrupted")),
            Err(_) => {
                let limit = attempt.limit.as_secs_f64();
                unavailable(format!("{address} did not answer within {limit} s"))
            }
        };
        Err(self.not_renewed(attempt, failure))
    }

    fn not_renewed(&self, attempt: &Attempt, failure: WebError) -> AuthError {
        if failure.is_transient {
            self.memory.remember_failure(&failure);
        }
        if attempt.is_optional {
            self.notices.warn(&format!(
                "the session was not renewed, so the current token is used until it expires: {failure}"
            ));
        }
        BrowserError::Web(failure).into()
    }

    fn stored(&self) -> Result<Option<StoredToken>, AuthError> {
        let kept = match &self.store {
            Some(store) => store.read(&self.account, &self.api)?,
            None => None,
        };
        Ok(kept.or_else(|| self.memory.last()))
    }

    /// A browser sign-in is never replaced by ssh, because an ssh key may belong to another user.
    pub(super) fn renewal(&self) -> Result<Renewal<'_>, AuthError> {
        let kept = self.stored()?;
        Ok(match (kept, &self.web, &self.sign_in) {
            (Some(kept), Some(web), _) if kept.way == SignInMethod::Browser => match kept.refresh {
                // Even a token that has ended by this machine's clock, which may be wrong.
                Some(refresh) => Renewal::Refresh(refresh, Arc::clone(web)),
                None => Renewal::Ended,
            },
            (_, _, Some(sign_in)) => Renewal::Ssh(&**sign_in),
            _ => Renewal::None,
        })
    }

    fn browser_ended(&self) -> AuthError {
        let context = self.account.context();
        let label = context.map_or_else(|| self.label.clone(), |name| format!("`{name}`"));
        let of = context.map_or(String::new(), |name| format!(" -l {name}"));
        let mut hint = format!("sign in again: tasks login{of} --browser");
        if self.sign_in.is_some() {
            hint.push_str(&format!(", or over ssh: tasks login{of}"));
        }
        AuthError::BrowserEnded { label, hint }
    }

    async fn lock(&self) -> Option<Lock> {
        self.store.as_ref()?.lock(&self.account).await.ok()
    }
}
