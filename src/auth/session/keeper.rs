//! Storing new tokens: in the token store, and in memory for when that fails.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use url::Url;

use super::{Notices, Token, token_of};
use crate::auth::jwt::lifetime;
use crate::auth::{
    Account, BrowserTokens, Secret, SignInMethod, StoredToken, TokenStore, WebError, expiry,
};
use crate::clock::{Instant, wall_time};

/// A token of unknown lifetime is used for this long even if it has expired by this machine's
/// clock: under a wrong clock, every request would sign in.
const FRESH: Duration = Duration::from_secs(20);

/// The pause after a failed renewal. It is kept in memory only, because the next command must try
/// again at once.
const PAUSE: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(super) struct Keeper {
    pub(super) account: Account,
    pub(super) api: Url,
    pub(super) store: Option<TokenStore>,
    pub(super) notices: Arc<dyn Notices>,
    pub(super) memory: Memory,
}

impl Keeper {
    pub(super) fn kept(&self, token: Secret, way: SignInMethod) -> StoredToken {
        StoredToken {
            api: self.api.clone(),
            token,
            way,
            refresh: None,
            received: (way != SignInMethod::Given).then(wall_time),
        }
    }

    pub(super) fn granted(&self, granted: BrowserTokens) -> StoredToken {
        StoredToken {
            refresh: granted.refresh,
            ..self.kept(granted.token, SignInMethod::Browser)
        }
    }

    /// Stores a new token, in memory too.
    pub(super) fn got(&self, kept: StoredToken) -> Token {
        let token = kept.token.expose();
        if lifetime(token).is_none() && expiry(token).is_some_and(|end| end <= wall_time()) {
            self.notices
                .warn("the new token has already expired according to this machine's clock; check the clock");
        }
        let stored = self.store.as_ref().map(|s| s.write(&self.account, &kept));
        if let Some(Err(error)) = stored {
            let why = std::error::Error::source(&error).map(|s| format!(": {s}"));
            let why = why.unwrap_or_default();
            self.notices
                .warn(&format!("could not store the new token: {error}{why}"));
        }
        self.memory.remember(&kept);
        token_of(kept)
    }
}

#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<RememberedToken>>);

#[derive(Default)]
struct RememberedToken {
    last: Option<(StoredToken, Instant)>,
    failure: Option<(WebError, Instant)>,
}

impl Memory {
    pub(super) fn remember(&self, kept: &StoredToken) {
        if let Ok(mut memory) = self.0.lock() {
            memory.last = Some((kept.clone(), Instant::now()));
            memory.failure = None;
        }
    }

    pub(super) fn last(&self) -> Option<StoredToken> {
        Some(self.0.lock().ok()?.last.as_ref()?.0.clone())
    }

    pub(super) fn is_fresh(&self, token: &Secret) -> bool {
        let Ok(memory) = self.0.lock() else {
            return false;
        };
        memory
            .last
            .as_ref()
            .is_some_and(|(kept, at)| kept.token == *token && at.elapsed() < FRESH)
            && lifetime(token.expose()).is_none()
    }

    pub(super) fn remember_failure(&self, failure: &WebError) {
        if let Ok(mut memory) = self.0.lock() {
            memory.failure = Some((failure.clone(), Instant::now()));
        }
    }

    pub(super) fn failure(&self) -> Option<WebError> {
        let memory = self.0.lock().ok()?;
        let (failure, at) = memory.failure.as_ref()?;
        (at.elapsed() < PAUSE).then(|| failure.clone())
    }
}
