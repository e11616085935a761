//! The flags of the commands that start runs, wait for them or follow their log.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::app::App;
use crate::commands::flags::{given, spelled};
use crate::commands::launch::{ReportFlags, ReportPlan, Watch};
use crate::commands::report::ResultPrinter;
use crate::domain::Environment;
use crate::error::Error;
use crate::ops::runs::follow::{self, LiveMode, LiveOptions};
use crate::ops::runs::wait::Limits;
use crate::settings::{parse_limit, spell_duration};
use crate::terminal::Stream;

/// The limits of a wait, and the effect of an interrupt.
#[derive(Debug, Clone, Args)]
pub(crate) struct WaitFlags {
    /// Limit the wait for the end [default: no limit]
    #[arg(long, value_name = "TIME", value_parser = parse_limit)]
    timeout: Option<Duration>,
    /// Limit the wait for the start [default: 15m]
    #[arg(long, hide_short_help = true, value_name = "TIME", value_parser = parse_limit)]
    start_timeout: Option<Duration>,
    /// Leave or cancel runs on Ctrl-C [default: leave]
    #[arg(
        long,
        hide_short_help = true,
        hide_possible_values = true,
        value_enum,
        value_name = "ACTION"
    )]
    on_interrupt: Option<OnInterrupt>,
    /// Ring the bell and show a notification at the end
    #[arg(long, hide_short_help = true)]
    bell: bool,
    // No doc comment: it would become the help of the command.
    #[command(flatten)]
    pub(super) report: ReportFlags,
}

/// The effect of Ctrl-C on a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnInterrupt {
    /// Leave the run in progress
    #[default]
    Leave,
    /// Cancel the run
    Cancel,
}

impl WaitFlags {
    /// The given flags, for the equivalent command line.
    pub(crate) fn words(&self) -> Vec<String> {
        let limit = |flag: &str, limit: Duration| format!("{flag}={}", spell_duration(limit));
        let words = [
            self.timeout.map(|time| limit("--timeout", time)),
            self.start_timeout
                .map(|time| limit("--start-timeout", time)),
            self.on_interrupt
                .map(|what| format!("--on-interrupt={}", spelled(what))),
        ];
        let bell = self.bell.then(|| "--bell".to_owned());
        let words = words.into_iter().flatten().chain(bell);
        words.chain(self.report.words()).collect()
    }

    /// Refuses these flags if nothing is waited for; `remedy` is the hint.
    pub(crate) fn require_none(&self, needed: &str) -> Result<(), Error> {
        let mut given = given([
            (self.timeout.is_some(), "--timeout"),
            (self.start_timeout.is_some(), "--start-timeout"),
            (self.on_interrupt.is_some(), "--on-interrupt"),
            (self.bell, "--bell"),
            (self.report.is_given(), "--report"),
        ]);
        match given.next() {
            Some(flag) => Err(Error::no_effect(&flag, needed)),
            None => Ok(()),
        }
    }

    /// The reports of `command`. `follows`: stdout is the log.
    pub(crate) fn reports(&self, command: &'static str, follows: bool) -> ReportPlan<'_> {
        self.report.plan(command, follows)
    }

    pub(crate) fn limits(&self) -> Limits {
        let usual = Limits::default();
        Limits {
            timeout: self.timeout,
            start_timeout: self.start_timeout.unwrap_or(usual.start_timeout),
        }
    }

    pub(crate) fn watch<'a>(&self, app: &'a App) -> Watch<'a> {
        Watch {
            on_interrupt: self.on_interrupt.unwrap_or_default(),
            bell: self.bell,
            ..Watch::new(app, self.limits())
        }
    }
}

/// The source of a followed log.
#[derive(Debug, Clone, Args)]
pub(crate) struct LiveFlags {
    /// Stream the log over ssh
    #[arg(
        long = "live",
        hide_short_help = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        requires = "follow"
    )]
    live: LiveModeArg,
}

/// The use of ssh for a followed log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum LiveModeArg {
    /// Use ssh where the cluster allows it, otherwise Lagoon's API
    #[default]
    Auto,
    /// Use SSH, or fail
    Always,
    /// Use Lagoon's API, which may have only part of the log
    Never,
}

impl LiveFlags {
    pub(crate) fn live(&self, app: &App) -> LiveOptions {
        LiveOptions {
            mode: match self.live {
                LiveModeArg::Auto => LiveMode::Auto,
                LiveModeArg::Always => LiveMode::Always,
                LiveModeArg::Never => LiveMode::Never,
            },
            key: app.ssh_key(),
        }
    }
}

/// The flags of every command that starts runs.
#[derive(Debug, Clone, Args)]
pub(crate) struct StartFlags {
    /// Wait for the run; its outcome sets the exit code
    #[arg(long)]
    pub wait: bool,
    /// Wait for the run and print its log
    #[arg(long, short = 'f')]
    pub follow: bool,
    // No doc comment: it would become the help of the command.
    #[command(flatten)]
    live: LiveFlags,
    /// Open the run's page in Lagoon's UI
    #[arg(long, hide_short_help = true)]
    pub web: bool,
    // No doc comment: it would become the help of the command.
    #[command(flatten)]
    pub(super) flags: WaitFlags,
}

impl StartFlags {
    /// The given flags, for the equivalent command line.
    pub(crate) fn words(&self) -> Vec<String> {
        let flags = [
            (self.wait, "--wait"),
            (self.follow, "--follow"),
            (self.web, "--web"),
        ];
        let mut words: Vec<String> = given(flags).collect();
        if self.live.live != LiveModeArg::default() {
            words.push(format!("--live={}", spelled(self.live.live)));
        }
        words.extend(self.flags.words());
        words
    }

    /// The same flags with --follow.
    pub(super) fn following(&self) -> StartFlags {
        StartFlags {
            follow: true,
            ..self.clone()
        }
    }

    pub(crate) fn waits(&self) -> bool {
        self.wait || self.follow
    }

    /// With --follow stdout is the log, unless -o asks for the result there.
    pub(crate) fn follows(&self) -> bool {
        self.follow
    }

    pub(crate) fn result_on_stdout(&self, app: &App) -> bool {
        !self.follow || app.settings.output_is_asked_for()
    }

    pub(crate) fn on_its_stream(&self, app: &App, answer: ResultPrinter) -> ResultPrinter {
        if self.result_on_stdout(app) {
            answer
        } else {
            answer.on(Stream::Err)
        }
    }

    /// Refuses limits without a wait, and a page whose address is unknown. `waits_first`: the command waits
    /// for other runs before the start.
    pub(crate) fn check(&self, app: &App, waits_first: bool) -> Result<(), Error> {
        if self.web {
            app.require_page()?;
        }
        const NEEDED: &str = "--wait or --follow";
        if self.waits() {
            return Ok(());
        }
        if !waits_first {
            return self.flags.require_none(NEEDED);
        }
        match self.flags.report.is_given() {
            // A report is about the outcome of the run itself.
            true => Err(Error::no_effect("--report", NEEDED)),
            false => Ok(()),
        }
    }

    pub(crate) fn reports(&self, command: &'static str) -> ReportPlan<'_> {
        self.flags.reports(command, self.follow)
    }

    /// Refuses `--live always` if the log of one of these environments cannot be followed over ssh.
    pub(crate) async fn require_live(
        &self,
        app: &App,
        environments: impl IntoIterator<Item = &Environment>,
    ) -> Result<(), Error> {
        if self.live.live == LiveModeArg::Always {
            for environment in environments {
                follow::require_live(app.lagoon().await?, environment).await?;
            }
        }
        Ok(())
    }

    pub(crate) fn require_no_page(&self) -> Result<(), Error> {
        if self.web {
            return Err(
                Error::usage("--web opens one page, but the command has several runs")
                    .hint("omit --web; -o json shows the address of each page"),
            );
        }
        Ok(())
    }

    pub(super) fn watch<'a>(&self, app: &'a App) -> Watch<'a> {
        let log = if self.result_on_stdout(app) {
            Stream::Err
        } else {
            Stream::Out
        };
        Watch {
            log: self.follow.then_some(log),
            live: self.live.live(app),
            ..self.flags.watch(app)
        }
    }
}
