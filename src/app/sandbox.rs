//! The sandbox in this process: `--context sandbox` and the `tasks sandbox` commands.
//!
//! Its data are in the user's data folder, so that every process sees the same projects and runs.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;

use super::{App, ExecutedWork};
use crate::auth::Secret;
use crate::error::Error;
use crate::lagoon::{Credentials, CredentialsError};
use crate::settings::Settings;
use crate::state::is_first_in_session;
use crate::terminal::Ui;
use lagoon_sandbox::engine::consent;
use lagoon_sandbox::{
    ExecutorKind, Identity, Options, Sandbox, SandboxError, Seed, ServedSandbox, StoreKind,
};

/// As long as the lifetime of Lagoon's own tokens; the client fetches a new one for each request.
const LIFETIME: Duration = Duration::from_secs(300);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SandboxSeed {
    /// Project with environments, users and a few tasks
    #[default]
    Demo,
    /// Project with environments and users, without tasks
    Bare,
}

pub(crate) struct Running {
    sandbox: Sandbox,
    served: ServedSandbox,
}

impl Running {
    pub(crate) fn graphql(&self) -> String {
        self.served.graphql()
    }

    /// Without a path.
    pub(crate) fn url(&self) -> String {
        self.served.url()
    }

    pub(super) fn sign_in(&self, settings: &Settings) -> SandboxSignIn {
        SandboxSignIn {
            sandbox: self.sandbox.clone(),
            identity: identity(settings),
        }
    }
}

/// Says once per terminal session what the sandbox does with commands; without a terminal, each time.
pub(super) fn announce(ui: &Ui, settings: &Settings) {
    let (name, text) = if settings.simulate {
        (
            "simulated-sandbox",
            "the sandbox completes every run without executing it (--simulate)",
        )
    } else {
        ("sandbox", EXECUTES)
    };
    let session = ui.terminal().session();
    let state = settings.folders.state.as_deref();
    if session.is_none_or(|session| is_first_in_session(state, name, &session)) {
        ui.aside(text);
    }
}

const EXECUTES: &str = "the sandbox runs commands on this machine as your user, without isolation";

pub(super) async fn start(
    ui: &Ui,
    settings: &Settings,
    port: u16,
    seed: SandboxSeed,
) -> Result<Running, Error> {
    let sandbox = open(ui, settings, seed).await?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let served = sandbox.clone().serve(address).await?;
    Ok(Running { sandbox, served })
}

async fn open(ui: &Ui, settings: &Settings, seed: SandboxSeed) -> Result<Sandbox, Error> {
    let executor = if settings.simulate {
        ExecutorKind::Simulate
    } else {
        let program = std::env::current_exe()
            .map_err(|e| Error::failed("cannot determine the path of this program").because(e))?;
        // With a prompt, `confirm_execution` asks before an image is run.
        let images = settings.yes || ui.can_prompt();
        ExecutorKind::Detached { program, images }
    };
    let options = Options {
        store: StoreKind::Folder(folder(settings)?),
        seed: seed.into(),
        executor,
    };
    Ok(Sandbox::open(options).await?)
}

fn folder(settings: &Settings) -> Result<PathBuf, Error> {
    let data = settings.folders.data.as_deref();
    let data = data.ok_or_else(|| Error::no_folder("store the sandbox", "XDG_DATA_HOME"))?;
    Ok(data.join("sandbox"))
}

pub(super) fn confirm_execution(app: &App, what: ExecutedWork<'_>) -> Result<(), Error> {
    let new = without_consent(app, &[what])?;
    for (_, question) in &new {
        app.confirm(question)?;
    }
    agree(app, &new)
}

pub(super) fn confirm_with_execution(
    app: &App,
    question: &str,
    whats: &[ExecutedWork<'_>],
) -> Result<(), Error> {
    let new = without_consent(app, whats)?;
    let mut whole = String::new();
    for (_, asks) in &new {
        whole.push_str(asks);
        whole.push('\n');
    }
    app.confirm(&format!("{whole}{question}"))?;
    agree(app, &new)
}

#[cfg(any(feature = "mcp", feature = "ui"))]
pub(super) fn execution_question(
    app: &App,
    what: ExecutedWork<'_>,
) -> Result<Option<String>, Error> {
    let new = without_consent(app, &[what])?;
    Ok(new.into_iter().map(|(_, question)| question).next())
}

#[cfg(any(feature = "mcp", feature = "ui"))]
pub(super) fn agree_to_execution(app: &App, what: ExecutedWork<'_>) -> Result<(), Error> {
    agree(app, &without_consent(app, &[what])?)
}

/// Keys and questions of the commands that need confirmation.
fn without_consent(app: &App, whats: &[ExecutedWork<'_>]) -> Result<Vec<(String, String)>, Error> {
    let mut new: Vec<(String, String)> = Vec::new();
    let Some(running) = app.sandbox.get().filter(|_| !app.settings.simulate) else {
        return Ok(new);
    };
    for what in whats {
        let (key, question) = match what {
            ExecutedWork::Command(text) => (
                (*text).to_owned(),
                format!("Run this command on this machine as your user: {text}"),
            ),
            ExecutedWork::Image(image) => (
                format!("image {image}"),
                format!("Run the container image {image} on this machine?"),
            ),
        };
        let is_new = !new.iter().any(|(known, _)| *known == key);
        let store = running.sandbox.store();
        if is_new && consent::needs_consent(store, &key).map_err(SandboxError::from)? {
            new.push((key, question));
        }
    }
    Ok(new)
}

fn agree(app: &App, new: &[(String, String)]) -> Result<(), Error> {
    let Some(running) = app.sandbox.get() else {
        return Ok(());
    };
    for (key, _) in new {
        consent::consent(running.sandbox.store(), key).map_err(SandboxError::from)?;
    }
    Ok(())
}

impl App {
    pub(crate) async fn serve_sandbox(
        &self,
        port: u16,
        seed: SandboxSeed,
    ) -> Result<Running, Error> {
        // Other programs will use it, perhaps much later.
        if !self.settings.simulate {
            self.ui.aside(EXECUTES);
        }
        start(&self.ui, &self.settings, port, seed).await
    }

    pub(crate) async fn sandbox_token(
        &self,
        lifetime: Duration,
    ) -> Result<(Secret, String), Error> {
        let sandbox = open(&self.ui, &self.settings, SandboxSeed::default()).await?;
        let identity = identity(&self.settings);
        let token = sandbox.token(identity, lifetime)?;
        let email = identity.email().unwrap_or_default().to_owned();
        // Unregistered, because the token is the command's result.
        Ok((Secret::unregistered(token), email))
    }

    /// Stops all runs and seeds the sandbox again; returns its folder.
    pub(crate) fn reset_sandbox(&self, seed: SandboxSeed) -> Result<PathBuf, Error> {
        let folder = folder(&self.settings)?;
        Sandbox::reset(&folder, seed.into())?;
        Ok(folder)
    }
}

pub(super) struct SandboxSignIn {
    sandbox: Sandbox,
    identity: Identity,
}

#[async_trait]
impl Credentials for SandboxSignIn {
    async fn token(&self) -> Result<String, CredentialsError> {
        self.sandbox
            .token(self.identity, LIFETIME)
            .map_err(|error| CredentialsError {
                message: error.to_string(),
                hints: error.hints(),
                is_transient: false,
            })
    }

    async fn renew(&self, _rejected: &str) -> Result<Option<String>, CredentialsError> {
        self.token().await.map(Some)
    }
}

fn identity(settings: &Settings) -> Identity {
    match settings.role.as_deref() {
        Some("guest") => Identity::Guest,
        Some("reporter") => Identity::Reporter,
        Some("developer") => Identity::Developer,
        Some("owner") => Identity::Owner,
        Some("outsider") => Identity::Outsider,
        Some("platform-viewer") => Identity::PlatformViewer,
        Some("platform-owner") => Identity::PlatformOwner,
        _ => Identity::Maintainer,
    }
}

impl From<SandboxSeed> for Seed {
    fn from(seed: SandboxSeed) -> Self {
        match seed {
            SandboxSeed::Demo => Seed::Demo,
            SandboxSeed::Bare => Seed::Bare,
        }
    }
}

impl From<SandboxError> for Error {
    fn from(error: SandboxError) -> Self {
        let hints = error.hints();
        Error::failed("the sandbox failed")
            .because(error)
            .with_hints(hints)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Interrupts;
    use crate::settings::{Env, Flags, ROLES};
    use crate::terminal::Stream;

    fn app(home: &std::path::Path, change: impl FnOnce(&mut Flags)) -> App {
        let env = Env::from_vars([("HOME", home)]).unwrap();
        let mut flags = Flags {
            context: Some("sandbox".to_owned()),
            ..Flags::default()
        };
        change(&mut flags);
        let settings = Settings::resolve(&flags, &env).unwrap();
        App::new(Ui::captured(), settings, Interrupts::none())
    }

    #[test]
    fn every_role_has_a_distinct_identity() {
        let home = tempfile::tempdir().unwrap();
        let mut seen = Vec::new();
        for role in ROLES {
            let app = app(home.path(), |f| f.role = Some(role.to_owned()));
            let identity = identity(&app.settings);
            assert!(!seen.contains(&identity), "{role}");
            seen.push(identity);
        }
    }

    #[tokio::test]
    async fn new_commands_are_confirmed_once() {
        let home = tempfile::tempdir().unwrap();
        let asked = app(home.path(), |_| ());
        asked.lagoon().await.unwrap();
        let said = asked.ui.printed(Stream::Err);
        assert!(said.contains("without isolation"), "{said}");
        let new = ExecutedWork::Command("echo new");
        assert!(
            asked
                .confirm_execution(ExecutedWork::Command("yarn audit"))
                .is_ok()
        );
        assert!(asked.confirm_execution(new).is_err());

        let agreed = app(home.path(), |f| f.yes = true);
        agreed.lagoon().await.unwrap();
        agreed.confirm_execution(new).unwrap();
        asked.confirm_execution(new).unwrap();
        assert!(
            asked
                .confirm_execution(ExecutedWork::Image("echo new"))
                .is_err()
        );
    }

    #[tokio::test]
    async fn simulated_commands_need_no_consent() {
        let home = tempfile::tempdir().unwrap();
        let app = app(home.path(), |f| f.simulate = true);
        app.lagoon().await.unwrap();
        assert!(
            app.confirm_execution(ExecutedWork::Command("rm -r /"))
                .is_ok()
        );
    }
}
