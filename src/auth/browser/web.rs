//! HTTP to the identity server.

use async_trait::async_trait;
use http::StatusCode;
use http::header::CONTENT_TYPE;
pub(crate) use oauth2::{HttpRequest, HttpResponse};

#[async_trait]
pub(crate) trait Web: Send + Sync {
    /// Accepts any status and follows no redirect.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, WebError>;
}

/// The message contains no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WebError {
    pub message: String,
    pub is_transient: bool,
    /// For an unusable address or setting; nothing was sent.
    pub hint: Option<String>,
}

/// A 5xx or 429 status counts as no response: it says nothing about the sign-in.
pub(super) async fn send(web: &dyn Web, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let address = address(request.uri());
    let response = web.send(request).await?;
    let status = response.status();
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(unavailable(format!("{address} answered with {status}")));
    }
    Ok(response)
}

/// Anything but JSON comes from a gateway.
pub(super) async fn send_for_json(
    web: &dyn Web,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let address = address(request.uri());
    let response = send(web, request).await?;
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let media_type = kind.split(';').next().unwrap_or_default().trim();
    if media_type.is_empty() || media_type.eq_ignore_ascii_case("application/json") {
        return Ok(response);
    }
    let status = response.status();
    Err(unavailable(format!(
        "{address} answered with {status} and {media_type} instead of JSON"
    )))
}

pub(in crate::auth) fn unavailable(message: String) -> WebError {
    WebError {
        message,
        is_transient: true,
        hint: None,
    }
}

fn address(uri: &http::Uri) -> String {
    let text = uri.to_string();
    text.split('?').next().unwrap_or_default().to_owned()
}
