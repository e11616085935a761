//! The subscription to changes of runs.

use graphql_client::GraphQLQuery;
use serde::Deserialize;
use serde_json::Value;

use super::{int, operations};
use crate::lagoon::LagoonError;

operations! {
    RunChanged: "graphql/runs/run_changed.graphql",
}

pub(in crate::lagoon) fn subscription(environment: i64) -> Result<Value, LagoonError> {
    let variables = run_changed::Variables {
        environment: int(environment)?,
    };
    let body = RunChanged::build_query(variables);
    super::json(&body)
}

/// The changed run; `None` for other messages.
pub(in crate::lagoon) fn changed(message: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Message {
        data: Option<run_changed::ResponseData>,
    }
    let message: Message = serde_json::from_str(message).ok()?;
    message.data?.task_changed?.id
}
