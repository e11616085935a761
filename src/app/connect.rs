//! From settings to a connection: address, certificates, and a token for that address.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

use super::App;
use crate::auth::{AuthError, TokenLocation, TokenSource};
use crate::config::Context;
#[cfg(feature = "sandbox")]
use crate::config::SANDBOX;
use crate::domain::task::quoting::suggestion;
use crate::error::Error;
use crate::error::messages::TOKEN_EXPOSED;
use crate::lagoon::{
    Connection, Credentials, CredentialsError, Lagoon, Network, NetworkVariables, RequestObserver,
    Trace, is_loopback,
};
use crate::settings::{Settings, Target, process_variable_os};
use crate::state::{READ, is_reminder_due, others_may};
use crate::terminal::Ui;

pub(super) async fn connect(app: &App) -> Result<Lagoon, Error> {
    let chosen = app.settings.chosen()?;
    let (url, context) = match &chosen.target.value {
        Target::Context(context) => (context.api.clone(), Some(context)),
        Target::Address(url) => (url.clone(), None),
        Target::Sandbox => return sandbox(app).await,
    };
    app.warn_of_stray_variables()?;
    let Some(source) = app.token_source().await? else {
        return sandbox(app).await;
    };
    // A missing token is reported before anything is sent.
    let token = source.token().await?;
    warn_of_exposed_token(app, &token.found);
    lagoon(app, url, context, source)
}

impl App {
    /// Warns about a context that the sandbox hides, because it has its name.
    #[cfg(feature = "sandbox")]
    pub(crate) fn warn_of_hidden_context(&self) {
        let config = self.settings.config().ok();
        if let Some(entry) = config.and_then(|config| config.entry_fault(SANDBOX)) {
            self.ui.warn(&format!(
                "using the built-in Lagoon `{SANDBOX}`, not the context of that name in {}",
                entry.path.display()
            ));
            for hint in &entry.hints {
                self.ui.hint(hint);
            }
        }
    }

    pub(crate) fn warn_of_stray_variables(&self) -> Result<(), Error> {
        let chosen = self.settings.chosen()?;
        let warn = |variable: &str| {
            self.ui.warn(&format!(
                "{variable} is ignored: it applies only to TASKS_API or to a context selected with \
                 -l or TASKS_CONTEXT"
            ));
        };
        if chosen.ignored_token {
            warn("TASKS_TOKEN");
        }
        if chosen.ignored_host {
            warn("TASKS_SSH_HOST");
        }
        Ok(())
    }
}

/// Warns if other users can read the `lagoon` CLI's file. Its token is used anyway, because
/// that program itself creates the file with these permissions.
fn warn_of_exposed_token(app: &App, found: &TokenLocation) {
    let TokenLocation::LagoonCli(path) = found else {
        return;
    };
    let state = app.settings.folders.state.as_deref();
    if others_may(path, READ) && is_reminder_due(state, "lagoon-cli-token") {
        let path = path.display().to_string();
        let fix = suggestion(["chmod", "600", &path]);
        app.ui.warn(&format!(
            "other users can read the token in {path}; restrict its permissions: {fix}"
        ));
    }
}

pub(super) fn lagoon(
    app: &App,
    url: Url,
    context: Option<&Context>,
    source: TokenSource,
) -> Result<Lagoon, Error> {
    let (ui, settings) = (&app.ui, &app.settings);
    let allow_http = context.is_some_and(|c| c.allow_http);
    if url.scheme() == "http" && allow_http && !is_loopback(&url) {
        let host = url.host_str().unwrap_or_default();
        ui.warn(&format!("plain http to {host}: {TOKEN_EXPOSED}"));
    }
    Ok(Lagoon::new(Connection {
        url,
        credentials: Arc::new(SignIn(source)),
        network: network(app, context)?,
        max_response: settings.max_response.value,
        trace: trace(ui, settings),
    }))
}

#[cfg(feature = "sandbox")]
async fn sandbox(app: &App) -> Result<Lagoon, Error> {
    app.warn_of_hidden_context();
    sandbox_as(app, |running| running.sign_in(&app.settings)).await
}

#[cfg(feature = "sandbox")]
pub(super) async fn sandbox_as(
    app: &App,
    sign_in: impl FnOnce(&super::Running) -> super::sandbox::SandboxSignIn,
) -> Result<Lagoon, Error> {
    let (ui, settings) = (&app.ui, &app.settings);
    if app.sandbox.get().is_none() {
        super::sandbox::announce(app)?;
    }
    let start = || super::sandbox::start(app, 0, super::SandboxSeed::default());
    let running = app.sandbox.get_or_try_init(start).await?;
    let url = Url::parse(&running.graphql());
    Ok(Lagoon::new(Connection {
        url: url.map_err(|e| Error::failed("the sandbox has an invalid address").because(e))?,
        credentials: Arc::new(sign_in(running)),
        network: network(app, None)?,
        max_response: settings.max_response.value,
        trace: trace(ui, settings),
    }))
}

#[cfg(not(feature = "sandbox"))]
async fn sandbox(_app: &App) -> Result<Lagoon, Error> {
    Err(Error::usage("this build of tasks has no sandbox"))
}

pub(super) fn network(app: &App, context: Option<&Context>) -> Result<Network, Error> {
    Ok(Network {
        ca_pem: context.map(ca_pem).transpose()?.flatten(),
        timeout: app.settings.request_timeout.value,
        allow_http: context.is_some_and(|c| c.allow_http),
        proxy: None,
        variables: NetworkVariables::read(process_variable_os),
        observer: Some(Arc::new(RequestLines(app.ui.clone()))),
    })
}

fn ca_pem(context: &Context) -> Result<Option<Vec<u8>>, Error> {
    let Some(path) = &context.ca_file else {
        return Ok(None);
    };
    let pem = std::fs::read(path).map_err(|e| {
        let name = &context.name;
        Error::usage(format!("cannot read {}", path.display()))
            .because(e)
            .hint(format!("the file is the `ca_file` of the context `{name}`"))
    })?;
    Ok(Some(pem))
}

pub(super) fn trace(ui: &Ui, settings: &Settings) -> Option<Arc<dyn Trace>> {
    settings
        .verbose
        .then(|| Arc::new(TraceLines(ui.clone())) as Arc<dyn Trace>)
}

/// Shows the host of a request that takes long.
struct RequestLines(Ui);

impl RequestObserver for RequestLines {
    fn begin(&self, host: &str) -> Box<dyn Send> {
        Box::new(self.0.waiting_for(host))
    }
}

impl fmt::Debug for RequestLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestLines")
    }
}

struct TraceLines(Ui);

impl Trace for TraceLines {
    fn line(&self, text: &str) {
        self.0.trace(text);
    }
}

struct SignIn(TokenSource);

#[async_trait]
impl Credentials for SignIn {
    async fn token(&self) -> Result<String, CredentialsError> {
        let token = self.0.token().await.map_err(refusal)?;
        Ok(token.secret.expose().to_owned())
    }

    async fn renew(&self, rejected: &str) -> Result<Option<String>, CredentialsError> {
        let newer = self.0.replace(rejected).await.map_err(refusal)?;
        Ok(newer.map(|token| token.secret.expose().to_owned()))
    }

    fn renewed_by(&self) -> Option<String> {
        self.0.renewed_by()
    }

    fn advice(&self) -> Vec<String> {
        self.0.advice()
    }
}

fn refusal(error: AuthError) -> CredentialsError {
    let is_transient = error.is_transient();
    // The conversion adds the cause: ssh's own message.
    let error = Error::from(error);
    CredentialsError {
        message: error.to_string(),
        hints: error.hint_texts(),
        is_transient,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Interrupts;
    use crate::error::Kind;
    use crate::settings::{Env, Flags};
    use crate::terminal::Stream;

    const CONFIG: &str = "current = \"acme\"\n[contexts.acme]\napi = \"https://acme.example\"\n\
        [contexts.plain]\napi = \"http://10.0.0.1\"\nallow_http = true\n\
        [contexts.ca]\napi = \"https://x.example\"\nca_file = \"gone.pem\"\n";

    async fn attempt(context: Option<&str>, vars: &[(&str, &str)]) -> (Result<(), Error>, String) {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".config/lagoon-tasks");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config.toml"), CONFIG).unwrap();
        let mut all = vec![("HOME", home.path().to_str().unwrap())];
        all.extend(vars);
        let env = Env::from_vars(all).unwrap();
        let flags = Flags {
            context: context.map(str::to_owned),
            ..Flags::default()
        };
        let settings = Settings::resolve(&flags, &env).unwrap();
        let app = App::new(Ui::captured(), settings, Interrupts::none());
        let result = app.lagoon().await.map(|_| ());
        (result, app.ui.printed(Stream::Err))
    }

    #[tokio::test]
    async fn connecting_without_a_stored_token_reports_not_signed_in() {
        let (result, _) = attempt(Some("acme"), &[]).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind, Kind::NotAllowed);
        assert!(error.hint_texts()[0].contains("tasks login -l acme"));
    }

    #[tokio::test]
    async fn an_unused_token_variable_is_reported() {
        let (_, said) = attempt(None, &[("TASKS_TOKEN", "t")]).await;
        assert!(said.contains("TASKS_TOKEN is ignored"), "{said}");
    }

    #[tokio::test]
    async fn plain_http_to_another_machine_warns() {
        let (result, said) = attempt(Some("plain"), &[("TASKS_TOKEN", "t")]).await;
        assert!(result.is_ok() && said.contains("plain http to 10.0.0.1"));
        let local = [("TASKS_API", "http://127.0.0.1:1"), ("TASKS_TOKEN", "t")];
        let (result, said) = attempt(None, &local).await;
        assert!(result.is_ok() && said.is_empty());
    }

    #[tokio::test]
    async fn unreadable_certificates_are_a_usage_error() {
        let (result, _) = attempt(Some("ca"), &[("TASKS_TOKEN", "t")]).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
        assert!(error.to_string().contains("gone.pem"));
    }
}
