//! Reaching the selected Lagoon without a token.

use jiff::Timestamp;
use url::Url;

use super::{App, connect};
use crate::auth::{Secret, TokenSource};
use crate::config::Context;
use crate::error::{Error, Kind};
use crate::lagoon::discovery::ping::{PingReply, ping};
use crate::lagoon::{Lagoon, NetworkVariables, is_loopback};
use crate::settings::{Target, process_variable_os};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Loopback,
    Direct,
    Proxy {
        address: String,
        source: &'static str,
    },
}

impl App {
    pub(crate) fn route_to(&self, url: &Url) -> Result<Route, Error> {
        if is_loopback(url) {
            return Ok(Route::Loopback);
        }
        let proxy = NetworkVariables::read(process_variable_os).proxy(url)?;
        Ok(proxy.map_or(Route::Direct, |proxy| Route::Proxy {
            address: proxy.address,
            source: proxy.variable.unwrap_or("system settings"),
        }))
    }

    /// Starts the sandbox if it is selected.
    pub(crate) async fn address(&self) -> Result<Url, Error> {
        Ok(match &self.settings.chosen()?.target.value {
            Target::Context(context) => context.api.clone(),
            Target::Address(url) => url.clone(),
            Target::Sandbox => self.lagoon().await?.url().clone(),
        })
    }

    pub(crate) async fn ping(&self) -> Result<PingReply, Error> {
        let network = connect::network(self, self.settings.chosen()?.target.value.context())?;
        Ok(ping(&self.address().await?, &network).await?)
    }

    /// `None` if the Lagoon does not answer.
    pub(crate) async fn time_at(&self, context: &Context) -> Option<Timestamp> {
        let network = connect::network(self, Some(context)).ok()?;
        ping(&context.api, &network).await.ok()?.date
    }

    /// The stored token, valid or not. Does not sign in or prompt.
    pub(crate) fn stored_token(&self) -> Result<Option<Secret>, Error> {
        let token = self
            .stored_source()?
            .map(|source| source.peek())
            .transpose()?;
        Ok(token.flatten().map(|token| token.secret))
    }

    /// For callers that must not wait for a sign-in, such as completion.
    pub(crate) async fn lagoon_with_stored_token(&self) -> Result<Lagoon, Error> {
        let target = &self.settings.chosen()?.target.value;
        if *target == Target::Sandbox {
            return self.lagoon().await.cloned();
        }
        let token = self.stored_token()?;
        let token = token.ok_or_else(|| Error::new(Kind::NotAllowed, "not signed in"))?;
        self.lagoon_with(TokenSource::Variable(token), target.context())
    }
}
