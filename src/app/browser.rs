//! Signing in with the user's browser.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use super::{App, connect, final_page, page};
use crate::auth::{
    AuthError, BrowserError, BrowserTokens, Callback, HttpRequest, HttpResponse, Opener, Page, Web,
    WebError, sign_in_with_browser,
};
use crate::config::Context;
use crate::error::Error;
use crate::lagoon::{LagoonError, Network, Trace};
use crate::settings::Desktop;
use crate::terminal::Stream;

impl App {
    pub(crate) async fn sign_in_with_browser(
        &self,
        context: &Context,
        limit: Duration,
    ) -> Result<(BrowserTokens, BrowserWindow), Error> {
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
        let callback = Callback::listen().await.map_err(AuthError::from)?;
        let opener = AnnouncedOpener { app: self };
        let granted = sign_in_with_browser(&callback, endpoint, web, &opener, limit).await;
        let window = BrowserWindow {
            callback,
            context: context.name.to_string(),
        };
        match granted {
            Ok(tokens) => Ok((tokens, window)),
            Err(error) => {
                let page = Page::of_error(&window.context, &error);
                window.show(page).await;
                let is_late = matches!(error, BrowserError::TimedOut(_));
                let error = Error::from(AuthError::from(error));
                Err(match &context.ssh {
                    Some(_) if is_late => error.hint(format!(
                        "or sign in over ssh: tasks login -l {}",
                        context.name
                    )),
                    _ => error,
                })
            }
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

/// The browser window of a sign-in that has not ended.
pub(crate) struct BrowserWindow {
    callback: Callback,
    context: String,
}

impl BrowserWindow {
    pub(crate) async fn finish(self, is_signed_in: bool) {
        let page = match is_signed_in {
            true => Page::signed_in(&self.context),
            false => Page::not_signed_in(&self.context),
        };
        self.show(page).await;
    }

    async fn show(self, page: Page) {
        if let Some(listener) = self.callback.finish(page.clone()).await {
            final_page::keep_reachable(listener, &page);
        }
    }
}

/// Prints what the opener cannot do.
struct AnnouncedOpener<'a> {
    app: &'a App,
}

#[async_trait]
impl Opener for AnnouncedOpener<'_> {
    /// Prints the address even with `-q`.
    async fn open(&self, url: &Url, port: u16) {
        let ui = &self.app.ui;
        let print = |text: &str| {
            let _ = ui.write(Stream::Err, text.as_bytes());
        };
        let Desktop {
            over_ssh,
            has_display,
        } = self.app.settings.desktop;
        print(&format!(
            "to sign in, open this page in a browser:\n{url}\n"
        ));
        let is_elsewhere = over_ssh || !has_display;
        if is_elsewhere {
            ui.heading(&elsewhere(port));
        }
        // Without a display, an opener starts a browser in the terminal.
        if over_ssh && !has_display {
            return;
        }
        let Err(failure) = page::opened(url.as_str()).await else {
            return;
        };
        ui.note(&format!(
            "could not start a browser ({failure}); open the page yourself"
        ));
        if !is_elsewhere {
            ui.heading(&elsewhere(port));
        }
    }
}

/// The ways to finish a sign-in in a browser on another machine.
fn elsewhere(port: u16) -> String {
    format!(
        "if the browser runs on another machine, use one of these ways:\n  \
         before signing in, run there: ssh -L {port}:127.0.0.1:{port} this-host\n  \
         after signing in, copy the address of the page that cannot be reached, and run here: \
         curl 'ADDRESS'"
    )
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
                LagoonError::Address { hint, .. } | LagoonError::Authorities { hint, .. } => {
                    Some(hint)
                }
                _ => None,
            },
        })
    }
}
