//! Whether the Lagoon that is meant can be reached at all; no token is needed for that.

use jiff::Timestamp;
use url::Url;

use super::{App, connect};
use crate::auth::{Secret, TokenSource};
use crate::config::Context;
use crate::error::{Error, Kind};
use crate::lagoon::knock::{Knock, knock};
use crate::lagoon::{Lagoon, NetworkVariables, is_loopback};
use crate::settings::{Target, TokenOrigin, process_variable_os};

/// How an address is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// It is this machine.
    Loopback,
    /// Without a proxy.
    Direct,
    /// Through a proxy.
    Proxy {
        /// Its host and port.
        address: String,
        /// The variable that names it, or the system's settings.
        source: &'static str,
    },
}

impl App {
    /// How an address is reached.
    ///
    /// # Errors
    /// For a proxy variable whose value cannot be used.
    pub fn way_to(&self, url: &Url) -> Result<Way, Error> {
        if is_loopback(url) {
            return Ok(Way::Loopback);
        }
        let proxy = NetworkVariables::read(process_variable_os).proxy(url)?;
        Ok(proxy.map_or(Way::Direct, |proxy| Way::Proxy {
            address: proxy.address,
            source: proxy.variable.unwrap_or("the system's settings"),
        }))
    }

    /// The address of the Lagoon that is meant. The sandbox is started for it.
    ///
    /// # Errors
    /// When none is meant.
    pub async fn address(&self) -> Result<Url, Error> {
        Ok(match &self.settings.chosen()?.target.value {
            Target::Context(context) => context.api.clone(),
            Target::Address(url) => url.clone(),
            Target::Sandbox => self.lagoon().await?.url().clone(),
        })
    }

    /// Asks the Lagoon that is meant whether it is up.
    ///
    /// # Errors
    /// When it cannot be reached, and for an address that must not be used.
    pub async fn knock(&self) -> Result<Knock, Error> {
        let context = match &self.settings.chosen()?.target.value {
            Target::Context(context) => Some(context),
            _ => None,
        };
        let network = connect::network(self, context)?;
        Ok(knock(&self.address().await?, &network).await?)
    }

    /// The time at the Lagoon of a context; `None` if it cannot be asked.
    pub async fn time_at(&self, context: &Context) -> Option<Timestamp> {
        let network = connect::network(self, Some(context)).ok()?;
        knock(&context.api, &network).await.ok()?.date
    }

    /// The token that there is for the Lagoon that is meant, good or not, without signing in or
    /// asking anybody.
    ///
    /// # Errors
    /// When none is meant, or what is kept cannot be read.
    pub fn token_at_hand(&self) -> Result<Option<Secret>, Error> {
        let chosen = self.settings.chosen()?;
        let source = match (&chosen.token, &chosen.target.value) {
            (TokenOrigin::Variable(token), _) => TokenSource::Variable(token.clone()),
            (_, Target::Context(context)) => {
                TokenSource::Session(Box::new(self.session_of(context)))
            }
            (_, Target::Address(_)) => self.peek_at_address()?,
            (_, Target::Sandbox) => return Ok(None),
        };
        Ok(source.peek()?.map(|token| token.secret))
    }

    /// The Lagoon that is meant with the token that is at hand, for whom signing in would take too
    /// long.
    ///
    /// # Errors
    /// When none is meant, or there is no token.
    pub async fn lagoon_at_hand(&self) -> Result<Lagoon, Error> {
        let context = match &self.settings.chosen()?.target.value {
            Target::Context(context) => Some(context),
            Target::Address(_) => None,
            Target::Sandbox => return self.lagoon().await.cloned(),
        };
        let token = self.token_at_hand()?;
        let token = token.ok_or_else(|| Error::new(Kind::NotAllowed, "not signed in"))?;
        self.lagoon_with(TokenSource::Variable(token), context)
    }
}
