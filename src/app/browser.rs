//! Signing in with the user's browser.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use super::{App, connect, page};
use crate::auth::{
    AuthError, BrowserTokens, HttpRequest, HttpResponse, Web, WebError, sign_in_with_browser,
};
use crate::config::Context;
use crate::error::Error;
use crate::lagoon::{LagoonError, Network, Trace};
use crate::terminal::Stream;

impl App {
    pub(crate) async fn sign_in_with_browser(
        &self,
        context: &Context,
        limit: Duration,
    ) -> Result<BrowserTokens, Error> {
        let endpoint = context.authorization_endpoint.as_ref().ok_or_else(|| {
            let name = &context.name;
            let error = Error::usage(format!("no Keycloak address is known for `{name}`"))
                .hint("name it: --authorization-endpoint https://keycloak.example.com/auth");
            match &context.ssh {
                Some(_) => error.hint(format!("or sign in over ssh: tasks login -l {name}")),
                None => error,
            }
        })?;
        let web = self.web(Some(context), self.settings.request_timeout.value)?;
        let granted = sign_in_with_browser(endpoint, web, &|url| self.show(url), limit).await;
        Ok(granted.map_err(AuthError::from)?)
    }

    /// Prints the address even with `-q`, and opens it.
    fn show(&self, url: &Url) {
        let text = format!("to sign in, open this page in a browser on this machine:\n{url}\n");
        let _ = self.ui.write(Stream::Err, text.as_bytes());
        if page::start(url.as_str()).is_err() {
            self.ui
                .note("could not start a browser; open the page yourself");
        }
    }

    pub(super) fn web(
        &self,
        context: Option<&Context>,
        limit: Duration,
    ) -> Result<Arc<dyn Web>, Error> {
        Ok(Arc::new(NetworkWeb {
            network: Network {
                timeout: limit,
                ..connect::network(self, context)?
            },
            trace: connect::trace(&self.ui, &self.settings),
        }))
    }
}

/// Uses the certificates, proxies and rules on plain http of the connection to Lagoon.
struct NetworkWeb {
    network: Network,
    trace: Option<Arc<dyn Trace>>,
}

#[async_trait]
impl Web for NetworkWeb {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, WebError> {
        let sent = self.network.send(request, self.trace.as_deref()).await;
        sent.map_err(|error| WebError {
            message: error.to_string(),
            is_transient: matches!(
                error,
                LagoonError::NotReached { .. } | LagoonError::NoAnswer { .. }
            ),
            hint: match error {
                LagoonError::Address { hint, .. } => Some(hint),
                _ => None,
            },
        })
    }
}
