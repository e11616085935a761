//! `tasks show`: show a task in full.

use crate::app::App;
use crate::commands::report::{ResultPrinter, TaskReport};
use crate::commands::scope;
use crate::domain::TaskRef;
use crate::error::Error;
use crate::ops::definitions::tasks;
use clap::Args;

/// Show a task in full
///
/// Shows the command or image, the scope, the permission, and the arguments with their types,
/// defaults and allowed values. A number is an id; write `name:42` for a task that is called 42.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Show a task by name
  tasks show 'Run yarn audit' -p shop -e main
  # Show a task by id
  tasks show 42 -p shop
  # Print only its command
  tasks show 'Clear caches' -e main --jq .command")]
pub(crate) struct ShowArgs {
    /// Task id or name
    #[arg(value_name = "TASK")]
    task: String,
}

pub(crate) async fn run(args: ShowArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let task = TaskRef::parse(&args.task)?;
    let project = scope::project(app)?;
    scope::report_source(app, "project", project);
    let environment = scope::given_environment(app, &project.value).await?;
    let lagoon = app.lagoon().await?;
    let listed = tasks::show(lagoon, &project.value, environment.as_deref(), &task).await?;
    answer.print(&TaskReport {
        listed,
        is_written: false,
    })
}
