//! `tasks exec` on several environments.

use crate::app::App;
use crate::commands::launch::bulk;
use crate::commands::report::Answer;
use crate::error::Error;
use crate::ops::launch::exec::Wish;
use crate::ops::launch::fit::{self, Fit};
use crate::ops::launch::invoke::IfRunning;
use crate::ops::launch::ready::Ready;
use crate::output::Several;

use super::ExecArgs;
use super::plan::Plan;

/// Runs the command where the line is about several.
///
/// # Errors
/// Wrong use, and all that is wrong with any of them, before anything is sent; one verdict on all.
pub(super) async fn run(
    app: &App,
    answer: Answer,
    args: &ExecArgs,
    wish: &Wish,
) -> Result<(), Error> {
    args.waiting.require_no_page()?;
    let targets = args
        .launching
        .targets(app, &args.places, args.dry_run)
        .await?;
    targets.require_no_values("exec")?;
    let fits = targets.each.iter().map(|target| -> Fit {
        let fit = fit::one_off(&targets.seen[target.at], wish.clone());
        (targets.label(target), fit)
    });
    let all = args.launching.sort_out(app, fits.collect())?;
    if args.dry_run {
        let plans = all.into_iter().filter_map(|ready| match ready {
            Ready::OneOff(ready) => Some(Plan { ready: *ready }),
            Ready::Task(_) => None,
        });
        return answer.give(&Several(plans.collect()));
    }
    bulk::confirm(app, &all, false)?;
    let how = args.launching.how(IfRunning::Start, &args.waiting);
    bulk::carry_out(app, answer, all, how, &args.waiting).await
}
