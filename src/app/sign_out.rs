//! Signing out of one Lagoon or of all.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use url::Url;

use super::App;
use crate::auth::{
    Account, AuthError, BrowserSession, Refresh, TokenStore, Web, WebError, end_browser_session,
    sign_out,
};
use crate::config::{Context, ContextName};
use crate::error::Error;

const LIMIT: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy)]
pub(crate) enum SignOut<'a> {
    Context(&'a ContextName),
    /// An address that belongs to no context.
    Address(&'a Url),
    All,
}

impl App {
    /// Ends browser sessions, then removes the stored tokens; returns the number of accounts. A
    /// session that cannot be ended is only reported.
    pub(crate) async fn sign_out(&self, of: SignOut<'_>) -> Result<usize, Error> {
        let store = self.tokens()?;
        let accounts = match of {
            SignOut::Context(name) => store.accounts_of(name)?,
            SignOut::Address(url) => store.accounts_of_address(url)?,
            SignOut::All => store.accounts()?,
        };
        let each = accounts.iter();
        let ends = join_all(each.map(|account| self.sign_out_of(&store, account))).await;
        let mut failed = None;
        for end in ends {
            match end {
                Ok(session) => session.iter().for_each(|session| self.report(session)),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(accounts.len()), |error| Err(error.into()))
    }

    async fn sign_out_of(
        &self,
        store: &TokenStore,
        account: &Account,
    ) -> Result<Option<BrowserSession>, AuthError> {
        let config = self.settings.config().ok();
        let context = account
            .context()
            .and_then(|name| config?.context(&name.parse().ok()?));
        sign_out(store, account, self.web_to_sign_out(context)).await
    }

    /// Ends a browser session of a context whose refresh token is not stored.
    pub(crate) async fn end_browser_session(&self, context: Option<&Context>, refresh: &Refresh) {
        let session = end_browser_session(refresh, self.web_to_sign_out(context)).await;
        self.report(&session);
    }

    fn web_to_sign_out(&self, context: Option<&Context>) -> Result<Arc<dyn Web>, WebError> {
        let limit = self.settings.request_timeout.value.min(LIMIT);
        self.web(context, limit).map_err(|error| WebError {
            message: error.to_string(),
            is_transient: false,
            hint: None,
        })
    }

    fn report(&self, session: &BrowserSession) {
        let server = &session.server;
        let Some(failure) = &session.failure else {
            return self
                .ui
                .note(&format!("ended the browser session at {server}"));
        };
        self.ui.warn(&format!(
            "the browser session at {server} was not ended: {failure}"
        ));
        let ends = session.ends.map(|ends| format!(" ({ends})"));
        self.ui.hint(&format!(
            "until it expires{}, the browser may sign in as the same user without a password",
            ends.unwrap_or_default()
        ));
    }
}
