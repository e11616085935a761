//! Operations over a connection that stays open: one answer, or many.

use std::pin::Pin;

use async_graphql::parser::types::OperationType;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde_json::{Map, Value, json};

use super::App;
use super::document;
use super::execute::{self, Outcome, Refused};
use super::fault::Fault;
use super::graphql::GraphQl;
use crate::permissions::Caller;
use crate::schema;

/// What comes of an operation.
pub(super) enum Follow {
    /// It cannot be parsed: why.
    Unreadable(String),
    /// It is not clear what is meant: the errors.
    NoOperation(Vec<Value>),
    /// A mutation in an address.
    NotAQuery,
    /// It cannot be executed: the errors.
    Invalid(Vec<Value>),
    /// One answer.
    One(Value),
    /// An answer for each event.
    Many(BoxStream<'static, Value>),
}

/// The treatment of mutations by a transport.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutations {
    Executed,
    /// Over the WebSocket (seen on Lagoon 2.33.1).
    Refused,
}

/// The error of a mutation over the WebSocket: its resolvers log the change with a function that
/// the connection's context lacks.
const NO_LOGGER: &str = "userActivityLogger is not a function";

/// Starts an operation.
pub(super) async fn follow(
    app: &App,
    caller: &Caller,
    request: GraphQl,
    mutations: Mutations,
) -> Follow {
    let again = request.again();
    let prepared = match execute::prepare(app, caller, request, false) {
        Ok(prepared) => prepared,
        Err(refused) => return refusal(refused),
    };
    if prepared.kind == OperationType::Mutation && mutations == Mutations::Refused {
        return Follow::One(document::refused(&again, NO_LOGGER).body);
    }
    let is_subscription = prepared.kind == OperationType::Subscription;
    // A subscription is validated the same way; nothing is executed then.
    let Outcome { status, body } = execute::run(prepared).await;
    if status != 200 {
        let errors = body["errors"].as_array().cloned();
        return Follow::Invalid(errors.unwrap_or_default());
    }
    if !is_subscription {
        return Follow::One(body);
    }
    let Ok(prepared) = execute::prepare(app, caller, again, false) else {
        return Follow::Invalid(Vec::new());
    };
    let answers = schema::schema().execute_stream(prepared.request);
    let bodies = answers.map(|answer| {
        let data = execute::plain(answer.data);
        execute::answer(data, &answer.errors).body
    });
    let mut bodies = bodies.boxed().peekable();
    // Looked at once, so that the subscription stands before anything is answered.
    let _ = futures_util::poll!(Pin::new(&mut bodies).peek());
    Follow::Many(bodies.boxed())
}

fn refusal(refused: Refused) -> Follow {
    match refused {
        Refused::Unreadable(fault) => Follow::Unreadable(fault.message),
        Refused::NoOperation(faults) => Follow::NoOperation(errors(&faults)),
        // Not in graphql-js's words: it is not asked then.
        Refused::WhichOperation(_) => {
            Follow::NoOperation(vec![json!({"message": "Unable to identify operation"})])
        }
        Refused::NotAQuery => Follow::NotAQuery,
        Refused::Document(faults) => Follow::Invalid(errors(&faults)),
        // Checked when it is executed, so this is an answer.
        Refused::Variables(faults) => Follow::One(json!({"errors": errors(&faults)})),
    }
}

fn errors(faults: &[Fault]) -> Vec<Value> {
    faults.iter().map(Fault::value).collect()
}

/// A request out of the fields of a JSON object, once they were checked.
pub(super) fn request(fields: &Map<String, Value>) -> GraphQl {
    let name = fields.get("operationName").filter(|name| !name.is_null());
    GraphQl {
        query: fields.get("query").cloned().unwrap_or(Value::Null),
        variables: fields.get("variables").cloned().unwrap_or(Value::Null),
        // One of another type is no operation's, and neither is an empty one.
        operation_name: name.map(|name| name.as_str().unwrap_or_default().to_owned()),
        uploads: Vec::new(),
        is_get: false,
        host: None,
    }
}
