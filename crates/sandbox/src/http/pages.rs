//! Replies that are not GraphQL, and headers of all replies.

use std::io::Write as _;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::LAGOON_VERSION;

pub(super) type Answer = Response<Body>;

pub(super) fn json(status: u16, value: &Value) -> Answer {
    with_type(status, "application/json; charset=utf-8", value.to_string())
}

/// JSON with a line end, as Apollo writes it.
pub(super) fn apollo(status: u16, value: &Value) -> Answer {
    with_type(
        status,
        "application/json; charset=utf-8",
        format!("{value}\n"),
    )
}

/// Text, which Express sends as HTML.
pub(super) fn text(status: u16, text: impl Into<String>) -> Answer {
    with_type(status, "text/html; charset=utf-8", text.into())
}

pub(super) fn unauthorized(reason: &str) -> Answer {
    let message = format!("Unauthorized - {reason}");
    json(401, &json!({"errors": [{"message": message}]}))
}

pub(super) fn status() -> Answer {
    json(200, &json!({"status": "success", "data": {}}))
}

/// Keycloak, ssh and a UI do not exist here.
pub(super) fn discovery() -> Answer {
    json(
        200,
        &json!({
            "lagoon_version": LAGOON_VERSION,
            "authorization_endpoint": "",
            "ssh_token_exchange": {"token_endpoint_host": "", "token_endpoint_port": ""},
            "webhook_endpoint": "",
            "ui_url": "",
        }),
    )
}

pub(super) fn health() -> Answer {
    let body = json!({"status": "pass"}).to_string();
    with_type(200, "application/health+json; charset=utf-8", body)
}

pub(super) fn to_status() -> Answer {
    let body = "Found. Redirecting to /status".to_owned();
    let mut answer = with_type(302, "text/plain; charset=utf-8", body);
    set(&mut answer, header::LOCATION, "/status");
    answer
}

pub(super) fn preflight() -> Answer {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    set(
        &mut answer,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        "GET,POST,OPTIONS",
    );
    set(
        &mut answer,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        "Content-Type,Authorization,apollo-require-preflight",
    );
    answer
}

pub(super) fn finish(mut answer: Answer) -> Answer {
    set(&mut answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(
        &mut answer,
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        "true",
    );
    answer
}

/// Compresses a reply of a kilobyte or more, except streams.
pub(super) async fn compressed(answer: Answer) -> Answer {
    const WORTH_IT: u64 = 1024;
    const WHOLE: usize = 64 << 20;
    let size = answer.body().size_hint().exact();
    // Larger replies are sent as they are.
    if size.is_none_or(|size| size < WORTH_IT || size > WHOLE as u64) {
        return answer;
    }
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, WHOLE).await.unwrap_or_default();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(&bytes).and_then(|()| encoder.finish());
    match packed {
        Ok(packed) => {
            let mut answer = Response::from_parts(parts, Body::from(packed));
            set(&mut answer, header::CONTENT_ENCODING, "gzip");
            set(&mut answer, header::VARY, "Accept-Encoding");
            answer
        }
        Err(_) => Response::from_parts(parts, Body::from(bytes)),
    }
}

pub(super) fn set(answer: &mut Answer, name: HeaderName, value: &'static str) {
    answer
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
}

fn with_type(status: u16, content_type: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    set(&mut answer, header::CONTENT_TYPE, content_type);
    answer
}
