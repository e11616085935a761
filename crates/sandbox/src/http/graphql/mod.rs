//! `/graphql`: requests in a body, single or batched, or in the address.

pub(in crate::http) mod document;
pub(in crate::http) mod execute;
pub(in crate::http) mod multipart;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, header, request::Parts};
use axum::response::IntoResponse as _;
use serde_json::{Map, Value, json};

use self::execute::ExecutionOutcome;
use super::App;
use super::body::{Content, content_type};
use super::gate::{self, RequestRecord};
use super::pages::{self, HttpResponse, RequestBody};
use crate::Fault;
use crate::permissions::Caller;

const NO_BODY: &str = "POST body missing, invalid Content-Type, or JSON object has no keys.";

const FORGED: &str =
    "This operation has been blocked as a potential Cross-Site Request Forgery (CSRF).";

#[derive(Clone)]
pub(in crate::http) struct GraphQl {
    pub(in crate::http) query: Value,
    pub(in crate::http) variables: Value,
    pub(in crate::http) operation_name: Option<String>,
    pub(in crate::http) uploads: Vec<multipart::Upload>,
    /// Sent in the address, where only queries are allowed.
    pub(in crate::http) is_get: bool,
    pub(in crate::http) host: Option<String>,
}

pub(in crate::http) async fn answer(
    app: &Arc<App>,
    parts: &Parts,
    content: Content,
    caller: Caller,
    record: &mut RequestRecord,
) -> HttpResponse {
    let read = match parts.method {
        Method::POST => from_body(parts, content).await,
        Method::GET => from_address(parts).map(|request| (vec![request], false)),
        _ => {
            if has_no_preflight(&parts.headers) {
                return pages::text(400, FORGED);
            }
            let page = pages::text(405, "Apollo Server supports only GET/POST requests.");
            return ([(header::ALLOW, "GET, POST")], page).into_response();
        }
    };
    let (mut requests, is_batch) = match read {
        Ok(read) => read,
        Err(answer) => return *answer,
    };
    let host = parts.headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    for request in &mut requests {
        request.host = host.map(str::to_owned);
    }
    record.operations = requests.iter().flat_map(document::root_fields).collect();
    let fault = match gate::fault(app, &record.operations).await {
        Ok(fault) => fault,
        Err(answer) => return *answer,
    };
    let mut outcomes = Vec::new();
    for request in requests {
        outcomes.push(match &fault {
            Some(Fault::Message(message)) => {
                document::refused(document::root_values(&request), message)
            }
            _ => execute::execute(app, &caller, request).await,
        });
    }
    match fault {
        Some(Fault::HangAfter) => std::future::pending().await,
        Some(Fault::LoseResponse) => broken(),
        _ => show(outcomes, is_batch),
    }
}

fn show(outcomes: Vec<ExecutionOutcome>, is_batch: bool) -> HttpResponse {
    if is_batch {
        let bodies = outcomes.into_iter().map(|outcome| outcome.body).collect();
        return pages::apollo(200, &Value::Array(bodies));
    }
    let Some(ExecutionOutcome { status, body }) = outcomes.into_iter().next() else {
        return pages::text(400, NO_BODY);
    };
    let allowed = (status == 405).then_some([(header::ALLOW, "POST")]);
    (allowed, pages::apollo(status, &body)).into_response()
}

/// A reply that breaks the connection before anything is sent.
fn broken() -> HttpResponse {
    let lost = std::io::Error::other("lost");
    let body = futures_util::stream::iter([Err::<Bytes, _>(lost)]);
    HttpResponse::new(Body::from_stream(body))
}

async fn from_body(parts: &Parts, content: Content) -> RequestBody<(Vec<GraphQl>, bool)> {
    match content {
        Content::Json(Value::Array(items)) if items.contains(&Value::Null) => {
            let body = json!({"errors": [{"message": "a request is null"}]});
            Err(Box::new(pages::apollo(500, &body)))
        }
        Content::Json(Value::Array(items)) if !items.is_empty() => {
            let requests = items.into_iter().map(request).collect::<RequestBody<_>>()?;
            Ok((requests, true))
        }
        Content::Json(Value::Object(fields)) if !fields.is_empty() => {
            Ok((vec![request(Value::Object(fields))?], false))
        }
        Content::Other(body) if content_type(&parts.headers) == "multipart/form-data" => {
            Ok((vec![multipart::read(parts, body).await?], false))
        }
        _ => Err(Box::new(pages::text(400, NO_BODY))),
    }
}

pub(in crate::http) fn request(value: Value) -> RequestBody<GraphQl> {
    let refuse = |message: &str| Box::new(pages::text(400, message));
    let mut fields = match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let query = fields.remove("query");
    if matches!(&query, Some(query) if !query.is_string() && !query.is_null()) {
        return Err(refuse("GraphQL queries must be strings."));
    }
    let mut parsed = |name: &str, otherwise: &str| match fields.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => {
            serde_json::from_str(&text).map_err(|_| refuse(otherwise))
        }
        given => Ok(given.unwrap_or(Value::Null)),
    };
    parsed("extensions", "Extensions are invalid JSON.")?;
    let variables = parsed("variables", "Variables are invalid JSON.")?;
    let operation_name = match fields.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(other) => Some(other.to_string()),
    };
    Ok(GraphQl {
        // JavaScript formats an absent query like this.
        query: query.unwrap_or_else(|| Value::from("undefined")),
        variables,
        operation_name,
        uploads: Vec::new(),
        is_get: false,
        host: None,
    })
}

fn from_address(parts: &Parts) -> RequestBody<GraphQl> {
    if has_no_preflight(&parts.headers) {
        return Err(Box::new(pages::text(400, FORGED)));
    }
    let mut fields = Map::new();
    let query = parts.uri.query().unwrap_or_default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = Value::from(value.into_owned());
        // Express makes an array of repeated names.
        let value = match fields.get(name.as_ref()) {
            Some(first) => Value::from(vec![first.clone(), value]),
            None => value,
        };
        fields.insert(name.into_owned(), value);
    }
    if fields.is_empty() {
        return Err(Box::new(pages::text(400, "GET query missing.")));
    }
    let mut request = request(Value::Object(fields))?;
    request.is_get = true;
    Ok(request)
}

/// For Lagoon, any content type is a sign that a web page had to send a preflight first.
fn has_no_preflight(headers: &HeaderMap) -> bool {
    let given = |name: &str| headers.get(name).is_some_and(|value| !value.is_empty());
    !given("content-type")
        && !given("x-apollo-operation-name")
        && !given("apollo-require-preflight")
}
