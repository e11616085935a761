//! Every operation, one method each on [`Lagoon`](super::Lagoon).
//!
//! The types that graphql_client generates are private to this room: what leaves it is `domain`.

pub mod adhoc;
mod convert;
pub mod definitions;
pub(super) mod events;
pub mod everything;
pub mod files;
pub mod logs;
pub mod people;
pub mod places;
pub mod portal;
pub mod project_runs;
pub mod reach;
pub mod runs;
pub mod server;

/// The schema the operations were generated from; including it rebuilds them when it changes.
const _SCHEMA: &str = include_str!("../../../graphql/schema.graphql");

/// Derives one operation: its name and the file it is alone in.
macro_rules! operation {
    ($visibility:vis $name:ident, $path:tt) => {
        #[derive(graphql_client::GraphQLQuery)]
        #[graphql(
                                                            schema_path = "graphql/schema.graphql",
                                                            query_path = $path,
                                                            response_derives = "Debug",
                                                            variables_derives = "Debug",
                                                            fragments_other_variant = "true",
                                                            skip_serializing_none
                                                        )]
        $visibility struct $name;
    };
}
pub(crate) use operation;

use graphql_client::GraphQLQuery;

use super::reply::Reply;
use super::{Effect, Lagoon, LagoonError};

impl Lagoon {
    /// Sends a typed operation.
    async fn send<Q: GraphQLQuery>(
        &self,
        effect: Effect,
        variables: Q::Variables,
    ) -> Result<Reply<Q::ResponseData>, LagoonError> {
        let body = Q::build_query(variables);
        self.transport
            .send(
                body.operation_name,
                effect,
                body.query,
                &body.variables,
                self.patience,
            )
            .await
    }
}

/// A number as Lagoon takes it: 32 bits.
fn int(value: i64) -> Result<i64, LagoonError> {
    i32::try_from(value)
        .map(i64::from)
        .map_err(|_| LagoonError::OutOfRange(value))
}

/// Variables as they go over the wire.
fn json<V: serde::Serialize>(variables: &V) -> Result<serde_json::Value, LagoonError> {
    serde_json::to_value(variables).map_err(|error| LagoonError::Unusable(error.to_string()))
}
