//! The storage of files, which is S3 for a Lagoon. Its addresses are signed and need no token.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, StatusCode, header, request::Parts};
use axum::response::IntoResponse as _;
use futures_util::stream::{self, StreamExt as _};
use sha1::{Digest, Sha1};

use super::App;
use super::graphql::multipart;
use super::pages::{self, HttpResponse, RequestBody};
use crate::resolvers::files;

pub(super) async fn answer(app: &App, parts: &Parts, body: Body) -> HttpResponse {
    match parts.method {
        Method::GET => download(app, parts),
        Method::POST => upload(app, parts, body).await,
        _ => pages::text(405, "Method Not Allowed"),
    }
}

fn download(app: &App, parts: &Parts) -> HttpResponse {
    let query = parts.uri.query().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let mark = pairs.find_map(|(name, value)| (name == "signature").then(|| value.into_owned()));
    let found = mark.and_then(|mark| files::signed(&app.sandbox.state, &mark));
    let Some(content) = found else {
        return error(403, "AccessDenied");
    };
    object(&parts.headers, content)
}

fn object(headers: &HeaderMap, content: Vec<u8>) -> HttpResponse {
    let (length, etag) = (content.len(), etag(&content));
    let part = part(headers, &etag, length);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::ACCEPT_RANGES, "bytes"),
        (header::ETAG, etag.as_str()),
    ];
    let range = |range| [(header::CONTENT_RANGE, format!("bytes {range}/{length}"))];
    match part {
        Part::Whole => (headers, content).into_response(),
        Part::Range(part) => {
            let range = range(format!("{}-{}", part.start, part.end - 1));
            let status = StatusCode::PARTIAL_CONTENT;
            (status, headers, range, content[part].to_vec()).into_response()
        }
        Part::OutOfRange => (range("*".to_owned()), error(416, "InvalidRange")).into_response(),
    }
}

fn error(status: u16, code: &str) -> HttpResponse {
    pages::text(status, format!("<Error><Code>{code}</Code></Error>"))
}

fn etag(content: &[u8]) -> String {
    let digest = Sha1::digest(content);
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Range(Range<usize>),
    OutOfRange,
}

/// Other units, several ranges, and a range of another version (`If-Range`) are ignored.
fn part(headers: &HeaderMap, etag: &str, length: usize) -> Part {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_other = |wanted| wanted != etag;
    if text(header::IF_RANGE).is_some_and(is_other) {
        return Part::Whole;
    }
    let range = text(header::RANGE).and_then(|range| range.strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let range = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        (Err(_), Ok(last)) if first.is_empty() => length.saturating_sub(last)..length,
        _ => return Part::Whole,
    };
    if range.is_empty() {
        Part::OutOfRange
    } else {
        Part::Range(range)
    }
}

async fn upload(app: &App, parts: &Parts, body: Body) -> HttpResponse {
    match receive(app, parts, body).await {
        Ok(()) => pages::empty(204),
        Err(refused) => *refused,
    }
}

/// Stores an uploaded file, which is only read after the form's policy has been validated.
async fn receive(app: &App, parts: &Parts, body: Body) -> RequestBody<()> {
    let denied = || Box::new(error(403, "AccessDenied"));
    let malformed = || Box::new(error(400, "MalformedPOSTRequest"));
    let state = &app.sandbox.state;
    let is_allowed = Arc::new(AtomicBool::new(false));
    let body = limited(body, is_allowed.clone());
    let mut form = multipart::form(parts, body)
        .await
        .map_err(|_| malformed())?;
    let mut upload = None;
    while let Some(field) = form.next_field().await.map_err(|_| malformed())? {
        match field.name() {
            Some("Policy") => {
                let policy = field.text().await.map_err(|_| malformed())?;
                upload = files::upload_of(state, &policy);
                is_allowed.store(upload.is_some(), Ordering::Relaxed);
            }
            // Fields after the file are ignored.
            Some("file") => {
                let upload = upload.ok_or_else(denied)?;
                let content = field.bytes().await.map_err(|_| malformed())?;
                return files::receive(state, &upload, &content).map_err(|_| denied());
            }
            _ => {}
        }
    }
    Err(denied())
}

const UNCHECKED: usize = 64 * 1024;

fn limited(body: Body, is_allowed: Arc<AtomicBool>) -> Body {
    let chunks = body.into_data_stream();
    Body::from_stream(stream::unfold((chunks, 0), move |(mut chunks, read)| {
        let is_allowed = is_allowed.clone();
        async move {
            // The parser reads as much as it can. It must check each chunk before the next.
            tokio::task::yield_now().await;
            if read > UNCHECKED && !is_allowed.load(Ordering::Relaxed) {
                let error = axum::Error::new("the form has no valid policy");
                return Some((Err(error), (chunks, read)));
            }
            let chunk = chunks.next().await?;
            let size = chunk.as_ref().map_or(0, Bytes::len);
            Some((chunk, (chunks, read + size)))
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_range_of_the_same_version_is_sent() {
        let asked = |range: &'static str, version: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_static(range));
            if !version.is_empty() {
                headers.insert(header::IF_RANGE, HeaderValue::from_static(version));
            }
            part(&headers, "\"a\"", 10)
        };
        assert_eq!(asked("bytes=4-", ""), Part::Range(4..10));
        assert_eq!(asked("bytes=4-", "\"a\""), Part::Range(4..10));
        assert_eq!(asked("bytes=4-", "\"b\""), Part::Whole);
        assert_eq!(asked("bytes=0-3", ""), Part::Range(0..4));
        assert_eq!(asked("bytes=8-99", ""), Part::Range(8..10));
        assert_eq!(asked("bytes=-3", ""), Part::Range(7..10));
        assert_eq!(asked("bytes=10-", ""), Part::OutOfRange);
        assert_eq!(asked("bytes=-0", ""), Part::OutOfRange);
        for ignored in ["bytes=5-4", "bytes=0-1,4-5", "lines=1-2", "bytes=x-"] {
            assert_eq!(asked(ignored, ""), Part::Whole, "{ignored}");
        }
        assert_eq!(part(&HeaderMap::new(), "\"a\"", 0), Part::Whole);
    }
}
