//! The operations, as methods of [`Lagoon`](super::Lagoon).
//!
//! The types that graphql_client generates stay in this module.

#[cfg(feature = "cli")]
pub(crate) mod adhoc;
#[cfg(feature = "cli")]
pub(crate) mod definitions;
pub(super) mod events;
#[cfg(feature = "cli")]
pub(crate) mod everything;
mod fields;
pub(crate) mod files;
pub(crate) mod logs;
#[cfg(feature = "cli")]
pub(crate) mod people;
pub(crate) mod places;
#[cfg(feature = "cli")]
pub(crate) mod portal;
#[cfg(feature = "cli")]
pub(crate) mod project_runs;
#[cfg(feature = "cli")]
pub(crate) mod reach;
pub(crate) mod roles;
pub(crate) mod runs;
#[cfg(feature = "cli")]
pub(crate) mod server;
#[cfg(feature = "cli")]
pub(crate) mod single_run;
#[cfg(feature = "cli")]
pub(crate) mod targets;
#[cfg(feature = "cli")]
pub(crate) mod variables;

/// Included so that the operations are rebuilt when it changes.
const _SCHEMA: &str = include_str!("../../../graphql/schema.graphql");

/// Derives operations: each has its name, its file and, if the generated types of the reply are
/// replaced, the type of its only field. Enums are texts, because Lagoon may have more members than
/// our schema.
macro_rules! operations {
    ($($name:ident: $path:tt $(=> $response:tt)?),+ $(,)?) => {$(
        #[derive(graphql_client::GraphQLQuery)]
        #[graphql(
            schema_path = "graphql/schema.graphql",
            query_path = $path,
            $(response_type = $response,)?
            response_derives = "Debug",
            variables_derives = "Debug",
            extern_enums(
                "AdvancedTaskDefinitionArgumentTypes",
                "AdvancedTaskDefinitionTypes",
                "GroupRole",
                "PlatformRole",
                "TaskPermission"
            ),
            fragments_other_variant = "true",
            skip_serializing_none
        )]
        struct $name;
    )+};
}
use operations;

type GroupRole = String;
type TaskPermission = String;

use graphql_client::GraphQLQuery;
use serde::de::DeserializeOwned;

use super::reply::Reply;
use super::{Effect, Lagoon, LagoonError};

impl Lagoon {
    async fn query<Q: GraphQLQuery>(
        &self,
        variables: Q::Variables,
    ) -> Result<Q::ResponseData, LagoonError> {
        self.send::<Q>(Effect::Query, variables).await?.whole()
    }

    async fn send<Q: GraphQLQuery>(
        &self,
        effect: Effect,
        variables: Q::Variables,
    ) -> Result<Reply<Q::ResponseData>, LagoonError> {
        self.send_for::<Q, Q::ResponseData>(effect, variables).await
    }

    /// Reads the data of the reply as a `T`.
    async fn send_for<Q: GraphQLQuery, T: DeserializeOwned>(
        &self,
        effect: Effect,
        variables: Q::Variables,
    ) -> Result<Reply<T>, LagoonError> {
        let body = Q::build_query(variables);
        let (name, query) = (body.operation_name, body.query);
        self.transport
            .send(name, effect, query, &body.variables, self.patience, None)
            .await
    }
}

/// Lagoon's numbers have 32 bits.
fn int(value: i64) -> Result<i64, LagoonError> {
    i32::try_from(value)
        .map(i64::from)
        .map_err(|_| LagoonError::OutOfRange(value))
}

fn json<V: serde::Serialize>(variables: &V) -> Result<serde_json::Value, LagoonError> {
    serde_json::to_value(variables).map_err(|error| LagoonError::Unusable(error.to_string()))
}
