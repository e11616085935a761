//! The task files of a checkout that is rehearsed in the sandbox.

use sha2::{Digest, Sha256};

use super::worst_error;
use crate::app::App;
use crate::commands::task_files::{Files, refuse_own_secrets, refused};
use crate::domain::plan::PlanOptions;
use crate::error::Error;
use crate::error::messages::counted;
use crate::ops;
use crate::ops::as_code::manifest::refusal;
use crate::ops::as_code::scope::ScopeOptions;
use crate::ops::as_code::{apply, planning};

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
    // The sandbox has only some of the environments that the files may name.
    planning::omit_missing_environments(&lagoon, project, &mut desired).await?;
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
    let changes = plan.changes().count();
    let never = std::future::pending();
    let outcomes = apply::apply(&lagoon, plan, how, false, never, &ops::clock()).await;
    progress.finish();
    if let Some(error) = worst_error(&outcomes) {
        return Err(error);
    }
    if changes > 0 {
        let changes = counted(changes, "change");
        app.ui
            .note(&format!("applied the task files to the sandbox: {changes}"));
    }
    app.set_applied_digest(&digest)
}
