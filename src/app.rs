//! What a command receives: the user's side, the settings, and a Lagoon that is connected on first
//! use, so that commands which need none stay fast and work offline.

mod browser;
mod connect;
mod discovery;
mod interrupt;
mod losses;
mod page;
mod reach;
#[cfg(feature = "sandbox")]
mod sandbox;
mod session;
mod sign_out;

use std::path::Path;
use std::sync::OnceLock;

use tokio::sync::OnceCell;

pub use discovery::Discovered;
pub use interrupt::{Claim, GiveUp, Interrupts};
pub use losses::Losses;
pub use reach::Way;
#[cfg(feature = "sandbox")]
pub use sandbox::{Running, SandboxSeed};
pub use sign_out::SignOut;

use crate::auth::{Renewals, TokenSource};
use crate::config::{Checkout, Context};
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;
use crate::regular_file::Owners;
use crate::settings::{Deciding, Settings, SettingsError, SettingsErrorKind, Target, sudo_user};
use crate::state::Claims;
use crate::terminal::{PromptError, StreamError, Ui};

/// What would be executed on this machine.
#[derive(Debug, Clone, Copy)]
pub enum Executes<'a> {
    /// A shell command, as it is defined, without values.
    Command(&'a str),
    /// A container image.
    Image(&'a str),
}

/// What a command receives.
pub struct App {
    /// Streams, prompts and progress.
    pub ui: Ui,
    /// What was said and configured, each value with its source.
    pub settings: Settings,
    /// Failures of the output that do not end the command.
    pub losses: Losses,
    interrupts: Interrupts,
    lagoon: OnceCell<Lagoon>,
    checkout: OnceLock<Checkout>,
    renewals: Renewals,
    notices: session::PrintedNotices,
    #[cfg(feature = "sandbox")]
    sandbox: OnceCell<Running>,
}

impl App {
    /// Opens nothing yet.
    #[must_use]
    pub fn new(ui: Ui, settings: Settings, interrupts: Interrupts) -> App {
        App {
            ui,
            settings,
            losses: Losses::default(),
            interrupts,
            lagoon: OnceCell::new(),
            checkout: OnceLock::new(),
            renewals: Renewals::default(),
            notices: session::PrintedNotices::default(),
            #[cfg(feature = "sandbox")]
            sandbox: OnceCell::new(),
        }
    }

    /// The Lagoon that is meant, with its token; nothing is sent yet.
    ///
    /// # Errors
    /// When no Lagoon is meant, it does not exist, or there is no token that may go there.
    pub async fn lagoon(&self) -> Result<&Lagoon, Error> {
        self.lagoon
            .get_or_try_init(async || connect::connect(self).await)
            .await
    }

    /// The Lagoon of a context, or of `TASKS_API`, with this source of tokens.
    ///
    /// # Errors
    /// When there is neither, or the context's certificates cannot be read.
    pub fn lagoon_with(
        &self,
        source: TokenSource,
        context: Option<&Context>,
    ) -> Result<Lagoon, Error> {
        let chosen = self.settings.chosen().map(|c| &c.target.value);
        let url = match (context, chosen) {
            (Some(context), _) => context.api.clone(),
            (None, Ok(Target::Address(url))) => url.clone(),
            (None, _) => return Err(Error::usage("no Lagoon is meant").hint("name one: -l NAME")),
        };
        connect::lagoon(self, url, context, source)
    }

    /// The runs that this machine's processes have reported as their own on the current Lagoon.
    ///
    /// # Errors
    /// As [`App::lagoon`].
    pub async fn claims(&self) -> Result<Claims, Error> {
        let address = self.lagoon().await?.url();
        let folder = self.settings.folders.state.as_deref();
        Ok(Claims::open(folder, address.as_str()))
    }

    /// What the files around the current folder say of where one is; read on first use.
    pub fn checkout(&self) -> &Checkout {
        self.checkout.get_or_init(|| {
            let here = std::env::current_dir();
            let found = here.map_or_else(
                |_| Checkout::default(),
                |here| Checkout::read(&here, &Owners::current(sudo_user(), &here)),
            );
            for note in &found.notes {
                self.ui.trace(note);
            }
            found
        })
    }

    /// Where Lagoon's UI is, where the context knows it.
    #[must_use]
    pub fn ui_url(&self) -> Option<String> {
        match &self.settings.chosen().ok()?.target.value {
            Target::Context(context) => context.ui_url.as_ref().map(ToString::to_string),
            _ => None,
        }
    }

    /// Opens a page of Lagoon's UI in the user's browser.
    ///
    /// # Errors
    /// When there is no page, or nothing that opens it.
    pub fn open_page(&self, url: Option<&str>) -> Result<(), Error> {
        page::open(url)
    }

    /// Has a change confirmed: by `--yes`, else by the user.
    ///
    /// # Errors
    /// Wrong use when it is declined, or there is nobody to ask.
    pub fn confirm(&self, question: &str) -> Result<(), Error> {
        if self.settings.yes {
            return Ok(());
        }
        match self.ui.prompt().confirm(question) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::usage("not confirmed: nothing was done")),
            Err(PromptError::NotInteractive) => Err(Error::usage(format!(
                "not confirmed, and nobody can be asked: {question}"
            ))
            .hint("confirm it on the line: --yes")),
            Err(error) => Err(error.into()),
        }
    }

    /// Has a change confirmed at a place (see `target::banner`), which is said in any case.
    ///
    /// # Errors
    /// As [`App::confirm`].
    pub fn confirm_at(&self, banner: &str, question: &str) -> Result<(), Error> {
        if self.settings.yes {
            self.ui.note(banner);
        }
        self.confirm(&format!("{banner}: {question}"))
    }

    /// Makes sure that what decides where a change goes was said, when there is nobody to ask; at
    /// a terminal everything goes, as the user can be asked.
    ///
    /// # Errors
    /// Wrong use, with what to add to the line.
    pub fn require_said(&self, what: &[Deciding]) -> Result<(), Error> {
        if self.ui.can_prompt() {
            return Ok(());
        }
        Ok(self.settings.require_said(what)?)
    }

    /// Before a run is started: has it confirmed that something new is executed on this machine.
    /// Only the sandbox does that; with any other Lagoon, for what came with the sandbox, and for
    /// what was confirmed before, nothing is asked. Call it after [`App::lagoon`].
    ///
    /// # Errors
    /// Wrong use when it is declined, or there is nobody to ask.
    pub fn confirm_execution(&self, what: Executes<'_>) -> Result<(), Error> {
        #[cfg(feature = "sandbox")]
        return sandbox::confirm_execution(self, what);
        #[cfg(not(feature = "sandbox"))]
        {
            let _ = what;
            Ok(())
        }
    }

    /// Has something confirmed together with everything new that it executes on this machine: one
    /// question for both. Call it after [`App::lagoon`].
    ///
    /// # Errors
    /// As [`App::confirm`].
    pub fn confirm_with_execution(
        &self,
        question: &str,
        whats: &[Executes<'_>],
    ) -> Result<(), Error> {
        #[cfg(feature = "sandbox")]
        return sandbox::confirm_with_execution(self, question, whats);
        #[cfg(not(feature = "sandbox"))]
        {
            let _ = whats;
            self.confirm(question)
        }
    }

    /// Makes the next Ctrl-C or SIGTERM the caller's business, as long as the claim lives; without
    /// a claim, and at the second signal, the command just ends.
    #[must_use]
    pub fn claim_interrupt(&self) -> Claim {
        self.interrupts.claim()
    }

    /// Where the configuration file is.
    ///
    /// # Errors
    /// When there is no place for it.
    pub fn config_folder(&self) -> Result<&Path, Error> {
        self.settings.folders.config.as_deref().ok_or_else(|| {
            Error::usage("no place for the configuration: neither XDG_CONFIG_HOME nor HOME is set")
        })
    }
}

/// Prints a text that is no report: help, completion stubs. That nobody reads it is no failure.
///
/// # Errors
/// When stdout cannot be written to.
pub fn print(ui: &Ui, text: &str) -> Result<(), Error> {
    printed(ui.out(text))
}

/// Prints what was held back because it could have been the beginning of a secret.
///
/// # Errors
/// As [`print`].
pub fn finish(ui: &Ui) -> Result<(), Error> {
    printed(ui.finish())
}

fn printed(result: Result<(), StreamError>) -> Result<(), Error> {
    match result {
        Ok(()) | Err(StreamError::Closed) => Ok(()),
        Err(error) => Err(Error::failed(error.to_string())),
    }
}

impl From<SettingsError> for Error {
    fn from(error: SettingsError) -> Self {
        let kind = match error.kind {
            SettingsErrorKind::Usage => Kind::Usage,
            SettingsErrorKind::NotFound => Kind::NotFound,
            SettingsErrorKind::NotSignedIn => Kind::NotAllowed,
        };
        Error::new(kind, error.message).with_hints(error.hints)
    }
}
