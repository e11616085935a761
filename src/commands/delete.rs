//! `tasks delete`: remove tasks.

mod unlisted;

use crate::app::App;
use crate::commands::flags::ScopeWord;
use crate::commands::report::Answer;
use crate::commands::scope::Wants;
use crate::commands::{launch, scope};
use crate::domain::plan::coverage::Coverage;
use crate::domain::{Definition, TaskRef};
use crate::error::{Error, quoted_list};
use crate::ops::definitions::delete::{self, Deletions};
use crate::ops::definitions::update;
use crate::output::{Cell, Column, Grid, Report};
use clap::Args;
use serde_json::Value;

/// Delete tasks
///
/// Asks first, and says what goes and, where it can be known, which other task of that name comes
/// to light. Only tasks of exactly the scope that the line names are touched: -e an environment,
/// --group a group, -p a project, --scope system the system. Runs that were started stay.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks delete 'Clear caches' -p shop -e main
  tasks delete id:42 'Sync database' -p shop --yes
  tasks delete Report --group acme
  tasks delete id:16 --unlisted")]
pub struct DeleteArgs {
    /// The tasks, by id or name
    #[arg(value_name = "TASK", required = true)]
    tasks: Vec<String>,
    /// Where they are defined, when the line names more than one place
    #[arg(long, value_enum)]
    scope: Option<ScopeWord>,
    /// They are defined for this group
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// No environment lists them: orphans, and half made ones. For platform owners, by id
    #[arg(long, conflicts_with_all = ["scope", "group"])]
    unlisted: bool,
}

impl DeleteArgs {
    /// What has to be known of where one is.
    pub fn wants(&self) -> Wants {
        if self.unlisted {
            return Wants::Nothing;
        }
        scope::scope_wants(self.group.as_deref())
    }
}

/// What helps who interrupts.
const REMEDY: &str = "perhaps some are gone: say the same again, with those that are still there";

pub async fn run(args: DeleteArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    let tasks = args.tasks.iter().map(|t| TaskRef::parse(t));
    let tasks = tasks.collect::<Result<Vec<_>, _>>()?;
    if args.unlisted {
        return unlisted::run(app, &answer, &tasks).await;
    }
    let target = scope::named_target(
        app,
        args.scope,
        args.group.as_deref(),
        "the tasks to delete are defined",
        false,
    )
    .await?;
    let lagoon = app.lagoon().await?;
    let progress = app.ui.progress();
    progress.start("reading", None);
    let coverage = Coverage::tasks(&tasks);
    let site = update::wide_site(lagoon, &target, &coverage, Some(progress.as_ref())).await;
    progress.finish();
    let site = site?;
    let mut doomed: Vec<Definition> = Vec::new();
    for task in &tasks {
        let found = update::find(&site, task)
            .map_err(|why| scope::not_here(app, why, &site.label, "delete"))?;
        if !doomed.iter().any(|d| d.id == found.id) {
            doomed.push(found);
        }
    }
    for one in &doomed {
        app.ui.note(&format!("{} (id {})", one.name, one.id));
        if let Some(other) = delete::behind(&site, one) {
            app.ui.note(&format!(
                "  the task {} of scope {} will answer to the name then",
                other.id,
                other.scope.word()
            ));
        }
    }
    let names: Vec<&str> = doomed.iter().map(|d| d.name.as_str()).collect();
    let banner = scope::banner(app, &site.label)?;
    app.confirm_at(&banner, &format!("delete {}?", quoted_list(&names)))?;
    let deleting = delete::delete_all(lagoon, &target, doomed);
    let deleted =
        launch::unless_interrupted(app, "deleting", REMEDY, async { Ok(deleting.await) }).await?;
    let Deletions { gone, failed } = deleted;
    let verified = if gone.is_empty() {
        Ok(Vec::new())
    } else {
        delete::verify(lagoon, &target, &gone).await
    };
    if !gone.is_empty() {
        answer.give_done(&Deleted {
            tasks: gone,
            one: tasks.len() == 1,
        })?;
    }
    if let Some(error) = delete::failure(failed, tasks.len()) {
        return Err(error);
    }
    for other in verified? {
        app.ui.note(&format!(
            "`{}` is now the task {} of scope {}",
            other.name,
            other.id,
            other.scope.word()
        ));
    }
    Ok(())
}

struct Deleted {
    tasks: Vec<Definition>,
    one: bool,
}

impl Report for Deleted {
    fn value(&self) -> Value {
        match self.tasks.as_slice() {
            [only] if self.one => only.to_json(),
            all => all.iter().map(Definition::to_json).collect(),
        }
    }

    fn grid(&self) -> Grid {
        let mut grid = Grid::new([
            Column::new("id"),
            Column::new("deleted"),
            Column::new("scope"),
        ]);
        for task in &self.tasks {
            grid.row([
                Cell::id(task.id),
                Cell::name(&task.name),
                task.scope.word().into(),
            ]);
        }
        grid
    }
}
