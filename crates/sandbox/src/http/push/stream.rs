//! `/graphql/stream`: graphql-sse's "distinct connections mode", as seen on Lagoon 2.33.1.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, header, request::Parts};
use axum::response::IntoResponse as _;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde_json::{Map, Value, json};

use super::{FollowOutcome, Mutations, follow};
use crate::http::App;
use crate::http::body::text;
use crate::http::gate::{self, RequestRecord};
use crate::http::graphql::{GraphQl, document};
use crate::http::pages::{self, HttpResponse, RequestBody};
use crate::permissions::Caller;

/// graphql-sse has no limit.
const LIMIT: usize = 1 << 20;

/// The interval of comments that keep the connection open.
const HEARTBEAT: Duration = Duration::from_secs(12);

/// A browser's preflight needs no token (seen on Lagoon 2.33.1).
pub(in crate::http) async fn answer(
    app: &Arc<App>,
    parts: &Parts,
    body: Body,
    record: &mut RequestRecord,
) -> HttpResponse {
    let answer = if parts.method == Method::OPTIONS {
        pages::empty(204)
    } else {
        let answer = respond(app, parts, body, record).await;
        answer.unwrap_or_else(|refused| *refused)
    };
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Content-Type, Authorization, apollo-require-preflight",
        ),
    ];
    (headers, answer).into_response()
}

async fn respond(
    app: &Arc<App>,
    parts: &Parts,
    body: Body,
    record: &mut RequestRecord,
) -> RequestBody<HttpResponse> {
    let Ok(caller) = caller(app, &parts.headers) else {
        let page = pages::json(500, &json!({"error": "Internal server error"}));
        let headers = [(header::CONTENT_TYPE, "application/json")];
        return Err(Box::new((headers, page).into_response()));
    };
    if text(&parts.headers, header::ACCEPT) != "text/event-stream" {
        return Err(Box::new(pages::empty(404)));
    }
    let request = read(parts, body, record).await?;
    record.operations = document::root_fields(&request);
    gate::fault(app, &record.operations).await?;
    let events = match follow(app, &caller, request, Mutations::Executed).await {
        FollowOutcome::Unreadable(message) => return Err(refuse(400, &message)),
        FollowOutcome::NoOperation(_) => return Err(refuse(400, "Unable to detect operation AST")),
        FollowOutcome::NotAQuery => {
            let page = *refuse(405, "Cannot perform mutations over GET");
            return Err(Box::new(([(header::ALLOW, "POST")], page).into_response()));
        }
        FollowOutcome::Invalid(errors) => once(&json!({"errors": errors})),
        FollowOutcome::One(body) => once(&body),
        FollowOutcome::Many(bodies) => bodies
            .map(|body| next(&body))
            .chain(stream::once(async { COMPLETE.to_owned() }))
            .boxed(),
    };
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONNECTION, "keep-alive"),
        (header::CONTENT_ENCODING, "none"),
    ];
    Ok((headers, Body::from_stream(with_heartbeat(events))).into_response())
}

/// The token may come without `Bearer`, which is only removed.
fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, String> {
    let header = text(headers, header::AUTHORIZATION);
    let token = header.replacen("Bearer ", "", 1).replacen("bearer ", "", 1);
    app.sandbox.state.caller(&token)
}

const COMPLETE: &str = "event: complete\ndata:\n\n";

fn next(body: &Value) -> String {
    format!("event: next\ndata: {body}\n\n")
}

fn once(body: &Value) -> BoxStream<'static, String> {
    stream::iter([next(body), COMPLETE.to_owned()]).boxed()
}

/// Starts with a comment, and sends one whenever no event came for a while.
fn with_heartbeat(
    events: BoxStream<'static, String>,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> {
    let quiet = || ":\n\n".to_owned();
    let beating = stream::unfold(events, move |mut events| async move {
        match tokio::time::timeout(HEARTBEAT, events.next()).await {
            Ok(event) => event.map(|event| (event, events)),
            Err(_) => Some((quiet(), events)),
        }
    });
    stream::iter([quiet()])
        .chain(beating)
        .map(|text| Ok(Bytes::from(text)))
}

async fn read(parts: &Parts, body: Body, record: &mut RequestRecord) -> RequestBody<GraphQl> {
    let is_get = parts.method == Method::GET;
    let fields = match parts.method {
        Method::GET => from_address(parts)?,
        Method::POST if text(&parts.headers, header::CONTENT_TYPE).contains("application/json") => {
            let Ok(bytes) = to_bytes(body, LIMIT).await else {
                return Err(Box::new(pages::text(413, "Payload Too Large")));
            };
            record.body = String::from_utf8_lossy(&bytes).into_owned();
            from_json(&bytes)?
        }
        _ => return Err(Box::new(pages::empty(415))),
    };
    match fields.get("query") {
        None | Some(Value::Null) => return Err(refuse(400, "Missing query")),
        Some(Value::String(_)) => {}
        Some(_) => return Err(refuse(400, "Invalid query")),
    }
    for (name, message) in [
        ("variables", "Invalid variables"),
        ("extensions", "Invalid extensions"),
    ] {
        let value = fields.get(name).unwrap_or(&Value::Null);
        if !value.is_null() && !value.is_object() {
            return Err(refuse(400, message));
        }
    }
    Ok(GraphQl {
        is_get,
        ..super::request(&fields)
    })
}

fn from_json(bytes: &[u8]) -> RequestBody<Map<String, Value>> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        // JavaScript takes an array for an object without fields.
        Ok(Value::Array(_)) => Ok(Map::new()),
        Ok(_) => Err(refuse(400, "JSON body must be an object")),
        Err(error) => Err(refuse(400, &error.to_string())),
    }
}

fn from_address(parts: &Parts) -> RequestBody<Map<String, Value>> {
    let mut fields = Map::new();
    let query = parts.uri.query().unwrap_or_default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        // The first of repeated names counts.
        if fields.contains_key(name.as_ref()) {
            continue;
        }
        let value = match name.as_ref() {
            "variables" | "extensions" if value.is_empty() => Value::Null,
            "variables" | "extensions" => {
                serde_json::from_str(&value).map_err(|_| refuse(400, "Unparsable URL"))?
            }
            _ => Value::from(value.into_owned()),
        };
        fields.insert(name.into_owned(), value);
    }
    Ok(fields)
}

fn refuse(status: u16, message: &str) -> Box<HttpResponse> {
    let body = json!({"errors": [{"message": message}]});
    Box::new(pages::json(status, &body))
}
