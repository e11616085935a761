//! Completes a context from its Lagoon's discovery document.

use super::{App, connect};
use crate::config::Context;
use crate::domain::SshEndpoint;
use crate::error::Error;
use crate::lagoon::{LagoonError, discover};

#[derive(Debug)]
pub(crate) enum DiscoveryOutcome {
    /// Complete before, or the document was read.
    Complete,
    NoDocument,
    Failed(Error),
}

impl App {
    /// Adds missing settings from the discovery document. Unusable values are reported as warnings.
    /// Fails only for errors in the context's own settings, such as its certificates.
    pub(crate) async fn complete(&self, context: &mut Context) -> Result<DiscoveryOutcome, Error> {
        let is_complete = context.ssh.is_some()
            && context.ui_url.is_some()
            && context.authorization_endpoint.is_some();
        if is_complete {
            return Ok(DiscoveryOutcome::Complete);
        }
        let network = connect::network(self, Some(context))?;
        let trace = connect::trace(&self.ui, &self.settings);
        let found = match discover(&context.api, &network, trace.as_deref()).await {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(DiscoveryOutcome::NoDocument),
            Err(error @ (LagoonError::Address { .. } | LagoonError::Authorities { .. })) => {
                return Err(error.into());
            }
            Err(error) => return Ok(DiscoveryOutcome::Failed(error.into())),
        };
        let warn = |why: &str| {
            self.ui.warn(&format!(
                "ignored in this Lagoon's discovery document: {why}"
            ));
        };
        found.refused.iter().for_each(|why| warn(why));
        if context.ssh.is_none()
            && let Some((host, port)) = &found.ssh
        {
            match SshEndpoint::parse(host, port.as_deref()) {
                Ok(endpoint) => context.ssh = Some(endpoint),
                Err(why) => warn(&why.to_string()),
            }
        }
        context.ui_url = context.ui_url.take().or(found.ui_url);
        context.authorization_endpoint = context
            .authorization_endpoint
            .take()
            .or(found.authorization_endpoint);
        Ok(DiscoveryOutcome::Complete)
    }
}
