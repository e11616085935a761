//! `tasks update`: change a task.

mod edits;

use crate::app::{App, print};
use crate::commands::flags::{ScopeArg, refuse};
use crate::commands::report::{PreparedReport, ResultPrinter, TaskReport};
use crate::commands::select::pick::{self, no_task_given};
use crate::commands::{launch, report, scope};
use crate::domain::plan::coverage::Coverage;
use crate::domain::task::difference::{Difference, differences};
use crate::domain::task::rules;
use crate::domain::{Definition, Scope, TaskRef};
use crate::error::Error;
use crate::ops::definitions::{define, update};
use crate::output::{Format, Report};
use crate::terminal::{Palette, Stream};
use clap::Args;
use serde_json::json;

/// Change a task
///
/// Changes only the fields that you name, shows their old and new values, and verifies the result.
/// The task must have exactly the scope from the command line: --scope, otherwise -e (environment),
/// --group or -p (project). Without one, a terminal offers the scopes that have the task. The type (command or image) and the scope cannot be changed: use `tasks
/// apply --replace`, or delete the task and define it again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Let guests invoke a task
  tasks update 'Clear caches' -p shop -e main --permission guest
  # Show the effect of a new name without making the change
  tasks update 'Clear caches' -p shop --name 'Clear all caches' --dry-run
  # Replace the command and remove the confirmation
  tasks update id:42 -p shop --command-file sync.sh --confirmation-text ''
  # Add one argument and remove another
  tasks update Reindex -p shop --arg 'INDEX?:string' --remove-arg OLD")]
pub(crate) struct UpdateArgs {
    /// Task id or name
    #[arg(value_name = "TASK")]
    task: Option<String>,
    /// Select the scope of the task
    #[arg(long, value_enum)]
    scope: Option<ScopeArg>,
    /// Change a task of this group
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    #[command(flatten)]
    edits: edits::Edits,
    /// Show the changes without making them
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(args: UpdateArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let named = args.task.as_deref().map(TaskRef::parse).transpose()?;
    if named.is_none() && !app.ui.can_prompt() {
        return Err(no_task_given("update"));
    }
    args.edits.check()?;
    let group = args.group.as_deref();
    let found =
        scope::target_of_tasks(app, args.scope, group, named.as_slice(), args.dry_run).await?;
    let lagoon = app.lagoon().await?;
    let is_found = found.is_found;
    let target = scope::with_environment_name(app, found.target).await?;
    let coverage = match &named {
        Some(task) => Coverage::tasks(std::slice::from_ref(task)).and_name(args.edits.name()),
        None => Coverage::whole(),
    };
    let progress = app.ui.progress();
    progress.start("reading tasks", None);
    let site = define::site(lagoon, &target, &coverage, Some(progress.as_ref())).await;
    progress.finish();
    let site = site?;
    let before = match &named {
        Some(task) => update::find(&site, task)
            .map_err(|why| scope::task_not_found(why, &site.label, "update"))?,
        None => pick::task(app, &update::own_tasks(&site), &site.label)?.clone(),
    };
    let after = args.edits.apply(app, &before)?;
    let changes = differences(&before, &after);
    if changes.is_empty() {
        app.ui.note("unchanged: the task already has these values");
        return print_update(app, &answer, before, changes, args.dry_run);
    }
    refuse(&rules::violations_of_change(&before, &after))?;
    for warning in rules::warnings(&after) {
        app.ui.warn(&warning);
    }
    update::check_name(&site, &before, &after)?;
    if changes.iter().any(|c| c.field == "arguments") {
        define::check_environment_defaults(lagoon, &site, &after).await?;
    }
    if changes.iter().any(|c| c.field == "service")
        && let Some(warning) = site.missing_service(&after)
    {
        app.ui.warn(&warning);
    }
    let banner = scope::banner(app, &site.label)?;
    if !args.dry_run && !app.settings.yes && (is_found || site.scope == Scope::System) {
        app.ui.note(plain(app, &changes).trim_end());
    }
    if args.dry_run {
        app.ui
            .note(&format!("{banner}: dry run, nothing was changed"));
        return print_update(app, &answer, after, changes, true);
    }
    if site.scope == Scope::System {
        let name = &before.name;
        let question = format!("change `{name}` for all projects of this Lagoon?");
        app.confirm_at(&banner, &question)?;
    } else if is_found {
        app.confirm_at(&banner, &format!("change `{}`?", before.name))?;
    } else {
        app.ui.note(&banner);
    }
    let now = launch::unless_interrupted(
        app,
        &format!("changing `{}`", before.name),
        "it may have been changed; run the command again to make sure",
        update::update(lagoon, &target, &before, &after),
    )
    .await?;
    app.ui.note("changed");
    print_update(app, &answer, now, changes, false)
}

/// The changes for a note, which has no colours.
fn plain(app: &App, changes: &[Difference]) -> String {
    report::render(Palette::new(false).with(app.ui.symbols()), changes, 2)
}

fn print_update(
    app: &App,
    answer: &ResultPrinter,
    definition: Definition,
    changes: Vec<Difference>,
    dry_run: bool,
) -> Result<(), Error> {
    if answer.format() == Format::Table {
        let palette = app.ui.palette(Stream::Out);
        let title = format!("{} {}", definition.id, definition.name);
        let title = palette.paint(report::Style::Name, &crate::terminal::clean_line(&title));
        let text = format!("{title}\n{}", report::render(palette, &changes, 2));
        return print(&app.ui, &text);
    }
    if !changes.is_empty() {
        app.ui.note(plain(app, &changes).trim_end());
    }
    let task = TaskReport::written(definition);
    let mut value = task.value();
    let changes = changes.iter();
    value["changes"] = changes
        .map(|c| json!({"field": c.field, "before": c.have, "after": c.want}))
        .collect();
    value["dryRun"] = json!(dry_run);
    let updated = PreparedReport::new(value, task.grid());
    if dry_run {
        answer.print(&updated)
    } else {
        answer.print_done(&updated)
    }
}
