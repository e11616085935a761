//! Operations over a connection that stays open, with one reply or many.

mod message;
pub(in crate::http) mod socket;
pub(in crate::http) mod stream;

use std::pin::Pin;

use async_graphql::parser::types::OperationType;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde_json::{Map, Value, json};

use super::App;
use super::graphql::execute::{self, ExecutionOutcome, Refused};
use super::graphql::{GraphQl, document};
use crate::permissions::Caller;
use crate::schema;

enum FollowOutcome {
    Unreadable(String),
    /// The document does not determine the operation; with the errors.
    NoOperation(Value),
    NotAQuery,
    Invalid(Value),
    One(Value),
    Many(BoxStream<'static, Value>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mutations {
    Executed,
    /// Over the WebSocket (seen on Lagoon 2.33.1).
    Refused,
}

/// Resolvers of mutations call a function that the context of the WebSocket lacks.
const NO_LOGGER: &str = "userActivityLogger is not a function";

async fn follow(
    app: &App,
    caller: &Caller,
    request: GraphQl,
    mutations: Mutations,
) -> FollowOutcome {
    let again = request.clone();
    let prepared = match execute::prepare(app, caller, request, false) {
        Ok(prepared) => prepared,
        Err(refused) => return refusal(refused),
    };
    if prepared.kind == OperationType::Mutation && mutations == Mutations::Refused {
        return FollowOutcome::One(document::refused(prepared.nulls, NO_LOGGER).body);
    }
    let is_subscription = prepared.kind == OperationType::Subscription;
    // For a subscription this only validates.
    let ExecutionOutcome { status, body } = execute::run(prepared).await;
    if status != 200 {
        return FollowOutcome::Invalid(body["errors"].clone());
    }
    if !is_subscription {
        return FollowOutcome::One(body);
    }
    let Ok(prepared) = execute::prepare(app, caller, again, false) else {
        return FollowOutcome::Invalid(json!([]));
    };
    let answers = schema::schema().execute_stream(prepared.request);
    let bodies = answers.map(|answer| {
        let data = execute::plain(answer.data);
        execute::answer(data, &answer.errors).body
    });
    let mut bodies = bodies.boxed().peekable();
    // Polled once, so that the subscription exists before the first byte is sent.
    let _ = futures_util::poll!(Pin::new(&mut bodies).peek());
    FollowOutcome::Many(bodies.boxed())
}

fn refusal(refused: Refused) -> FollowOutcome {
    let errors = |message: String| json!([{"message": message}]);
    match refused {
        Refused::Unreadable(message) => FollowOutcome::Unreadable(message),
        Refused::NoOperation(message) => FollowOutcome::NoOperation(errors(message)),
        Refused::NotAQuery => FollowOutcome::NotAQuery,
        Refused::Document(message) => FollowOutcome::Invalid(errors(message)),
        // They are checked during execution, so this is a reply.
        Refused::Variables(message) => FollowOutcome::One(json!({"errors": errors(message)})),
    }
}

fn request(fields: &Map<String, Value>) -> GraphQl {
    let name = fields.get("operationName").filter(|name| !name.is_null());
    GraphQl {
        query: fields.get("query").cloned().unwrap_or(Value::Null),
        variables: fields.get("variables").cloned().unwrap_or(Value::Null),
        // A name that is empty or no string matches no operation.
        operation_name: name.map(|name| name.as_str().unwrap_or_default().to_owned()),
        uploads: Vec::new(),
        is_get: false,
        host: None,
    }
}
