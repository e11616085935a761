//! Signing out: the browser session ends at the identity server, then the stored token is removed.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::browser::{self, BrowserError};
use super::{Account, AuthError, Refresh, TokenStore, Web, WebError};
use crate::clock::timeout;

const LOCK_LIMIT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct BrowserSession {
    pub server: String,
    pub failure: Option<BrowserError>,
    pub ends: Option<Timestamp>,
}

/// Removes the token even if the browser session, which is returned, cannot be ended.
pub(crate) async fn sign_out(
    store: &TokenStore,
    account: &Account,
    web: Result<Arc<dyn Web>, WebError>,
) -> Result<Option<BrowserSession>, AuthError> {
    // A renewal in another process would replace the refresh token and store a new token
    // afterwards.
    let _lock = timeout(LOCK_LIMIT, store.lock(account)).await;
    let refresh = store.peek(account).and_then(|kept| kept.refresh);
    let session = match refresh {
        None => None,
        Some(refresh) => Some(end_browser_session(&refresh, web).await),
    };
    store.forget(account)?;
    Ok(session)
}

pub(crate) async fn end_browser_session(
    refresh: &Refresh,
    web: Result<Arc<dyn Web>, WebError>,
) -> BrowserSession {
    let ended = match web {
        Ok(web) => browser::end_session(refresh, &*web).await,
        Err(error) => Err(error.into()),
    };
    BrowserSession {
        server: refresh.endpoint.origin().ascii_serialization(),
        failure: ended.err(),
        ends: refresh.ends,
    }
}
