//! The ssh portal of an environment.

use super::fields::same;
use super::{int, operations};
use crate::lagoon::{Lagoon, LagoonError};

operations! {
    SshPortal: "graphql/places/ssh_portal.graphql",
}

/// As Lagoon has it, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portal {
    /// The environment's namespace, which is the user name.
    pub namespace: String,
    pub host: String,
    /// Empty for the default.
    pub port: String,
}

impl Lagoon {
    /// `None` if the environment's cluster has none.
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
