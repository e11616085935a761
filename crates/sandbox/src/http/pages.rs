//! Replies that are not GraphQL, and headers of all replies.

use std::io::Write as _;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::LAGOON_VERSION;

pub(super) type HttpResponse = Response<Body>;

/// A result, or the reply that refuses the request.
pub(super) type RequestBody<T> = Result<T, Box<HttpResponse>>;

pub(super) fn json(status: u16, value: &Value) -> HttpResponse {
    with_type(status, "application/json; charset=utf-8", value.to_string())
}

/// JSON with a line end, as Apollo writes it.
pub(super) fn apollo(status: u16, value: &Value) -> HttpResponse {
    with_type(
        status,
        "application/json; charset=utf-8",
        format!("{value}\n"),
    )
}

/// Text, which Express sends as HTML.
pub(super) fn text(status: u16, text: impl Into<String>) -> HttpResponse {
    with_type(status, "text/html; charset=utf-8", text.into())
}

pub(super) fn unauthorized(reason: &str) -> HttpResponse {
    let message = format!("Unauthorized - {reason}");
    json(401, &json!({"errors": [{"message": message}]}))
}

pub(super) fn status() -> HttpResponse {
    json(200, &json!({"status": "success", "data": {}}))
}

/// Keycloak, ssh and a UI do not exist here.
pub(super) fn discovery() -> HttpResponse {
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

pub(super) fn health() -> HttpResponse {
    let body = json!({"status": "pass"}).to_string();
    with_type(200, "application/health+json; charset=utf-8", body)
}

pub(super) fn to_status() -> HttpResponse {
    let body = "Found. Redirecting to /status".to_owned();
    let page = with_type(302, "text/plain; charset=utf-8", body);
    ([(header::LOCATION, "/status")], page).into_response()
}

pub(super) fn preflight() -> HttpResponse {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET,POST,OPTIONS"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Content-Type,Authorization,apollo-require-preflight",
        ),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

pub(super) fn finish(answer: HttpResponse) -> HttpResponse {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
    ];
    (headers, answer).into_response()
}

/// Compresses a reply of a kilobyte or more, except streams.
pub(super) async fn compressed(answer: HttpResponse) -> HttpResponse {
    const MIN_SIZE: u64 = 1024;
    const MAX_SIZE: usize = 64 << 20;
    let size = answer.body().size_hint().exact();
    // Larger replies are sent as they are.
    if size.is_none_or(|size| size < MIN_SIZE || size > MAX_SIZE as u64) {
        return answer;
    }
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, MAX_SIZE).await.unwrap_or_default();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(&bytes).and_then(|()| encoder.finish());
    match packed {
        Ok(packed) => {
            let headers = [
                (header::CONTENT_ENCODING, "gzip"),
                (header::VARY, "Accept-Encoding"),
            ];
            (headers, Response::from_parts(parts, Body::from(packed))).into_response()
        }
        Err(_) => Response::from_parts(parts, Body::from(bytes)),
    }
}

pub(super) fn empty(status: u16) -> HttpResponse {
    code(status).into_response()
}

fn with_type(status: u16, content_type: &'static str, body: String) -> HttpResponse {
    (code(status), [(header::CONTENT_TYPE, content_type)], body).into_response()
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT)
}
