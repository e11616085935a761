//! `tasks diff`: what `tasks apply` would do.

use clap::Args;

use crate::app::{App, print};
use crate::commands::report::{PlanReport, ResultPrinter, summary};
use crate::commands::task_files::{Files, PruneArgs, planned};
use crate::error::{Error, Kind};
use crate::ops::as_code::scope::ScopeOptions;
use crate::output::{Format, Report};
use crate::secret::masked;
use crate::settings::{MARKDOWN, number};
use crate::terminal::Stream;

/// Show the changes that `tasks apply` would make
///
/// Compares task files with Lagoon. The plan is printed for people, also without a terminal, unless -o
/// selects a format. The exit code is 9 if there are changes to apply, or 0 with
/// --exit-zero. Use -o markdown for a merge request and -o json for `tasks apply --plan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Compare .lagoon/tasks.yml with Lagoon
  tasks diff
  # Compare another file, and list the tasks that --prune would delete
  tasks diff -f deploy/tasks.yml --var tag=1.2 --prune
  # Write a comment for a merge request
  tasks diff --exit-zero -o markdown > comment.md
  # Save a plan and apply exactly that plan
  tasks diff --exit-zero -o json > plan.json && tasks apply --plan plan.json")]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) files: Files,
    #[command(flatten)]
    permits: PruneArgs,
    /// Read this many projects at a time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = number::<u8>(1..=255))]
    concurrency: u8,
    /// Exit with 0 even if there are changes
    #[arg(long)]
    exit_zero: bool,
}

pub(crate) async fn run(args: DiffArgs, app: &App) -> Result<(), Error> {
    let output = app.settings.output.as_ref();
    let markdown = output.is_some_and(|o| o.value == MARKDOWN);
    let answer = if markdown {
        if app.settings.jq.is_some() {
            return Err(Error::usage(
                "--jq requires JSON and cannot be used with -o markdown",
            ));
        }
        None
    } else {
        Some(ResultPrinter::plan(app)?)
    };
    let is_readable = output.is_none() && app.settings.jq.is_none();
    let progress = app.ui.progress();
    let how = ScopeOptions {
        concurrency: args.concurrency.into(),
        window: app.settings.project.as_ref().map(|p| p.value.as_str()),
        progress: progress.as_ref(),
    };
    let plan = planned(app, &args.files, args.permits, how).await?;
    let lagoon = app.address().await?.to_string();
    let report = PlanReport {
        plan: &plan,
        lagoon: &lagoon,
    };
    match answer {
        None => print(&app.ui, &report.markdown())?,
        Some(answer) if is_readable || answer.format() == Format::Table => {
            print(&app.ui, &report.for_people(app.ui.palette(Stream::Out)))?;
        }
        Some(answer) => {
            if answer.format() == Format::Json {
                refuse_masked(&report)?;
            }
            answer.print(&report)?;
        }
    }
    if plan.is_empty() {
        app.ui.note(&format!("nothing to do: {}", summary(&plan)));
        return Ok(());
    }
    let message = format!("changes to apply: {}", summary(&plan));
    if args.exit_zero {
        app.ui.note(&message);
        return Ok(());
    }
    Err(Error::new(Kind::Changes, message))
}

/// Refuses to write a plan with a masked text: `apply --plan` would define the mask.
fn refuse_masked(report: &PlanReport<'_>) -> Result<(), Error> {
    let text = report.value().to_string();
    if masked(&text) == text {
        return Ok(());
    }
    Err(
        Error::usage("the plan contains a private key or token, which is never printed")
            .hint("read it from an environment variable: use `from_env` in the task file"),
    )
}
