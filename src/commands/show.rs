//! `tasks show`: one task, whole.

use clap::Args;

use crate::app::App;
use crate::domain::TaskRef;
use crate::error::Error;
use crate::ops::tasks;

use super::target::{self, Answer, Task};

/// Show one task, whole
///
/// Its command or image, scope, permission, and its arguments with type, default and allowed
/// values. TASK is an id or a name; `id:42` and `name:42` say which.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks show 'Run yarn audit' -p shop -e main
  tasks show 42 -p shop
  tasks show 'Clear caches' -e main --jq .command")]
pub struct ShowArgs {
    /// The task, by id or name
    #[arg(value_name = "TASK")]
    task: String,
}

/// Runs the command.
///
/// # Errors
/// Not found or ambiguous, or any failure of the request.
pub async fn run(args: ShowArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    let task = TaskRef::parse(&args.task)?;
    let project = target::project(app)?;
    target::say_source(app, "project", project);
    let environment = target::said_environment(app, &project.value).await?;
    let lagoon = app.lagoon().await?;
    let listed = tasks::show(lagoon, &project.value, environment.as_deref(), &task).await?;
    answer.give(&Task {
        listed,
        is_written: false,
    })
}
