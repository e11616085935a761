//! Projects and environments with the details that listings show.

use serde_json::{Value, json};

use crate::domain::place::{Environment, Project};
use crate::domain::run::rfc3339;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProjectDetails {
    pub project: Project,
    pub git_url: Option<String>,
    pub production: Option<String>,
    pub created: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnvironmentDetails {
    pub environment: Environment,
    /// `branch`, `pullrequest` or `promote`.
    pub deploy_type: Option<String>,
    pub namespace: Option<String>,
    pub route: Option<String>,
    pub created: Option<String>,
    /// The time of the last deployment.
    pub updated: Option<String>,
}

impl EnvironmentDetails {
    pub(crate) fn to_json(&self) -> Value {
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
