//! `tasks ui`: the full-screen interface.

use clap::Args;

use crate::app::App;
use crate::commands::{launch, scope, select};
use crate::domain::Run;
use crate::error::Error;
use crate::ops::launch::Launch;
use crate::ops::runs::follow::{LiveMode, LiveOptions};
use crate::terminal::Stream;
use crate::tui::equivalent::Program;
use crate::tui::state::Setup;
use crate::tui::{Host, Summary};

/// Open the full-screen interface
///
/// Shows projects and environments, tasks and runs, and logs as they grow. From there you can invoke
/// tasks, run commands, rerun and cancel runs, and download files; each action shows the equivalent
/// command. Press ? for the keys and q to quit.
///
/// Opens the project of the checkout, or the one given with -p.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Open the project of this checkout
  tasks ui
  # Open an environment of a project
  tasks ui -p shop -e develop
  # Try it with the built-in sandbox
  tasks --context sandbox ui")]
pub(crate) struct UiArgs {
    /// Leave the mouse to the terminal, for selecting text
    #[arg(long)]
    no_mouse: bool,
}

pub(crate) async fn run(args: UiArgs, app: &App) -> Result<(), Error> {
    // Reports a missing context or token before the screen changes.
    app.lagoon().await?;
    let environment = app.settings.environment.as_ref();
    let environment = environment.map(|environment| environment.value.clone());
    // With the flags that select the Lagoon.
    let line = app.ui.completed_command("tasks list");
    let program = line.strip_suffix(" list").unwrap_or("tasks").to_owned();
    let setup = Setup {
        context: app.settings.context_label()?,
        program: Program(program),
        ui_url: app.ui_url(),
        project: app.settings.project.as_ref().map(|p| p.value.clone()),
        environment,
        branch: scope::branch(app).cloned(),
        symbols: app.ui.symbols(),
        is_coloured: app.ui.palette(Stream::Out).is_enabled(),
    };
    let host = CommandLine(app);
    let (summary, verdict) = crate::tui::run(app, &host, setup, !args.no_mouse).await;
    report(app, summary);
    verdict
}

/// Requires a terminal, before anything is sent.
pub(crate) fn require_terminal(app: &App) -> Result<(), Error> {
    let terminal = app.ui.terminal();
    if terminal.stdin && terminal.stdout && !app.ui.is_dumb() {
        return Ok(());
    }
    Err(Error::usage("the full-screen interface needs a terminal")
        .hint("without a terminal, use a command such as: tasks list"))
}

fn report(app: &App, summary: Summary) {
    if let Some(trouble) = summary.trouble {
        app.ui.warn(&trouble.text);
        trouble.hints.iter().for_each(|hint| app.ui.hint(hint));
    }
    for line in summary.unanswered {
        app.ui.warn(&format!(
            "quit before Lagoon replied; it is unknown whether this was carried out: {line}"
        ));
        app.ui.hint("check the newest runs before you repeat it");
    }
    for run in summary.started {
        if !run.outcome().is_finished() {
            let mut words = scope::line_start("logs");
            words.extend([run.id.to_string(), "-f".to_owned()]);
            let line = crate::domain::task::quoting::suggestion(words);
            app.ui
                .note(&format!("run {} is in progress; follow it: {line}", run.id));
        }
    }
}

struct CommandLine<'a>(&'a App);

impl Host for CommandLine<'_> {
    fn questions(&self, launch: &Launch) -> Result<Vec<String>, Error> {
        launch::questions_before(self.0, launch)
    }

    fn agree(&self, launch: &Launch) -> Result<(), Error> {
        launch::agree(self.0, launch)
    }

    fn record(&self, run: &Run) {
        self.0.record_run(run);
        select::record_last_run(self.0, run);
    }

    fn live(&self) -> LiveOptions {
        LiveOptions {
            mode: LiveMode::Auto,
            key: self.0.ssh_key(),
        }
    }
}
