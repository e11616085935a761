//! The plan of `diff` and `apply`.

use clap::Args;

use crate::app::App;
use crate::commands::task_files::{Files, refuse_own_secrets};
use crate::config::api_address;
use crate::domain::manifest::Desired;
use crate::domain::plan::{Plan, PlanOptions, Refusal};
use crate::domain::task::rules;
use crate::error::Error;
use crate::ops::as_code::manifest::refusal;
use crate::ops::as_code::planning;
use crate::ops::as_code::scope::ScopeOptions;
use crate::settings::{Target, TargetSetting, number};

/// Changes that require a flag.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct PruneArgs {
    /// Delete and define again tasks whose type or scope changes
    #[arg(long)]
    pub replace: bool,
    /// Delete tasks that are missing from the file, in its scopes
    #[arg(long)]
    pub prune: bool,
    /// Limit the number of tasks that --prune deletes [default: 5]
    #[arg(long, value_name = "N", requires = "prune", value_parser = number::<usize>(0..=u64::MAX))]
    pub max_deletes: Option<usize>,
}

const MOST_DELETED: usize = 5;

/// Reads the files and their scopes, and computes the plan.
pub(crate) async fn planned(
    app: &App,
    files: &Files,
    permits: PruneArgs,
    how: ScopeOptions<'_>,
) -> Result<Plan, Error> {
    let desired = files
        .read_for(app)
        .await?
        .map_err(|faults| refusal(&faults))?;
    require_same_lagoon(app, &desired)?;
    app.require_explicit(&[TargetSetting::Context])?;
    for wanted in &desired.tasks {
        for warning in rules::warnings(&wanted.definition) {
            app.ui.warn(&format!("{}: {warning}", wanted.position));
        }
    }
    if permits.prune && desired.tasks.is_empty() {
        return Err(Error::usage(Refusal::PruneAll.to_string()));
    }
    let lagoon = app.lagoon().await?;
    let tasks = desired.tasks.iter();
    refuse_own_secrets(tasks.map(|task| (&task.definition, task.hidden.as_slice())))?;
    let allowed = PlanOptions {
        replace: permits.replace,
        prune: permits
            .prune
            .then(|| permits.max_deletes.unwrap_or(MOST_DELETED)),
    };
    how.progress.start("reading tasks", None);
    let plan = planning::plan(lagoon, &desired, allowed, how).await;
    how.progress.finish();
    plan?.map_err(|why| refused(&why))
}

/// The error for files that have no plan.
pub(crate) fn refused(why: &Refusal) -> Error {
    match why {
        Refusal::Violations(faults) => refusal(faults),
        Refusal::PruneAll => Error::usage(why.to_string()),
        Refusal::PruneMany { names, .. } => names
            .iter()
            .fold(Error::usage(why.to_string()), |e, name| {
                e.hint(format!("would delete {name}"))
            })
            .hint("pass --max-deletes N to allow it"),
    }
}

/// Refuses another Lagoon than the files name, except the sandbox, where files are tried.
fn require_same_lagoon(app: &App, desired: &Desired) -> Result<(), Error> {
    let chosen = app.settings.chosen()?;
    let here = match &chosen.target.value {
        Target::Sandbox => return Ok(()),
        Target::Context(context) => &context.api,
        Target::Address(url) => url,
    };
    for (address, position) in &desired.lagoons {
        let meant =
            api_address(address).map_err(|e| Error::usage(format!("{position}: `lagoon`: {e}")))?;
        if meant != *here {
            return Err(Error::usage(format!(
                "{position}: the file is for {meant}, but the selected Lagoon is {here}"
            ))
            .hint("select the context of that Lagoon with -l, or change the file"));
        }
    }
    Ok(())
}
