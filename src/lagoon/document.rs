//! Documents that are not ours: sent as they are, and the whole answer handed back.

use serde::Serialize;
use serde_json::{Map, Value};

use super::transport::Limit;
use super::{Effect, Lagoon, LagoonError, reply};
use crate::domain::document::{Document, Purpose};
use crate::lagoon::transport::request;
use crate::lagoon::transport::request::Encoded;

/// An answer of GraphQL's, whatever its status.
#[derive(Debug)]
pub struct WholeAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body as it came.
    pub text: String,
    /// The same, read.
    pub value: Value,
    /// How many errors it holds.
    pub errors: usize,
    /// What the first of them means, or a status that says it all.
    pub failure: Option<LagoonError>,
}

/// As the user wrote it, so nothing ties its reply to it.
fn encoded(document: &Document) -> Result<Encoded, LagoonError> {
    #[derive(Serialize)]
    struct Request<'a> {
        #[serde(rename = "operationName", skip_serializing_if = "Option::is_none")]
        operation: Option<&'a str>,
        query: &'a str,
        variables: &'a Map<String, Value>,
    }
    let body = request::encode(&Request {
        operation: document.operation.as_deref(),
        query: &document.query,
        variables: &document.variables,
    })?;
    Ok(Encoded { body, tie: None })
}

impl Lagoon {
    /// Sends a document and gives the answer, errors included. Only a query is tried again.
    ///
    /// # Errors
    /// When nothing came back, or not from GraphQL.
    pub async fn ask(&self, document: &Document) -> Result<WholeAnswer, LagoonError> {
        let effect = match document.purpose() {
            Purpose::Query => Effect::Query,
            Purpose::Mutation | Purpose::Subscription => Effect::Mutation,
        };
        let name = document.operation.as_deref().unwrap_or("api");
        let answer = self
            .transport
            .exchange(name, effect, || encoded(document), Limit::of(self.patience))
            .await?;
        let address = self.transport.address();
        let read =
            reply::read::<Value>(&address, answer.status, &answer.content_type, &answer.body);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let Ok(value @ Value::Object(_)) = serde_json::from_str::<Value>(&text) else {
            return Err(read
                .err()
                .unwrap_or_else(|| LagoonError::Unusable("it is no JSON object".to_owned())));
        };
        let errors = value["errors"].as_array().map_or(0, Vec::len);
        if let Err(error @ LagoonError::NotLagoon { .. }) = read {
            // A gateway's answer, even where it is JSON.
            return Err(error);
        }
        let failure = match read {
            Ok(reply) => reply
                .errors
                .into_iter()
                .next()
                .map(|first| first.into_error(answer.status)),
            Err(error) => Some(error),
        };
        Ok(WholeAnswer {
            status: answer.status,
            text,
            value,
            errors,
            failure,
        })
    }
}
