//! Where files of runs are fetched from and sent to: what an S3 store is for a Lagoon. Its addresses
//! are signed and need no token.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, Response, StatusCode, header, request::Parts};
use futures_util::stream::{self, StreamExt as _};

use super::pages::{self, Answer};
use super::{App, multipart};
use crate::sandbox::resolvers::files;

/// Answers for an address under `/files`.
pub(super) async fn answer(app: &App, parts: &Parts, body: Body) -> Answer {
    match parts.method {
        Method::GET => download(app, parts),
        Method::POST => upload(app, parts, body).await,
        _ => pages::error(405, "Method Not Allowed"),
    }
}

fn download(app: &App, parts: &Parts) -> Answer {
    let query = parts.uri.query().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let mark = pairs.find_map(|(name, value)| (name == "signature").then(|| value.into_owned()));
    let found = mark.and_then(|mark| files::signed(&app.sandbox.state, &mark));
    let Some(content) = found else {
        return pages::text(403, "<Error><Code>AccessDenied</Code></Error>");
    };
    let mut answer = Response::new(Body::from(content));
    let kind = HeaderValue::from_static("application/octet-stream");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

async fn upload(app: &App, parts: &Parts, body: Body) -> Answer {
    match receive(app, parts, body).await {
        Ok(()) => {
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = StatusCode::NO_CONTENT;
            answer
        }
        Err(refused) => *refused,
    }
}

/// Stores the file of a form. Nothing of the file is read before the form's policy was found valid.
async fn receive(app: &App, parts: &Parts, body: Body) -> Result<(), Box<Answer>> {
    let refuse = |status, code: &str| {
        let text = format!("<Error><Code>{code}</Code></Error>");
        Box::new(pages::text(status, text))
    };
    let denied = || refuse(403, "AccessDenied");
    let malformed = || refuse(400, "MalformedPOSTRequest");
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
            // Fields after the file are not looked at.
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

/// The most that is read of a form before its policy was found valid.
const UNCHECKED: usize = 64 * 1024;

/// A body that fails beyond [`UNCHECKED`] bytes until it is allowed.
fn limited(body: Body, is_allowed: Arc<AtomicBool>) -> Body {
    let chunks = body.into_data_stream();
    Body::from_stream(stream::unfold((chunks, 0), move |(mut chunks, read)| {
        let is_allowed = is_allowed.clone();
        async move {
            // The parser reads until it has to wait. It must look at each chunk before the next.
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
