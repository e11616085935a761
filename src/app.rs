//! The services of a command: terminal, settings, and a Lagoon connected on first use, so that
//! commands without Lagoon stay fast and work offline.

mod browser;
mod checkout;
mod connect;
mod discovery;
mod explain;
pub(crate) mod final_page;
mod interrupt;
mod output_failures;
mod page;
mod reach;
#[cfg(feature = "sandbox")]
mod sandbox;
mod session;
mod sign_out;
mod test_reports;

use std::path::Path;
use std::sync::OnceLock;

use tokio::sync::OnceCell;

pub(crate) use browser::BrowserWindow;
pub(crate) use discovery::DiscoveryOutcome;
pub(crate) use interrupt::{Claim, GiveUp, Ignored, Interrupts};
pub(crate) use output_failures::OutputFailures;
pub(crate) use reach::Route;
#[cfg(feature = "sandbox")]
pub(crate) use sandbox::{Rehearsal, Running, SandboxSeed};
pub(crate) use sign_out::SignOut;
pub(crate) use test_reports::{ReportTarget, TestReports, verdict};

use crate::auth::{Renewals, TokenSource};
use crate::config::{Checkout, Context};
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;
use crate::settings::{Settings, SettingsError, SettingsErrorKind, Target, TargetSetting};
use crate::state::Claims;
use crate::terminal::{Pager, PromptError, StreamError, Ui};

#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "sandbox"), allow(dead_code))]
pub(crate) enum ExecutedWork<'a> {
    /// `command` is without argument values.
    Command {
        command: &'a str,
        service: &'a str,
    },
    Image(&'a str),
}

pub(crate) struct App {
    pub ui: Ui,
    pub settings: Settings,
    pub output_failures: OutputFailures,
    pub test_reports: TestReports,
    interrupts: Interrupts,
    lagoon: OnceCell<Lagoon>,
    checkout: OnceLock<Checkout>,
    /// Git remotes of which Lagoon shows no project.
    unknown_remotes: OnceLock<Vec<String>>,
    renewals: Renewals,
    notices: session::PrintedNotices,
    #[cfg(feature = "sandbox")]
    sandbox: OnceCell<Running>,
    #[cfg(feature = "sandbox")]
    rehearsal: OnceLock<Rehearsal>,
}

impl App {
    pub(crate) fn new(ui: Ui, settings: Settings, interrupts: Interrupts) -> App {
        App {
            ui,
            settings,
            output_failures: OutputFailures::default(),
            test_reports: TestReports::default(),
            interrupts,
            lagoon: OnceCell::new(),
            checkout: OnceLock::new(),
            unknown_remotes: OnceLock::new(),
            renewals: Renewals::default(),
            notices: session::PrintedNotices::default(),
            #[cfg(feature = "sandbox")]
            sandbox: OnceCell::new(),
            #[cfg(feature = "sandbox")]
            rehearsal: OnceLock::new(),
        }
    }

    /// Connects to the selected Lagoon. Sends nothing yet.
    pub(crate) async fn lagoon(&self) -> Result<&Lagoon, Error> {
        self.lagoon
            .get_or_try_init(async || connect::connect(self).await)
            .await
    }

    pub(crate) fn lagoon_with(
        &self,
        source: TokenSource,
        context: Option<&Context>,
    ) -> Result<Lagoon, Error> {
        let chosen = self.settings.chosen().map(|c| &c.target.value);
        let url = match (context, chosen) {
            (Some(context), _) => context.api.clone(),
            (None, Ok(Target::Address(url))) => url.clone(),
            (None, _) => {
                return Err(Error::usage("no Lagoon selected").hint("select a context: -l NAME"));
            }
        };
        connect::lagoon(self, url, context, source)
    }

    /// The claims on runs of the selected Lagoon.
    pub(crate) async fn claims(&self) -> Result<Claims, Error> {
        let address = self.lagoon().await?.url();
        let folder = self.settings.folders.state.as_deref();
        Ok(Claims::open(folder, address.as_str()))
    }

    pub(crate) fn ui_url(&self) -> Option<String> {
        let context = self.settings.chosen().ok()?.target.value.context()?;
        context.ui_url.as_ref().map(ToString::to_string)
    }

    pub(crate) async fn open_page(&self, url: Option<&str>) -> Result<(), Error> {
        page::open(url).await
    }

    /// Refuses `--web` if no address of the UI is known.
    pub(crate) fn require_page(&self) -> Result<(), Error> {
        match self.ui_url() {
            Some(_) => Ok(()),
            None => Err(page::unknown()),
        }
    }

    pub(crate) fn confirm(&self, question: &str) -> Result<(), Error> {
        if self.settings.yes {
            return Ok(());
        }
        match self.ui.prompt().confirm(question, false) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::usage("not confirmed; nothing was done")),
            Err(PromptError::NotInteractive) => Err(Error::confirmation_required(question)),
            Err(error) => Err(error.into()),
        }
    }

    /// Like [`App::confirm`]; with `--yes`, prints the banner.
    pub(crate) fn confirm_at(&self, banner: &str, question: &str) -> Result<(), Error> {
        if self.settings.yes {
            self.ui.note(banner);
        }
        self.confirm(&format!("{banner}: {question}"))
    }

    /// Applies [`Settings::require_explicit`] without a terminal.
    pub(crate) fn require_explicit(&self, what: &[TargetSetting]) -> Result<(), Error> {
        if self.ui.can_prompt() {
            return Ok(());
        }
        for setting in what {
            if let Err(error) = self.settings.require_explicit(&[*setting]) {
                let error = Error::from(error);
                return Err(match setting {
                    TargetSetting::Project => error.with_hints(self.unused_checkout()),
                    _ => error,
                });
            }
        }
        Ok(())
    }

    /// The name of the sandbox in the names of files.
    pub(crate) fn sandbox_name(&self) -> Result<String, Error> {
        #[cfg(feature = "sandbox")]
        if let Some(rehearsal) = self.rehearsal()? {
            return Ok(format!("sandbox-{}", rehearsal.name));
        }
        Ok("sandbox".to_owned())
    }

    /// Asks before the sandbox executes something new. An error if it cannot be executed. Call it after
    /// [`App::lagoon`], which starts the sandbox.
    pub(crate) fn confirm_execution(&self, what: ExecutedWork<'_>) -> Result<(), Error> {
        #[cfg(feature = "sandbox")]
        return sandbox::confirm_execution(self, what);
        #[cfg(not(feature = "sandbox"))]
        {
            let _ = what;
            Ok(())
        }
    }

    /// Like [`App::confirm_execution`], in one question with that of the action.
    pub(crate) fn confirm_with_execution(
        &self,
        question: &str,
        whats: &[ExecutedWork<'_>],
    ) -> Result<(), Error> {
        #[cfg(feature = "sandbox")]
        return sandbox::confirm_with_execution(self, question, whats);
        #[cfg(not(feature = "sandbox"))]
        {
            let _ = whats;
            self.confirm(question)
        }
    }

    /// The question of [`App::confirm_execution`], if there is one.
    #[cfg(any(feature = "mcp", feature = "ui"))]
    pub(crate) fn execution_question(
        &self,
        what: ExecutedWork<'_>,
    ) -> Result<Option<String>, Error> {
        #[cfg(feature = "sandbox")]
        return sandbox::execution_question(self, what);
        #[cfg(not(feature = "sandbox"))]
        {
            let _ = what;
            Ok(None)
        }
    }

    /// Records that this question was answered with yes.
    #[cfg(any(feature = "mcp", feature = "ui"))]
    pub(crate) fn agree_to_execution(&self, what: ExecutedWork<'_>) -> Result<(), Error> {
        #[cfg(feature = "sandbox")]
        return sandbox::agree_to_execution(self, what);
        #[cfg(not(feature = "sandbox"))]
        {
            let _ = what;
            Ok(())
        }
    }

    /// Lets the caller handle the next signal. Without a claim, and at the second signal, the
    /// command ends.
    pub(crate) fn claim_interrupt(&self) -> Claim {
        self.interrupts.claim()
    }

    /// Sends all output to the user's pager until drop; `None` if there is none. Ctrl-C is for the
    /// pager.
    pub(crate) fn page(&self) -> Option<(Pager, Ignored)> {
        let ignored = self.interrupts.ignore_ctrl_c();
        Some((self.ui.page()?, ignored))
    }

    pub(crate) fn config_folder(&self) -> Result<&Path, Error> {
        let folder = self.settings.folders.config.as_deref();
        folder.ok_or_else(|| Error::no_folder("store the configuration", "XDG_CONFIG_HOME"))
    }
}

/// Prints help or another text that is no result. A broken pipe is not an error.
pub(crate) fn print(ui: &Ui, text: &str) -> Result<(), Error> {
    printed(ui.out(text))
}

pub(crate) fn finish(ui: &Ui) -> Result<(), Error> {
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
            SettingsErrorKind::Usage | SettingsErrorKind::NoCurrentContext => Kind::Usage,
            SettingsErrorKind::NotFound => Kind::NotFound,
            SettingsErrorKind::NotSignedIn => Kind::NotAllowed,
        };
        Error::new(kind, error.message).with_hints(error.hints)
    }
}
