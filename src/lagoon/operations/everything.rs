//! All definitions of a Lagoon, which only platform owners may see.

use super::fields::{DefinitionFields, definitions};
use super::{TaskPermission, operation};
use crate::domain::Definition;
use crate::lagoon::{Effect, Lagoon, LagoonError};

operation!(
    AllDefinitions,
    "graphql/definitions/all_definitions.graphql",
    "DefinitionFields"
);
operation!(SystemWide, "graphql/definitions/system_wide.graphql");

/// What Lagoon says to all others (seen on Lagoon 2.33.1).
const ADMINS_ONLY: &str = "Only system admins";

impl Lagoon {
    /// Every definition, those that no environment lists as well; `None` for somebody who may not
    /// see them all.
    ///
    /// # Errors
    /// Any other [`LagoonError`].
    pub async fn all_definitions(&self) -> Result<Option<Vec<Definition>>, LagoonError> {
        let variables = all_definitions::Variables {};
        let reply = self
            .send::<AllDefinitions>(Effect::Query, variables)
            .await?;
        let data = match reply.whole() {
            Err(LagoonError::Refused { message, .. }) if message.starts_with(ADMINS_ONLY) => {
                return Ok(None);
            }
            Err(LagoonError::NotAllowed { .. }) => return Ok(None),
            other => other?,
        };
        let (mut all, _) = definitions(data.all_advanced_task_definitions)?;
        all.sort_by_key(|definition| definition.id);
        Ok(Some(all))
    }

    /// The ids of the definitions that are system-wide, for somebody who may see them all.
    ///
    /// # Errors
    /// Any [`LagoonError`]. Only for a server whose features have `system_wide`: before it, a
    /// definition without a target is system-wide.
    pub async fn system_wide_ids(&self) -> Result<Vec<i64>, LagoonError> {
        use system_wide::SystemWideAllAdvancedTaskDefinitions as Generated;
        let variables = system_wide::Variables {};
        let data = self.query::<SystemWide>(variables).await?;
        let all = data.all_advanced_task_definitions.unwrap_or_default();
        let ids = all.into_iter().flatten().filter_map(|one| match one {
            Generated::AdvancedTaskDefinitionCommand(d) => {
                d.id.filter(|_| d.system_wide == Some(true))
            }
            Generated::AdvancedTaskDefinitionImage(d) => {
                d.id.filter(|_| d.system_wide == Some(true))
            }
            #[allow(
                unreachable_patterns,
                reason = "a member that this program does not know"
            )]
            _ => None,
        });
        Ok(ids.collect())
    }
}
