//! Where files of runs are fetched from and sent to: what an S3 store is for a Lagoon. Its addresses
//! are signed and need no token.

use axum::body::Body;
use axum::http::{HeaderValue, Method, Response, StatusCode, header, request::Parts};

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
    let denied = || pages::text(403, "<Error><Code>AccessDenied</Code></Error>");
    let Ok(fields) = multipart::fields(parts, body).await else {
        return pages::text(400, "<Error><Code>MalformedPOSTRequest</Code></Error>");
    };
    let mut mark = None;
    for (name, _, content) in fields {
        match name.as_str() {
            "Policy" => mark = String::from_utf8(content.to_vec()).ok(),
            // Fields after the file are not looked at.
            "file" => {
                let Some(mark) = mark else { return denied() };
                return match files::posted(&app.sandbox.state, &mark, &content) {
                    Ok(true) => {
                        let mut answer = Response::new(Body::empty());
                        *answer.status_mut() = StatusCode::NO_CONTENT;
                        answer
                    }
                    _ => denied(),
                };
            }
            _ => {}
        }
    }
    denied()
}
