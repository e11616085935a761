//! `tasks invoke` on several environments.

use crate::app::App;
use crate::commands::input::values;
use crate::commands::launch::bulk;
use crate::commands::report::Answer;
use crate::commands::select::prompt;
use crate::domain::TaskRef;
use crate::error::Error;
use crate::ops::launch::fit::{self, Fit};
use crate::ops::launch::invoke::Wish;
use crate::ops::launch::ready::Ready;
use crate::ops::places::targets::Seen;
use crate::ops::runs::history;
use crate::output::Several;

use super::plan::Plan;
use super::{IfRunningWord, InvokeArgs};

/// Runs the command where the line is about several.
///
/// # Errors
/// Wrong use, and all that is wrong with any of them, before anything is sent; one verdict on all.
pub(super) async fn run(
    app: &App,
    answer: Answer,
    args: &InvokeArgs,
    task: Option<TaskRef>,
    mut given: values::Values,
) -> Result<(), Error> {
    args.waiting.require_no_page()?;
    let mut targets = args
        .launching
        .targets(app, &args.places, args.dry_run)
        .await?;
    let task = match task {
        Some(task) => task,
        None => chosen(app, &targets.seen)?,
    };
    // Values of a file are whole, or wrong.
    if app.ui.can_prompt() && targets.each.iter().all(|target| target.own.is_empty()) {
        ask(app, &targets.seen, &task, &mut given).await?;
    }
    if args.if_running != IfRunningWord::Start {
        let views = targets.seen.iter_mut().map(|seen| &mut seen.view);
        history::show_all(app.lagoon().await?, views).await?;
    }
    let fits = targets.each.iter().map(|target| -> Fit {
        let seen = &targets.seen[target.at];
        let wish = Wish {
            values: values::with(&given, &target.own),
            raw: args.raw_args,
            without_preflight: args.no_preflight,
        };
        let fit = fit::task(seen, &task, &wish, args.if_running.into());
        (targets.label(target), fit)
    });
    let all = args.launching.sort_out(app, fits.collect())?;
    if args.dry_run {
        let plans = all.into_iter().filter_map(|ready| match ready {
            Ready::Task(ready) => Some(Plan { ready: *ready }),
            Ready::OneOff(_) => None,
        });
        return answer.give(&Several(plans.collect()));
    }
    bulk::confirm(app, &all, args.raw_args)?;
    let how = args.launching.how(args.if_running.into(), &args.waiting);
    bulk::carry_out(app, answer, all, how, &args.waiting).await
}

/// The task, asked for among those of the first environment.
fn chosen(app: &App, seen: &[Seen]) -> Result<TaskRef, Error> {
    let first = seen
        .first()
        .ok_or_else(|| Error::not_found("there is no environment"))?;
    let definition = prompt::task(app, &first.view, None)?;
    Ok(TaskRef::Name(definition.name))
}

/// Asks for what is missing, once for all: by what the first environment that has the task says.
async fn ask(
    app: &App,
    seen: &[Seen],
    task: &TaskRef,
    given: &mut values::Values,
) -> Result<(), Error> {
    let found = seen.iter().find_map(|seen| {
        let definition = task.find(&seen.view.definitions).ok()?;
        Some((&seen.view.environment, definition))
    });
    match found {
        Some((environment, definition)) => {
            prompt::values(app, environment, definition, given, false).await
        }
        None => Ok(()),
    }
}
