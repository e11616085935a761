//! The bodies of requests, tied to their replies.

use reqwest::header::HeaderValue;
use serde::Serialize;

use crate::lagoon::LagoonError;
use crate::lagoon::transport::tie::Tie;

/// In bytes (seen on Lagoon 2.33.1).
pub(crate) const LONGEST_BODY: usize = 100 * 1024;

pub(crate) struct EncodedRequest {
    pub(crate) body: Vec<u8>,
    /// Without it, the request has a connection of its own.
    pub(crate) tie: Option<Tie>,
}

/// Fails if the request is longer than Lagoon reads.
pub(crate) fn tied<V: Serialize>(
    operation: &str,
    query: &str,
    variables: &V,
) -> Result<EncodedRequest, LagoonError> {
    #[derive(Serialize)]
    struct Request<'a, V> {
        #[serde(rename = "operationName")]
        operation: &'a str,
        query: &'a str,
        variables: &'a V,
    }
    let tie = Tie::new();
    let body = encode(&Request {
        operation,
        query: &tie.document(query),
        variables,
    })?;
    Ok(EncodedRequest {
        body,
        tie: Some(tie),
    })
}

pub(crate) fn encode(request: &impl Serialize) -> Result<Vec<u8>, LagoonError> {
    let body =
        serde_json::to_vec(request).map_err(|error| LagoonError::Unusable(error.to_string()))?;
    if body.len() > LONGEST_BODY {
        return Err(LagoonError::TooLong(body.len()));
    }
    Ok(body)
}

pub(crate) fn bearer(token: &str) -> Result<HeaderValue, LagoonError> {
    let value = HeaderValue::try_from(format!("Bearer {token}"));
    let mut value = value.map_err(|_| LagoonError::NotSignedIn {
        message: "the token contains invalid characters".to_owned(),
        hints: Vec::new(),
        sent: false,
    })?;
    value.set_sensitive(true);
    Ok(value)
}
