//! Version and features of the server.

use serde::Deserialize;
use serde_json::json;

use super::operations;
use crate::domain::place::features::Features;
use crate::lagoon::{Effect, Lagoon, LagoonError};

#[allow(clippy::upper_case_acronyms, reason = "it is that name")]
type JSON = serde_json::Value;

operations! {
    Version: "graphql/server/version.graphql",
}

/// graphql_client does not generate introspection.
const FEATURES: &str = include_str!("../../../graphql/server/features.graphql");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Probe {
    task: Option<Type>,
    query: Option<Type>,
    user: Option<Type>,
    definition_input: Option<Type>,
}

#[derive(Deserialize)]
struct Type {
    #[serde(alias = "inputFields")]
    fields: Option<Vec<Field>>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
}

impl Type {
    fn has(&self, name: &str) -> bool {
        let mut fields = self.fields.iter().flatten();
        fields.any(|field| field.name == name)
    }
}

impl Lagoon {
    pub async fn version(&self) -> Result<Option<String>, LagoonError> {
        let variables = version::Variables {};
        let data = self.query::<Version>(variables).await?;
        let version = data.lagoon_version;
        Ok(version.and_then(|version| version.as_str().map(str::to_owned)))
    }

    /// Introspects the schema. The version is free text that operators set.
    pub async fn features(&self) -> Result<Features, LagoonError> {
        let reply = self
            .transport
            .send::<_, Probe>(
                "Features",
                Effect::Query,
                FEATURES,
                &json!({}),
                self.patience,
                None,
            )
            .await?;
        let probe = reply.whole()?;
        Ok(Features {
            source_user: probe.task.is_some_and(|t| t.has("sourceUser")),
            upload_form: probe.query.is_some_and(|t| t.has("getTaskFileUploadForm")),
            platform_roles: probe.user.is_some_and(|t| t.has("platformRoles")),
            system_wide: probe.definition_input.is_some_and(|t| t.has("systemWide")),
        })
    }
}
