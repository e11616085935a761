//! `tasks show`: show a task in full.

use crate::app::App;
use crate::commands::report::{ResultPrinter, TaskReport};
use crate::commands::scope;
use crate::commands::select::pick::{self, no_task_given};
use crate::domain::TaskRef;
use crate::error::Error;
use crate::ops::definitions::tasks::{self, Filter};
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
    task: Option<String>,
}

pub(crate) async fn run(args: ShowArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let task = args.task.as_deref().map(TaskRef::parse).transpose()?;
    if task.is_none() && !app.ui.can_prompt() {
        return Err(no_task_given("show"));
    }
    let project = scope::project(app).await?;
    let environment = scope::given_environment(app, &project).await?;
    let lagoon = app.lagoon().await?;
    let task = match task {
        Some(task) => task,
        None => chosen(app, &project, environment.as_deref()).await?,
    };
    let listed = match &environment {
        Some(name) => {
            let read = async |name: &str| tasks::show(lagoon, &project, Some(name), &task).await;
            scope::by_any_name(app, &project, name, read).await?
        }
        None => tasks::show(lagoon, &project, None, &task).await?,
    };
    answer.print(&TaskReport {
        listed,
        is_written: false,
    })
}

async fn chosen(app: &App, project: &str, environment: Option<&str>) -> Result<TaskRef, Error> {
    let lagoon = app.lagoon().await?;
    let listing = tasks::list(lagoon, project, environment, &Filter::default()).await?;
    let definitions: Vec<_> = listing.tasks.iter().map(|task| &task.definition).collect();
    Ok(TaskRef::Id(pick::task(app, &definitions, project)?.id))
}
