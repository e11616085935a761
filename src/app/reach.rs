//! Whether the Lagoon that is meant can be reached at all; no token is needed for that.

use url::Url;

use super::{App, connect};
use crate::error::Error;
use crate::lagoon::knock::{Knock, knock};
use crate::settings::Target;

impl App {
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
}
