//! Documents that are not ours: sent as they are, and the whole answer handed back.

use async_graphql_parser::parse_query;
use async_graphql_parser::types::OperationType;
use serde::Serialize;
use serde_json::{Map, Value};

use super::request::{self, Encoded};
use super::transport::Limit;
use super::{Effect, Lagoon, LagoonError, reply};

/// A document of the user's own.
#[derive(Debug, Clone)]
pub struct Document {
    /// The text, as it is sent.
    pub query: String,
    /// Which of its operations is meant, where it has several.
    pub operation: Option<String>,
    /// The variables.
    pub variables: Map<String, Value>,
}

/// What an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It reads.
    Query,
    /// It changes something, or nobody can tell: a document that cannot be read here, or an
    /// operation that is not in it. Lagoon says what is wrong with it.
    Mutation,
    /// It waits for events.
    Subscription,
}

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

impl Document {
    /// What the operation that would be carried out is for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        let Ok(parsed) = parse_query(&self.query) else {
            return Purpose::Mutation;
        };
        let mut found = parsed.operations.iter().filter(|(name, _)| {
            let name = name.map(|name| name.as_str());
            self.operation.is_none() || name == self.operation.as_deref()
        });
        match (found.next(), found.next()) {
            (Some((_, one)), None) => match one.node.ty {
                OperationType::Query => Purpose::Query,
                OperationType::Mutation => Purpose::Mutation,
                OperationType::Subscription => Purpose::Subscription,
            },
            _ => Purpose::Mutation,
        }
    }

    /// As the user wrote it, so nothing ties its reply to it.
    fn encoded(&self) -> Result<Encoded, LagoonError> {
        #[derive(Serialize)]
        struct Request<'a> {
            #[serde(rename = "operationName", skip_serializing_if = "Option::is_none")]
            operation: Option<&'a str>,
            query: &'a str,
            variables: &'a Map<String, Value>,
        }
        let body = request::encode(&Request {
            operation: self.operation.as_deref(),
            query: &self.query,
            variables: &self.variables,
        })?;
        Ok(Encoded { body, tie: None })
    }
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
            .exchange(
                name,
                effect,
                || document.encoded(),
                Limit::of(self.patience),
            )
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

#[cfg(test)]
mod tests {
    use super::*;

    fn purpose(query: &str, operation: Option<&str>) -> Purpose {
        let document = Document {
            query: query.to_owned(),
            operation: operation.map(str::to_owned),
            variables: Map::new(),
        };
        document.purpose()
    }

    #[test]
    fn the_operation_that_is_meant_decides() {
        for query in ["{ me { id } }", "query A { me { id } }", "#mutation\n{ a }"] {
            assert_eq!(purpose(query, None), Purpose::Query, "{query}");
        }
        let both = "query A { a } mutation B { b } subscription C { c } fragment F on T { f }";
        assert_eq!(purpose(both, Some("A")), Purpose::Query);
        assert_eq!(purpose(both, Some("B")), Purpose::Mutation);
        assert_eq!(purpose(both, Some("C")), Purpose::Subscription);
    }

    #[test]
    fn what_nobody_can_tell_is_sent_once() {
        let both = "query A { a } query B { b }";
        assert_eq!(purpose(both, None), Purpose::Mutation);
        assert_eq!(purpose(both, Some("C")), Purpose::Mutation);
        assert_eq!(purpose("query {", None), Purpose::Mutation);
        assert_eq!(purpose("", None), Purpose::Mutation);
    }
}
