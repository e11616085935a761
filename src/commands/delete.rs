//! `tasks delete`: remove tasks.

mod unlisted;

use crate::app::App;
use crate::commands::flags::ScopeArg;
use crate::commands::report::{PreparedReport, ResultPrinter, Table};
use crate::commands::select::pick::{self, no_task_given};
use crate::commands::{launch, scope};
use crate::domain::plan::coverage::Coverage;
use crate::domain::{Definition, TaskRef};
use crate::error::{Error, quoted_list};
use crate::ops::definitions::delete::{self, Deletions};
use crate::ops::definitions::update;
use crate::output::Cell;
use clap::Args;

/// Delete tasks
///
/// Asks for confirmation, and reports tasks of the same name that are no longer hidden. The tasks must have exactly the scope from the command line: --scope, otherwise -e
/// (environment), --group or -p (project). Without one, a terminal offers the scopes that have the tasks. Existing runs are kept.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Delete a task of an environment
  tasks delete 'Clear caches' -p shop -e main
  # Delete two tasks of a project without confirmation
  tasks delete id:42 'Sync database' -p shop --yes
  # Delete a task of a group
  tasks delete Report --group acme
  # Delete an orphaned task
  tasks delete id:16 --unlisted")]
pub(crate) struct DeleteArgs {
    /// Task id or name
    #[arg(value_name = "TASK", required_if_eq("unlisted", "true"))]
    tasks: Vec<String>,
    /// Select the scope of the tasks
    #[arg(long, value_enum)]
    scope: Option<ScopeArg>,
    /// Delete tasks of this group
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// Delete orphaned or incomplete tasks by id (platform owners)
    #[arg(long, conflicts_with_all = ["scope", "group"])]
    pub(crate) unlisted: bool,
}

pub(crate) async fn run(args: DeleteArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let tasks = args.tasks.iter().map(|t| TaskRef::parse(t));
    let tasks = tasks.collect::<Result<Vec<_>, _>>()?;
    if tasks.is_empty() && !app.ui.can_prompt() {
        return Err(no_task_given("delete"));
    }
    if args.unlisted {
        return unlisted::run(app, &answer, &tasks).await;
    }
    let group = args.group.as_deref();
    let found = scope::target_of_tasks(app, args.scope, group, &tasks, false).await?;
    let lagoon = app.lagoon().await?;
    let target = scope::with_environment_name(app, found.target).await?;
    let progress = app.ui.progress();
    progress.start("reading tasks", None);
    let coverage = match tasks.as_slice() {
        [] => Coverage::whole(),
        tasks => Coverage::tasks(tasks),
    };
    let site = update::shared_scope_view(lagoon, &target, &coverage, Some(progress.as_ref())).await;
    progress.finish();
    let site = site?;
    let mut doomed: Vec<Definition> = Vec::new();
    if tasks.is_empty() {
        doomed.push(pick::task(app, &update::own_tasks(&site), &site.label)?.clone());
    }
    for task in &tasks {
        let found = update::find(&site, task)
            .map_err(|why| scope::task_not_found(why, &site.label, "delete"))?;
        if !doomed.iter().any(|d| d.id == found.id) {
            doomed.push(found);
        }
    }
    for one in &doomed {
        app.ui.note(&format!("{} (id {})", one.name, one.id));
        if let Some(other) = delete::shadowed_by(&site, one) {
            app.ui.note(&format!(
                "  the name will then refer to task {} of the scope {}",
                other.id,
                other.scope.word()
            ));
        }
    }
    let names: Vec<&str> = doomed.iter().map(|d| d.name.as_str()).collect();
    let banner = scope::banner(app, &site.label)?;
    app.confirm_at(&banner, &format!("delete {}?", quoted_list(&names)))?;
    let deleting = delete::delete_all(lagoon, &target, doomed);
    let verify = async |gone: &[Definition]| delete::verify(lagoon, &target, gone).await;
    for other in carry_out(app, &answer, tasks.len().max(1), deleting, verify).await? {
        app.ui.note(&format!(
            "`{}` now refers to task {} of the scope {}",
            other.name,
            other.id,
            other.scope.word()
        ));
    }
    Ok(())
}

/// Deletes `count` tasks, reports those that are gone, and returns what `verify` reads about them.
async fn carry_out<T: Default>(
    app: &App,
    answer: &ResultPrinter,
    count: usize,
    deleting: impl Future<Output = Deletions>,
    verify: impl AsyncFnOnce(&[Definition]) -> Result<T, Error>,
) -> Result<T, Error> {
    const REMEDY: &str =
        "some tasks may have been deleted; check with `tasks list`, then delete the remaining ones";
    let deleting = async { Ok(deleting.await) };
    let Deletions { gone, failed } =
        launch::unless_interrupted(app, "deleting", REMEDY, deleting).await?;
    let verified = if gone.is_empty() {
        Ok(T::default())
    } else {
        let verified = verify(&gone).await;
        answer.print_done(&report(&gone, count == 1))?;
        verified
    };
    delete::failure(failed, count).map_or(verified, Err)
}

/// Reports deleted tasks: an object if the command line names `one`, else a list.
fn report(deleted: &[Definition], one: bool) -> PreparedReport {
    let value = match deleted {
        [only] if one => only.to_json(),
        all => all.iter().map(Definition::to_json).collect(),
    };
    let grid = Table::of(deleted)
        .column("id", |task| Cell::id(task.id))
        .column("deleted", |task| Cell::name(&task.name))
        .column("scope", |task| task.scope.word())
        .grid();
    PreparedReport::new(value, grid)
}
