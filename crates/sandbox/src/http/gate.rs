//! The entry of every request: `Host`, token, routing, record.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header, request::Parts};

use super::pages::{self, HttpResponse, RequestBody};
use super::push::{socket, stream};
use super::{App, body, graphql, storage};
use crate::permissions::Caller;
use crate::token;
use crate::{Fault, RecordedRequest};

const DISCOVERY: &str = "/.well-known/appspecific/sh.lagoon.discovery.json";

#[derive(Default)]
pub(super) struct RequestRecord {
    pub(super) body: String,
    pub(super) operations: Vec<String>,
}

pub(super) async fn answer(State(app): State<Arc<App>>, request: Request) -> HttpResponse {
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.to_string(), parts.uri.to_string());
    let mut recorder = Recorder {
        app: app.clone(),
        method,
        path,
        record: RequestRecord::default(),
        status: 0,
    };
    let gzip = wants_gzip(&parts.headers);
    let mut answer = route(&app, parts, body, &mut recorder.record).await;
    if gzip {
        answer = pages::compressed(answer).await;
    }
    recorder.status = answer.status().as_u16();
    pages::finish(answer)
}

/// Records a request when it was answered or its client has left.
struct Recorder {
    app: Arc<App>,
    method: String,
    path: String,
    record: RequestRecord,
    status: u16,
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let state = &self.app.sandbox.state;
        if state.records {
            state.faults.record(RecordedRequest {
                method: std::mem::take(&mut self.method),
                path: std::mem::take(&mut self.path),
                body: std::mem::take(&mut self.record.body),
                operations: std::mem::take(&mut self.record.operations),
                status: self.status,
            });
        }
    }
}

async fn route(
    app: &Arc<App>,
    parts: Parts,
    body: Body,
    record: &mut RequestRecord,
) -> HttpResponse {
    if !is_for_this_machine(&parts.headers) {
        return pages::text(403, "The sandbox accepts requests from this machine only.");
    }
    let path = parts.uri.path().to_owned();
    if path == "/files" || path.starts_with("/files/") {
        return storage::answer(app, &parts, body).await;
    }
    // These two check the token themselves.
    if path.starts_with("/graphql/stream") {
        return stream::answer(app, &parts, body, record).await;
    }
    if wants_socket(&parts.headers) {
        return match path.as_str() {
            "/graphql" => socket::answer(app, &parts).await,
            _ => pages::text(400, "Bad Request"),
        };
    }
    let content = match body::read(&parts.headers, body, record).await {
        Ok(content) => content,
        Err(refused) => return *refused,
    };
    if parts.method == Method::OPTIONS {
        return pages::preflight();
    }
    let is_get = matches!(parts.method, Method::GET | Method::HEAD);
    // The whole path is compared, so a query string makes a difference.
    let whole = parts
        .uri
        .path_and_query()
        .map_or("", |whole| whole.as_str());
    match whole {
        "/status" if is_get => return pages::status(),
        DISCOVERY if is_get => return pages::discovery(),
        _ => {}
    }
    let caller = match caller(app, &parts.headers) {
        Ok(caller) => caller,
        Err(reason) => return pages::unauthorized(&reason),
    };
    match path.as_str() {
        "/" if is_get => pages::to_status(),
        "/status" if is_get => pages::status(),
        DISCOVERY if is_get => pages::discovery(),
        _ if is_mounted(&path, "/.well-known/apollo/server-health") => pages::health(),
        _ if is_mounted(&path, "/graphql") => {
            graphql::answer(app, &parts, content, caller, record).await
        }
        _ => pages::text(404, format!("Cannot {} {path}", parts.method)),
    }
}

/// Applies a fault that prevents or delays execution, and returns any other.
pub(super) async fn fault(app: &App, operations: &[String]) -> RequestBody<Option<Fault>> {
    let fault = app.sandbox.state.faults.take(operations);
    match fault {
        Some(Fault::Status(status, text)) => return Err(Box::new(pages::text(status, text))),
        Some(Fault::Hang) => return std::future::pending().await,
        Some(Fault::Delay(delay)) => tokio::time::sleep(delay).await,
        _ => return Ok(fault),
    }
    Ok(None)
}

/// Express routes a path to a mount point in any case, and everything below it.
fn is_mounted(path: &str, at: &str) -> bool {
    path.get(..at.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(at))
        && matches!(path.as_bytes().get(at.len()), None | Some(b'/'))
}

fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, String> {
    let token = token::in_header(body::text(headers, header::AUTHORIZATION));
    let token = token.ok_or("Bearer token required")?;
    app.sandbox.state.caller(token)
}

fn wants_gzip(headers: &HeaderMap) -> bool {
    body::text(headers, header::ACCEPT_ENCODING).contains("gzip")
}

fn wants_socket(headers: &HeaderMap) -> bool {
    body::text(headers, header::UPGRADE).eq_ignore_ascii_case("websocket")
}

/// Refuses web pages elsewhere whose name resolves to loopback, by the `Host` header.
fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let host = body::text(headers, header::HOST);
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
