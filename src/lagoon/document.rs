//! Documents that users write, sent unchanged.

use serde::Serialize;
use serde_json::{Map, Value};

use super::transport::TimeLimit;
use super::{Effect, Lagoon, LagoonError};
use crate::domain::document::{Document, Purpose};
use crate::lagoon::transport::request::{self, EncodedRequest};

/// A response from GraphQL with any status.
#[derive(Debug)]
pub struct RawResponse {
    pub status: u16,
    /// The body as received.
    pub text: String,
    /// The body, parsed.
    pub value: Value,
    /// The number of errors.
    pub errors: usize,
    /// The first error, or the status.
    pub failure: Option<LagoonError>,
}

/// Without a tie, because the document must not change.
fn encoded(document: &Document) -> Result<EncodedRequest, LagoonError> {
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
    Ok(EncodedRequest { body, tie: None })
}

impl Lagoon {
    /// Sends a document and returns the response, errors included. Only queries are retried.
    pub async fn ask(&self, document: &Document) -> Result<RawResponse, LagoonError> {
        let effect = match document.purpose() {
            Purpose::Query => Effect::Query,
            Purpose::Mutation | Purpose::Subscription => Effect::Mutation,
        };
        let name = document.operation.as_deref().unwrap_or("api");
        let answer = self
            .transport
            .exchange(
                name,
                effect,
                || encoded(document),
                TimeLimit::of(self.patience),
                None,
            )
            .await?;
        let read = answer.read::<Value>(&self.transport.address());
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let Ok(value @ Value::Object(_)) = serde_json::from_str::<Value>(&text) else {
            return Err(read
                .err()
                .unwrap_or_else(|| LagoonError::Unusable("it is not a JSON object".to_owned())));
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
        Ok(RawResponse {
            status: answer.status,
            text,
            value,
            errors,
            failure,
        })
    }
}
