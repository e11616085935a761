//! Plans: compares task files with the server.

use crate::domain::manifest::{Desired, ScopeName};
#[cfg(feature = "sandbox")]
use crate::domain::names::same_name;
use crate::domain::plan::coverage::Coverage;
use crate::domain::plan::{self, Action, Plan, PlanOptions, Refusal, ScopeSnapshot};
use crate::error::Error;
use crate::lagoon::Lagoon;

use crate::ops::as_code::apply;
use crate::ops::as_code::scope::{self, ScopeOptions};
use crate::ops::definitions::unlisted;
#[cfg(feature = "sandbox")]
use crate::ops::places::place;

/// The changes that make Lagoon match the files, or the reason why there is no plan.
pub(crate) async fn plan(
    lagoon: &Lagoon,
    desired: &Desired,
    allowed: PlanOptions,
    options: ScopeOptions<'_>,
) -> Result<Result<Plan, Refusal>, Error> {
    let coverage = |scope: &ScopeName| {
        if allowed.prune.is_some() {
            return Coverage::whole();
        }
        let tasks = desired.tasks.iter().map(|t| (&t.scope, &t.definition.name));
        let retired = desired.retired.iter().map(|r| (&r.scope, &r.name));
        let all = tasks.chain(retired).filter(|(of, _)| of.is_same(scope));
        Coverage::names(all.map(|(_, name)| name))
    };
    let mut seen = scope::read(lagoon, &desired.scopes, coverage, options).await?;
    let mut plan = plan::plan(desired, &seen, allowed);
    let adds = |plan: &Plan| {
        let mut actions = plan.steps.iter().map(|step| &step.action);
        actions.any(|action| matches!(action, Action::Create(_)))
    };
    if plan.as_ref().is_ok_and(adds) {
        // A task that seems to be missing may be hidden by the user's role.
        scope::note_blind_spots(lagoon, &mut seen).await;
        plan = plan::plan(desired, &seen, allowed);
    }
    if let Ok(plan) = &plan {
        apply::check_system_wide(lagoon, plan).await?;
    }
    if let Ok(plan) = &mut plan {
        note_missing_services(plan, &seen);
    }
    // Whether they can be seen is no condition of a plan.
    if let Ok(plan) = &mut plan
        && let Some(unlisted) = unlisted::find(lagoon).await.unwrap_or_default()
    {
        plan.notes
            .extend(unlisted.iter().map(|task| task.hint().to_string()));
    }
    Ok(plan)
}

/// Notes the new and changed tasks whose service no environment has.
fn note_missing_services(plan: &mut Plan, seen: &[ScopeSnapshot]) {
    for step in plan.steps.iter_mut().filter(|step| step.is_change()) {
        let snapshot = seen.iter().find(|seen| seen.scope.is_same(&step.scope));
        let missing = snapshot.zip(step.after());
        let missing = missing.and_then(|(seen, after)| scope::site(seen).missing_service(after));
        step.notes.extend(missing);
    }
}

/// Leaves out the tasks of environments that the project does not have.
#[cfg(feature = "sandbox")]
pub(crate) async fn omit_missing_environments(
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
