//! The sandbox in this process: `--context sandbox` and the `tasks sandbox` commands.
//!
//! Its data are in the user's data folder, so that every process sees the same projects and runs.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

mod execution;
mod rehearsal;

use super::App;
use crate::auth::Secret;
use crate::error::Error;
use crate::lagoon::{Credentials, CredentialsError};
use crate::settings::Settings;
use crate::state::is_first_in_session;
use lagoon_sandbox::{
    ExecutorKind, Identity, Options, Sandbox, SandboxError, Seed, ServedSandbox, StoreKind,
};

/// As long as the lifetime of Lagoon's own tokens; the client fetches a new one for each request.
const LIFETIME: Duration = Duration::from_secs(300);

#[cfg(any(feature = "mcp", feature = "ui"))]
pub(super) use execution::{agree_to_execution, execution_question};
pub(super) use execution::{confirm_execution, confirm_with_execution};
pub(crate) use rehearsal::Rehearsal;

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
        self.sign_in_as(identity(settings))
    }

    /// For a user with all permissions.
    pub(super) fn sign_in_of_owner(&self) -> SandboxSignIn {
        self.sign_in_as(Identity::PlatformOwner)
    }

    fn sign_in_as(&self, identity: Identity) -> SandboxSignIn {
        SandboxSignIn {
            sandbox: self.sandbox.clone(),
            identity,
        }
    }
}

/// Says once per terminal session what the sandbox does with commands; without a terminal, each time.
pub(super) fn announce(app: &App) -> Result<(), Error> {
    let (name, text) = effect(app)?;
    let session = app.ui.terminal().session();
    let state = app.settings.folders.state.as_deref();
    if session.is_none_or(|session| is_first_in_session(state, &name, &session)) {
        app.ui.aside(&text);
    }
    Ok(())
}

/// A name for the effect of a run, and the effect as a sentence.
fn effect(app: &App) -> Result<(String, String), Error> {
    let (name, text) = if app.settings.simulate {
        (
            "simulated-sandbox".to_owned(),
            "the sandbox completes every run without executing it (--simulate)".to_owned(),
        )
    } else if let Some(rehearsal) = app.rehearsal()? {
        (rehearsal.name.clone(), rehearsal.effect())
    } else {
        ("sandbox".to_owned(), EXECUTES.to_owned())
    };
    Ok((name, text))
}

const EXECUTES: &str = "the sandbox runs commands on this machine as your user, without isolation";

pub(super) async fn start(app: &App, port: u16, seed: SandboxSeed) -> Result<Running, Error> {
    let sandbox = open(app, seed).await?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let served = sandbox.clone().serve(address).await?;
    Ok(Running { sandbox, served })
}

async fn open(app: &App, seed: SandboxSeed) -> Result<Sandbox, Error> {
    let rehearsal = app.rehearsal()?;
    let executor = if app.settings.simulate {
        ExecutorKind::Simulate
    } else {
        let program = std::env::current_exe()
            .map_err(|e| Error::failed("cannot determine the path of this program").because(e))?;
        // With a prompt, `confirm_execution` asks before an image is run.
        let images = app.settings.yes || app.ui.can_prompt();
        match rehearsal {
            None => ExecutorKind::Detached { program, images },
            Some(rehearsal) => ExecutorKind::Compose {
                program,
                images,
                project: Arc::clone(&rehearsal.compose),
            },
        }
    };
    let options = Options {
        store: StoreKind::Folder(folder(app)?),
        seed: rehearsal.map_or(seed.into(), |_| Seed::Empty),
        executor,
    };
    let sandbox = Sandbox::open(options).await?;
    if let Some(rehearsal) = rehearsal {
        sandbox.show_site(&rehearsal.site)?;
    }
    Ok(sandbox)
}

/// Each rehearsed project has a folder of its own.
fn folder(app: &App) -> Result<PathBuf, Error> {
    let data = app.settings.folders.data.as_deref();
    let data = data.ok_or_else(|| Error::no_folder("store the sandbox", "XDG_DATA_HOME"))?;
    Ok(match app.rehearsal()? {
        Some(rehearsal) => data.join("rehearsals").join(&rehearsal.name),
        None => data.join("sandbox"),
    })
}

impl App {
    pub(crate) async fn serve_sandbox(
        &self,
        port: u16,
        seed: SandboxSeed,
    ) -> Result<Running, Error> {
        // Other programs will use it, perhaps much later.
        if !self.settings.simulate {
            self.ui.aside(&effect(self)?.1);
        }
        start(self, port, seed).await
    }

    pub(crate) async fn sandbox_token(
        &self,
        lifetime: Duration,
    ) -> Result<(Secret, String), Error> {
        let sandbox = open(self, SandboxSeed::default()).await?;
        let identity = identity(&self.settings);
        let token = sandbox.token(identity, lifetime)?;
        let email = identity.email().unwrap_or_default().to_owned();
        // Unregistered, because the token is the command's result.
        Ok((Secret::unregistered(token), email))
    }

    /// Stops all runs and seeds the sandbox again; returns its folder.
    pub(crate) fn reset_sandbox(&self, seed: SandboxSeed) -> Result<PathBuf, Error> {
        let folder = folder(self)?;
        let seed = self.rehearsal()?.map_or(seed.into(), |_| Seed::Empty);
        Sandbox::reset(&folder, seed)?;
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
    use crate::terminal::Ui;

    pub(super) fn app(home: &std::path::Path, change: impl FnOnce(&mut Flags)) -> App {
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
}
