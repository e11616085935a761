//! `tasks exec` on several environments.

use crate::app::App;
use crate::commands::target::{Answer, bulk};
use crate::error::Error;
use crate::ops::exec::Wish;
use crate::ops::fit::{self, Fit};
use crate::ops::invoke::IfRunning;
use crate::ops::ready::Ready;
use crate::ops::targets::Depth;
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
    let targets = if args.dry_run {
        args.places.looked_at(app, Depth::All).await?
    } else {
        args.places.changed(app).await?
    };
    targets.require_no_values("exec")?;
    let fits = targets.seen.iter().map(|seen| -> Fit {
        let fit = fit::one_off(seen, wish.clone());
        (seen.view.environment.clone(), fit)
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
