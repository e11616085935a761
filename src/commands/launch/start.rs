//! What every command does that starts a run: wait for it or not, and answer with it.

use crate::app::{App, Executes};
use crate::commands::flags::{given, spelled};
use crate::commands::launch::live::LiveWord;
use crate::commands::launch::{LiveFlags, WaitFlags, Watch};
use crate::commands::report::{Answer, RunReport};
use crate::commands::{launch, scope, select};
use crate::domain::{Definition, Environment, Run, Work, quoting};
use crate::error::Error;
use crate::ops::launch::exec;
use crate::ops::launch::lost::{Started, Unstarted};
use crate::ops::runs::follow;
use crate::terminal::Stream;
use std::time::Duration;

use clap::Args;

/// Whether to wait for what was started, and how long.
#[derive(Debug, Clone, Args)]
pub struct Waiting {
    /// Wait until the run is over; the exit code says how it ended
    #[arg(long)]
    pub wait: bool,
    /// Wait, and show the log
    #[arg(long, short = 'f')]
    pub follow: bool,
    // No doc comment: it would become the help of the command.
    #[command(flatten)]
    #[allow(missing_docs, reason = "see LiveFlags")]
    pub live: LiveFlags,
    /// Open the run's page in Lagoon's UI
    #[arg(long)]
    pub web: bool,
    // No doc comment: it would become the help of the command.
    #[command(flatten)]
    #[allow(missing_docs, reason = "see WaitFlags")]
    pub flags: WaitFlags,
}

impl Waiting {
    /// The flags that were given, for a line that does the same.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let flags = [
            (self.wait, "--wait"),
            (self.follow, "--follow"),
            (self.web, "--web"),
        ];
        let mut words: Vec<String> = given(flags).collect();
        if self.live.live != LiveWord::default() {
            words.push(format!("--live={}", spelled(self.live.live)));
        }
        words.extend(self.flags.words());
        words
    }

    /// Whether the command goes on after the start.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.wait || self.follow
    }

    /// Says what was started, waits for it if that was asked for, and answers. `expected` is what
    /// runs of its kind took before.
    ///
    /// # Errors
    /// How the run ended, when it was waited for.
    pub async fn see_through(
        &self,
        app: &App,
        answer: Answer,
        started: Started,
        expected: Option<Duration>,
    ) -> Result<(), Error> {
        say_started(app, &started);
        let run = started.run;
        if self.web {
            let report = report_of(app, run.clone());
            // The run exists: that its page does not open is no failure of it.
            if let Err(error) = app.open_page(report.url().as_deref()) {
                app.ui.warn(&error.message);
                error.hint_texts().iter().for_each(|hint| app.ui.hint(hint));
            }
        }
        app.ui.note(&format!("run {} ({})", run.id, run.task_name));
        if !self.waits() {
            if !run.outcome().is_over() {
                app.ui.note("started, not finished");
            }
            return answer.give_done(&report_of(app, run));
        }
        let log = self.follow.then_some(if self.result_on_stdout(app) {
            Stream::Err
        } else {
            Stream::Out
        });
        let watch = self.watch(app, log, expected);
        let (run, verdict) = watch.until_over(run).await;
        let answer = self.on_its_stream(app, answer);
        verdict.and(answer.give_done(&report_of(app, run)))
    }

    /// With --follow stdout is the log, unless -o asks for the result there.
    #[must_use]
    pub fn result_on_stdout(&self, app: &App) -> bool {
        !self.follow || app.settings.output_is_asked_for()
    }

    /// The answer on the stream that has the result.
    #[must_use]
    pub fn on_its_stream(&self, app: &App, answer: Answer) -> Answer {
        if self.result_on_stdout(app) {
            answer
        } else {
            answer.on(Stream::Err)
        }
    }

    /// Refuses limits of a waiting that was not asked for, and a page that is not known. `waits_first`
    /// where others are waited for before anything is started.
    ///
    /// # Errors
    /// Wrong use.
    pub fn check(&self, app: &App, waits_first: bool) -> Result<(), Error> {
        if self.web && app.ui_url().is_none() {
            // Said before anything is started.
            return app.open_page(None);
        }
        if self.waits() || waits_first {
            return Ok(());
        }
        self.flags.require_none("add --wait or --follow")
    }

    /// Refuses `--live always` where it cannot be, before anything is started.
    ///
    /// # Errors
    /// No log can be followed over ssh there; or any failure of the look-up.
    pub async fn require_live(
        &self,
        app: &App,
        environments: impl IntoIterator<Item = &Environment>,
    ) -> Result<(), Error> {
        if self.live.live == LiveWord::Always {
            for environment in environments {
                follow::require_live(app.lagoon().await?, environment).await?;
            }
        }
        Ok(())
    }

    /// Refuses to open a page of many.
    ///
    /// # Errors
    /// Wrong use.
    pub fn require_no_page(&self) -> Result<(), Error> {
        if self.web {
            return Err(
                Error::usage("--web opens one page, and the line is about several runs")
                    .hint("leave out --web; -o json has the address of each page"),
            );
        }
        Ok(())
    }

    /// What to wait with.
    #[must_use]
    pub fn watch<'a>(
        &self,
        app: &'a App,
        log: Option<Stream>,
        expected: Option<Duration>,
    ) -> Watch<'a> {
        Watch {
            app,
            limits: self.flags.limits(),
            on_interrupt: self.flags.on_interrupt(),
            log,
            live: self.live.live(app),
            raw: false,
            quits: false,
            expected,
            lines: None,
        }
    }
}

/// The warning where waiting was requested and nothing was started to wait for.
#[must_use]
pub fn not_waited_for(app: &App, run: &Run) -> String {
    let mut words = scope::line_start(app, "wait");
    words.push(run.id.to_string());
    let line = quoting::suggestion(words);
    format!("not waiting for run {}; to wait for it: `{line}`", run.id)
}

/// Starts something; an interrupt meanwhile says that it may have been started.
///
/// # Errors
/// Interrupted, or as starting ends.
pub async fn start(
    app: &App,
    name: &str,
    starting: impl Future<Output = Result<Started, Unstarted>>,
) -> Result<Started, Error> {
    launch::unless_interrupted(
        app,
        &format!("`{name}` was being started"),
        "it is unknown whether it was: check the newest runs there before you start it again",
        async { Ok(starting.await?) },
    )
    .await
}

/// Has a task confirmed: its confirmation text, and that it is executed on this machine. `raw` is
/// the whole command line where values are a part of the program.
///
/// # Errors
/// Wrong use when it is declined, or there is nobody to ask.
pub fn confirm_task(app: &App, definition: &Definition, raw: Option<&str>) -> Result<(), Error> {
    if let Some(text) = definition.confirmation() {
        app.confirm(&format!("{}: {text}", definition.name))?;
    }
    match &definition.work {
        Work::Command(command) => app.confirm_execution(Executes::Command(raw.unwrap_or(command))),
        Work::Image(image) => app.confirm_execution(Executes::Image(image)),
        Work::Unknown(_) => Ok(()),
    }
}

/// Has a command confirmed that no task defines: in production, and that it is executed on this
/// machine. `banner` says where.
///
/// # Errors
/// Wrong use when it is declined, or there is nobody to ask.
pub fn confirm_one_off(app: &App, banner: &str, ready: &exec::Ready) -> Result<(), Error> {
    let command = &ready.one_off.command;
    if ready.environment.is_production() {
        app.confirm(&format!("{banner}: run this in production: {command}"))?;
    }
    app.confirm_execution(Executes::Command(command))
}

/// Remembers a run that was started, and says so when it had to be looked for.
pub fn say_started(app: &App, started: &Started) {
    app.record_run(&started.run);
    select::remember(app, &started.run);
    if started.recovered {
        app.ui.warn(&format!(
            "the answer was lost; run {} was found, and is taken for the one that was started",
            started.run.id
        ));
    }
}

/// A run as an answer.
#[must_use]
pub fn report_of(app: &App, run: Run) -> RunReport {
    RunReport {
        run,
        ui_url: app.ui_url(),
    }
}
