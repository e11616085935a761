//! All definitions of a Lagoon, visible to platform owners.

use super::fields::{DefinitionFields, definitions};
use super::{TaskPermission, operations};
use crate::domain::Definition;
use crate::lagoon::{Effect, Lagoon, LagoonError};

operations! {
    AllDefinitions: "graphql/definitions/all_definitions.graphql" => "DefinitionFields",
    SystemWide: "graphql/definitions/system_wide.graphql",
}

/// Lagoon's error for other users (seen on Lagoon 2.33.1).
const ADMINS_ONLY: &str = "Only system admins";

impl Lagoon {
    /// Includes definitions that no environment lists. `None` if the user may not see all.
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

    /// Only for platform owners, and for a server with the feature `system_wide`: before, a
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
