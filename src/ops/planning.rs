//! From files to a plan: what their scopes show, what is hidden, what no environment lists.

use crate::domain::manifest::Desired;
use crate::domain::plan::{self, Action, Allowed, Plan, Refusal};
use crate::error::Error;
use crate::lagoon::Lagoon;

use super::scope::{self, How};
use super::unlisted::{self, Unlisted};

/// What has to be done so that the Lagoon shows what the files want; inside, why there is no plan.
///
/// # Errors
/// Any failure of reading.
pub async fn plan(
    lagoon: &Lagoon,
    desired: &Desired,
    allowed: Allowed,
    how: How<'_>,
) -> Result<Result<Plan, Refusal>, Error> {
    let mut seen = scope::read(lagoon, &desired.scopes, how).await?;
    let mut plan = plan::plan(desired, &seen, allowed);
    let adds = |plan: &Plan| {
        let mut actions = plan.steps.iter().map(|step| &step.action);
        actions.any(|action| matches!(action, Action::Create(_)))
    };
    if plan.as_ref().is_ok_and(adds) {
        // What seems to be missing may be hidden by one's role.
        scope::note_blind_spots(lagoon, &mut seen).await;
        plan = plan::plan(desired, &seen, allowed);
    }
    // Whether they can be seen is no condition of a plan.
    if let Ok(plan) = &mut plan
        && let Some(unlisted) = unlisted::find(lagoon).await.unwrap_or_default()
    {
        plan.notes.extend(unlisted.iter().map(Unlisted::note));
    }
    Ok(plan)
}
