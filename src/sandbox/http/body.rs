//! A body as Express leaves it: JSON is parsed before anything else is looked at, CORS and the token
//! too. What has another type is left to whom it concerns.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};
use serde_json::{Value, json};

use super::gate::Noted;
use super::pages::{self, Answer};

/// The largest body: 100 kB, as Express counts.
pub(super) const LIMIT: usize = 100 * 1024;

/// What is known of a body when a request is answered.
pub(super) enum Content {
    /// An object or a list.
    Json(Value),
    /// Not read yet.
    Other(Body),
}

/// Reads a body if it is JSON. A refusal has no CORS headers.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    noted: &mut Noted,
) -> Result<Content, Box<Answer>> {
    if content_type(headers) != "application/json" {
        return Ok(Content::Other(body));
    }
    let refuse = |status, message| Box::new(pages::before_cors(pages::error(status, message)));
    let Ok(bytes) = to_bytes(body, LIMIT).await else {
        return Err(refuse(413, "Payload Too Large"));
    };
    noted.body = String::from_utf8_lossy(&bytes).into_owned();
    if bytes.is_empty() {
        return Ok(Content::Json(json!({})));
    }
    match serde_json::from_slice(&bytes) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => Ok(Content::Json(value)),
        _ => Err(refuse(400, "Bad Request")),
    }
}

/// The type of a body, without parameters.
pub(super) fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = value.split(';').next().unwrap_or("");
    kind.trim().to_ascii_lowercase()
}
