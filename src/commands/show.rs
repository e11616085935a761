//! `tasks show`: show a task in full.

use crate::app::App;
use crate::commands::report::{Answer, Task};
use crate::commands::scope;
use crate::domain::TaskRef;
use crate::error::Error;
use crate::ops::definitions::tasks;
use clap::Args;

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
pub(crate) struct ShowArgs {
    /// The task, by id or name
    #[arg(value_name = "TASK")]
    task: String,
}

pub(crate) async fn run(args: ShowArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    let task = TaskRef::parse(&args.task)?;
    let project = scope::project(app)?;
    scope::report_source(app, "project", project);
    let environment = scope::given_environment(app, &project.value).await?;
    let lagoon = app.lagoon().await?;
    let listed = tasks::show(lagoon, &project.value, environment.as_deref(), &task).await?;
    answer.give(&Task {
        listed,
        is_written: false,
    })
}
