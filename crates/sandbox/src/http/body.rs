//! Request bodies. As in Express, JSON is parsed before CORS and tokens; other types, later.

use std::borrow::Cow;
use std::io::{self, Read as _};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};
use flate2::read::{GzDecoder, ZlibDecoder};
use serde_json::{Value, json};

use super::gate::RequestRecord;
use super::pages::{self, RequestBody};

/// 100 kB, as Express counts.
const LIMIT: usize = 100 * 1024;

pub(super) enum Content {
    Json(Value),
    Other(Body),
}

pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    record: &mut RequestRecord,
) -> RequestBody<Content> {
    if content_type(headers) != "application/json" {
        return Ok(Content::Other(body));
    }
    let refuse = |status, message| Box::new(pages::text(status, message));
    if !is_supported(headers) {
        return Err(refuse(415, "Unsupported Media Type"));
    }
    let Ok(bytes) = to_bytes(body, LIMIT).await else {
        return Err(refuse(413, "Payload Too Large"));
    };
    if bytes.is_empty() {
        return Ok(Content::Json(json!({})));
    }
    let Ok(bytes) = unpacked(&bytes, text(headers, header::CONTENT_ENCODING)) else {
        return Err(refuse(400, "Bad Request"));
    };
    record.body = String::from_utf8_lossy(&bytes).into_owned();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    match serde_json::from_slice(bytes) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => Ok(Content::Json(value)),
        _ => Err(refuse(400, "Bad Request")),
    }
}

fn unpacked<'a>(bytes: &'a [u8], packing: &str) -> io::Result<Cow<'a, [u8]>> {
    let mut plain = Vec::new();
    let most = LIMIT as u64;
    match packing.to_ascii_lowercase().as_str() {
        "gzip" => GzDecoder::new(bytes).take(most).read_to_end(&mut plain)?,
        "deflate" => ZlibDecoder::new(bytes).take(most).read_to_end(&mut plain)?,
        _ => return Ok(Cow::Borrowed(bytes)),
    };
    Ok(Cow::Owned(plain))
}

/// The charsets and encodings that Express accepts.
fn is_supported(headers: &HeaderMap) -> bool {
    let kind = text(headers, header::CONTENT_TYPE).to_ascii_lowercase();
    let charset = kind
        .split_once("charset=")
        .map(|(_, rest)| rest.trim_matches(['"', ' ']));
    let packing = text(headers, header::CONTENT_ENCODING).to_ascii_lowercase();
    charset.is_none_or(|charset| charset.starts_with("utf-"))
        && matches!(packing.as_str(), "" | "identity" | "gzip" | "deflate")
}

pub(super) fn content_type(headers: &HeaderMap) -> String {
    let kind = text(headers, header::CONTENT_TYPE)
        .split(';')
        .next()
        .unwrap_or("");
    kind.trim().to_ascii_lowercase()
}

pub(super) fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    let value = headers.get(name);
    value.and_then(|value| value.to_str().ok()).unwrap_or("")
}
