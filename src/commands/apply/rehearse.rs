//! The task files of a checkout that is rehearsed in the sandbox.

use sha2::{Digest, Sha256};

use super::worst_error;
use crate::app::App;
use crate::commands::report::summary;
use crate::commands::task_files::{Files, refuse_own_secrets, refused};
use crate::domain::manifest::{Desired, ScopeName};
use crate::domain::names::same_name;
use crate::domain::plan::PlanOptions;
use crate::error::Error;
use crate::lagoon::Lagoon;
use crate::ops;
use crate::ops::as_code::manifest::refusal;
use crate::ops::as_code::scope::ScopeOptions;
use crate::ops::as_code::{apply, planning};
use crate::ops::places::place;

/// Applies the checkout's task files if they are new or have changed. Does nothing without --compose.
pub(crate) async fn rehearse(app: &App) -> Result<(), Error> {
    let Some(rehearsal) = app.rehearsal()? else {
        return Ok(());
    };
    let project = rehearsal.project.value.as_str();
    let Some(desired) = Files::of_checkout(project)? else {
        return Ok(());
    };
    let mut desired = desired.map_err(|faults| refusal(&faults))?;
    let tasks = desired.tasks.iter();
    refuse_own_secrets(tasks.map(|task| (&task.definition, task.hidden.as_slice())))?;
    let digest = Sha256::digest(format!("{desired:?}"));
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let lagoon = app.lagoon_of_sandbox_owner().await?;
    if app.applied_digest()?.as_ref() == Some(&digest) {
        return Ok(());
    }
    omit_other_environments(&lagoon, project, &mut desired).await?;
    let progress = app.ui.progress();
    let how = ScopeOptions {
        concurrency: 1,
        window: Some(project),
        progress: progress.as_ref(),
    };
    let allowed = PlanOptions {
        replace: true,
        prune: None,
    };
    let plan = planning::plan(&lagoon, &desired, allowed, how).await?;
    let plan = plan.map_err(|why| refused(&why))?;
    let (words, is_empty) = (summary(&plan), plan.is_empty());
    let never = std::future::pending();
    let outcomes = apply::apply(&lagoon, plan, how, false, never, &ops::clock()).await;
    progress.finish();
    if let Some(error) = worst_error(&outcomes) {
        return Err(error);
    }
    if !is_empty {
        app.ui
            .note(&format!("applied the task files to the sandbox: {words}"));
    }
    app.set_applied_digest(&digest)
}

/// The sandbox has only some of the environments that the files may name.
async fn omit_other_environments(
    lagoon: &Lagoon,
    project: &str,
    desired: &mut Desired,
) -> Result<(), Error> {
    let (_, environments) = place::project(lagoon, project).await?;
    let exists = |scope: &ScopeName| match scope {
        ScopeName::Environment { environment, .. } => environments
            .iter()
            .any(|found| same_name(&found.name, environment)),
        _ => true,
    };
    desired.scopes.retain(exists);
    desired.tasks.retain(|task| exists(&task.scope));
    desired.retired.retain(|task| exists(&task.scope));
    Ok(())
}
