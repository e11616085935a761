//! Where an environment's cluster lets its users in over ssh.

use super::fields::same;
use super::{int, operation};
use crate::lagoon::{Lagoon, LagoonError};

operation!(SshPortal, "graphql/places/ssh_portal.graphql");

/// The ssh portal of an environment's cluster, as Lagoon writes it: nothing of it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portal {
    /// The environment's namespace, which is the user to sign in as.
    pub namespace: String,
    /// The host.
    pub host: String,
    /// The port, a text in Lagoon's schema; empty for ssh's own.
    pub port: String,
}

impl Lagoon {
    /// The ssh portal of an environment; `None` where its cluster has none.
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn ssh_portal(&self, environment: i64) -> Result<Option<Portal>, LagoonError> {
        let variables = ssh_portal::Variables {
            environment: int(environment)?,
        };
        let data = self.query::<SshPortal>(variables).await?;
        let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let Some(found) = data.environment_by_id else {
            return Ok(None);
        };
        same("environment", environment, found.id)?;
        let (namespace, cluster) = (found.kubernetes_namespace_name, found.openshift);
        Ok(cluster.and_then(|cluster| {
            Some(Portal {
                namespace: said(namespace)?,
                host: said(cluster.ssh_host)?,
                port: said(cluster.ssh_port).unwrap_or_default(),
            })
        }))
    }
}
