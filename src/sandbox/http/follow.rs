//! Operations over a connection that stays open: one answer, or many.

use std::pin::Pin;

use async_graphql::parser::types::OperationType;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};

use super::App;
use super::execute::{self, Outcome, Refused};
use super::graphql::GraphQl;
use crate::sandbox::permissions::Caller;
use crate::sandbox::schema;

/// What comes of an operation.
pub(super) enum Follow {
    /// It cannot be executed: the errors.
    Invalid(Vec<Value>),
    /// One answer.
    One(Value),
    /// An answer for each event.
    Many(BoxStream<'static, Value>),
}

/// Starts an operation.
pub(super) async fn follow(app: &App, caller: &Caller, request: GraphQl) -> Follow {
    let again = request.again();
    let prepared = match execute::prepare(app, caller, request, false) {
        Ok(prepared) => prepared,
        // Checked when it is executed, so this is an answer.
        Err(refused @ Refused::Variables(_)) => {
            return Follow::One(json!({"errors": errors(refused)}));
        }
        Err(refused) => return Follow::Invalid(errors(refused)),
    };
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

fn errors(refused: Refused) -> Vec<Value> {
    let messages = refused.messages().into_iter();
    messages
        .map(|message| json!({"message": message}))
        .collect()
}
