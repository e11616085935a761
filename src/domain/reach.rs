//! Projects and environments as one lists them to find one's way.

use serde_json::{Value, json};

use super::place::{Environment, Project};
use super::run::rfc3339;

/// A project that can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The project.
    pub project: Project,
    /// The address of its repository.
    pub git_url: Option<String>,
    /// The name of its production environment.
    pub production: Option<String>,
    /// When it was made, as Lagoon says it.
    pub created: Option<String>,
}

/// An environment with how it was deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// The environment.
    pub environment: Environment,
    /// `branch`, `pullrequest` or `promote`.
    pub deploy_type: Option<String>,
    /// Its namespace in Kubernetes.
    pub namespace: Option<String>,
    /// Its main address.
    pub route: Option<String>,
    /// When it was made, as Lagoon says it.
    pub created: Option<String>,
    /// When it was last deployed, as Lagoon says it.
    pub updated: Option<String>,
}

impl Deployed {
    /// The environment as JSON, Lagoon's field names.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let time = |text: &Option<String>| text.as_deref().and_then(rfc3339);
        let Environment {
            id,
            name,
            project,
            kind,
            ..
        } = &self.environment;
        json!({
            "id": id,
            "name": name,
            "environmentType": kind,
            "deployType": self.deploy_type,
            "kubernetesNamespaceName": self.namespace,
            "route": self.route,
            "created": time(&self.created),
            "updated": time(&self.updated),
            "project": {"id": project.id, "name": project.name},
        })
    }
}
