//! The sandbox's subscriptions: server-sent events and the WebSocket.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use lagoon_sandbox::{Identity, Options, Sandbox, Seed, ServedSandbox};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

const FOLLOW: &str = "subscription{taskChanged(environment:101){id status environment{name}}}";

async fn serve() -> (Sandbox, ServedSandbox) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sandbox = Sandbox::open(Options::memory(Seed::Demo)).await.unwrap();
    let address = "127.0.0.1:0".parse().unwrap();
    let served = sandbox.clone().serve(address).await.unwrap();
    (sandbox, served)
}

fn token(sandbox: &Sandbox, as_: Identity) -> String {
    sandbox.token(as_, Duration::from_secs(60)).unwrap()
}

async fn invoke(sandbox: &Sandbox, served: &ServedSandbox) {
    let query = "mutation{invokeRegisteredTask(advancedTaskDefinition:1,environment:101){id}}";
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(served.graphql()).json(&json!({"query": query}));
    let request = request.bearer_auth(token(sandbox, Identity::Owner));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert!(
        answer["data"]["invokeRegisteredTask"]["id"].is_number(),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sse_events_match_recorded_ones() {
    let (sandbox, served) = serve().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client
        .post(format!("{}/graphql/stream", served.url()))
        .header("accept", "text/event-stream")
        .bearer_auth(token(&sandbox, Identity::Guest))
        .json(&json!({"query": FOLLOW}));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut events = answer.bytes_stream();
    let first = events.next().await.unwrap().unwrap();
    assert_eq!(first, ":\n\n");
    invoke(&sandbox, &served).await;
    let mut seen = String::new();
    while !seen.contains("\"complete\"") {
        let event = tokio::time::timeout(Duration::from_secs(10), events.next()).await;
        let event = event.unwrap().unwrap().unwrap();
        seen.push_str(std::str::from_utf8(&event).unwrap());
    }
    let statuses: Vec<_> = seen
        .split("\"status\":\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(
        statuses,
        ["new", "pending", "running", "complete"],
        "{seen}"
    );
    assert!(
        seen.contains("\"environment\":{\"name\":\"main\"}"),
        "{seen}"
    );
}

/// A request to the stream: its method, the end of its path, its headers and its body.
async fn stream(
    served: &ServedSandbox,
    (method, query): (&str, &str),
    headers: &[(&'static str, &str)],
    body: &str,
) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/graphql/stream{query}", served.url());
    let mut request = client.request(method.parse().unwrap(), url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.body(body.to_owned()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

const EVENTS: (&str, &str) = ("accept", "text/event-stream");
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test(flavor = "multi_thread")]
async fn sse_checks_the_token_first() {
    let (_sandbox, served) = serve().await;
    let refused = (500, r#"{"error":"Internal server error"}"#.to_owned());
    let garbage = ("authorization", "Bearer garbage");
    let all = ("accept", "*/*");
    let body = json!({"query": FOLLOW}).to_string();
    for (method, headers, body) in [
        ("POST", vec![garbage, EVENTS, JSON], body.as_str()),
        ("POST", vec![garbage, all, JSON], &body),
        ("POST", vec![EVENTS, JSON], &body),
        ("POST", vec![garbage, EVENTS, JSON], "{nope"),
        ("POST", vec![garbage, EVENTS], &body),
        ("PUT", vec![garbage], ""),
    ] {
        let answer = stream(&served, (method, ""), &headers, body).await;
        assert_eq!(answer, refused, "{method} {headers:?} {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sse_accepts_tokens_with_and_without_scheme() {
    let (sandbox, served) = serve().await;
    let token = token(&sandbox, Identity::Guest);
    let ask = async |header: String, accept| {
        let headers = [("authorization", header.as_str()), accept, JSON];
        let body = json!({"query": "{lagoonVersion}"}).to_string();
        stream(&served, ("POST", ""), &headers, &body).await.0
    };
    let all = ("accept", "*/*");
    assert_eq!(ask(format!("Bearer {token}"), all).await, 404);
    for (scheme, status) in [
        ("Bearer ", 200),
        ("bearer ", 200),
        ("", 200),
        ("BEARER ", 500),
    ] {
        assert_eq!(
            ask(format!("{scheme}{token}"), EVENTS).await,
            status,
            "{scheme:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_requests_yield_no_event() {
    let (sandbox, served) = serve().await;
    let token = format!("Bearer {}", token(&sandbox, Identity::LegacyAdmin));
    let headers = [("authorization", token.as_str()), EVENTS, JSON];
    let post = async |body: &str| stream(&served, ("POST", ""), &headers, body).await;
    let refused = |message: &str| (400, json!({"errors": [{"message": message}]}).to_string());

    for body in ["", r#"{"query":"{"}"#] {
        let (status, text) = post(body).await;
        assert_eq!(status, 400);
        assert!(text.starts_with(r#"{"errors":[{"message":"#), "{text}");
    }
    for body in [
        json!({"query": "query A{lagoonVersion} query B{lagoonVersion}"}),
        json!({"query": "{lagoonVersion} {lagoonVersion}"}),
        json!({"query": "query A{lagoonVersion}", "operationName": "B"}),
        json!({"query": "query A{lagoonVersion}", "operationName": ""}),
        json!({"query": "query A{lagoonVersion}", "operationName": 1}),
        json!({"query": "fragment F on Query{lagoonVersion}"}),
    ] {
        let answer = post(&body.to_string()).await;
        assert_eq!(answer, refused("Unable to detect operation AST"), "{body}");
    }
    for (body, message) in [
        ("null", "JSON body must be an object"),
        ("\"x\"", "JSON body must be an object"),
        ("[]", "Missing query"),
        (r#"{"query":1}"#, "Invalid query"),
        (r#"{"query":"{a}","variables":[]}"#, "Invalid variables"),
        (r#"{"query":"{a}","extensions":1}"#, "Invalid extensions"),
    ] {
        assert_eq!(post(body).await, refused(message), "{body}");
    }
    let (status, text) = post(r#"{"query":"{nope}"}"#).await;
    assert_eq!(status, 200, "a wrong document is one");
    assert!(text.contains("event: next\ndata: {\"errors\":["), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_in_the_url_is_detected_at_any_position() {
    let (sandbox, served) = serve().await;
    let token = format!("Bearer {}", token(&sandbox, Identity::LegacyAdmin));
    let headers = [("authorization", token.as_str()), EVENTS];
    let get = async |document: &str, more: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.append_pair("query", document).finish();
        stream(&served, ("GET", &format!("?{query}{more}")), &headers, "").await
    };
    let message = "Cannot perform mutations over GET";
    let refused = (405, json!({"errors": [{"message": message}]}).to_string());
    for (document, more) in [
        ("mutation{deleteTask(input:{id:1})}", ""),
        ("# first\nmutation{deleteTask(input:{id:1})}", ""),
        (
            "fragment F on Query{lagoonVersion} mutation{deleteTask(input:{id:1})}",
            "",
        ),
        (
            "query A{lagoonVersion} mutation B{deleteTask(input:{id:1})}",
            "&operationName=B",
        ),
        ("mutation($i:Int!){deleteTask(input:{id:$i})}", ""),
    ] {
        assert_eq!(get(document, more).await, refused, "{document}");
    }
    let named = "query mutation{lagoonVersion}";
    assert_eq!(get(named, "&variables=").await.0, 200);
    assert_eq!(get(named, "&query=nope").await.0, 200, "the first counts");
    assert_eq!(get(named, "&variables=nope").await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_of_the_stream_needs_no_token() {
    let (_sandbox, served) = serve().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/graphql/stream", served.url());
    let request = client.request(reqwest::Method::OPTIONS, url);
    let request = request.header("origin", "http://x");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 204);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("access-control-allow-origin"), "*");
    assert_eq!(header("access-control-allow-methods"), "GET, POST, OPTIONS");
    assert_eq!(answer.text().await.unwrap(), "");
}

type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn connect(served: &ServedSandbox) -> Socket {
    let url = served.graphql().replace("http://", "ws://");
    let mut request = url.into_client_request().unwrap();
    let protocol = "graphql-transport-ws".parse().unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    tokio_tungstenite::connect_async(request).await.unwrap().0
}

/// Authenticates, sends a message, and returns the reply.
async fn said(sandbox: &Sandbox, served: &ServedSandbox, message: Message) -> Value {
    let mut socket = connect(served).await;
    let token = token(sandbox, Identity::LegacyAdmin);
    let init = json!({"type": "connection_init", "payload": {"authToken": token}});
    for message in [Message::text(init.to_string()), message] {
        socket.send(message).await.unwrap();
    }
    let mut next = async || socket.next().await.unwrap().unwrap();
    let acknowledged = next().await.into_text().unwrap();
    assert!(acknowledged.contains("connection_ack"), "{acknowledged}");
    match next().await {
        Message::Close(Some(close)) => json!([u16::from(close.code), close.reason.as_str()]),
        message => serde_json::from_str(message.into_text().unwrap().as_str()).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_closes_on_unreadable_messages() {
    let (sandbox, served) = serve().await;
    let invalid = json!([4400, "Invalid message received"]);
    let internal = json!([4500, "Internal server error"]);
    let subscribe = |payload: Value| json!({"type": "subscribe", "id": "1", "payload": payload});
    for (message, answer) in [
        (subscribe(json!({"query": "subscription{"})), &internal),
        (subscribe(json!({"query": ""})), &internal),
        (subscribe(Value::Null), &invalid),
        (subscribe(json!({"query": null})), &invalid),
        (json!({"type": "ping", "payload": "x"}), &invalid),
        (json!({"type": "connection_init", "payload": "x"}), &invalid),
        (json!({"type": "next", "id": "1", "payload": {}}), &internal),
        (json!({"type": "connection_ack"}), &internal),
    ] {
        let text = Message::text(message.to_string());
        assert_eq!(said(&sandbox, &served, text).await, *answer, "{message}");
    }
    let two = subscribe(json!({"query": "query A{lagoonVersion} query B{lagoonVersion}"}));
    let answer = said(&sandbox, &served, Message::text(two.to_string())).await;
    assert_eq!(answer["type"], "error");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_refuses_mutations_without_executing_them() {
    let (sandbox, served) = serve().await;
    let mutation =
        "mutation{run:invokeRegisteredTask(advancedTaskDefinition:1,environment:101){id}}";
    let subscribe = json!({"type": "subscribe", "id": "1", "payload": {"query": mutation}});
    let answer = said(&sandbox, &served, Message::text(subscribe.to_string())).await;
    assert_eq!(answer["type"], "next");
    assert_eq!(answer["payload"]["data"], json!({"run": null}));
    let errors = &answer["payload"]["errors"];
    assert_eq!(errors[0]["message"], "userActivityLogger is not a function");
    assert_eq!(errors[0]["path"], json!(["run"]));
    let runs = sandbox.store().read(|connection| {
        let count =
            connection.query_row("SELECT COUNT(*) FROM task", [], |row| row.get::<_, i64>(0));
        Ok::<_, lagoon_sandbox::store::StoreError>(count?)
    });
    assert_eq!(runs.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_accepts_binary_messages_as_text() {
    let (sandbox, served) = serve().await;
    let ping = json!({"type": "ping", "payload": {"a": 1}}).to_string();
    let answer = said(&sandbox, &served, Message::binary(ping.into_bytes())).await;
    assert_eq!(answer, json!({"type": "pong", "payload": {"a": 1}}));
    let ping = json!({"type": "ping", "payload": null}).to_string();
    let answer = said(&sandbox, &served, Message::binary(ping.into_bytes())).await;
    assert_eq!(answer, json!({"type": "pong"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_sends_events_and_can_fall_silent() {
    let (sandbox, served) = serve().await;
    let scripted = sandbox.scripted().unwrap();
    scripted.script(
        "Run yarn audit",
        vec![Step::Hold, Step::Status(Status::Running)],
    );
    let mut socket = connect(&served).await;
    let token = token(&sandbox, Identity::Reporter);
    let messages = [
        json!({"type": "connection_init", "payload": {"authToken": token}}),
        json!({"type": "subscribe", "id": "1", "payload": {"query": FOLLOW}}),
        json!({"type": "subscribe", "id": "2", "payload": {"query": "subscription{nope}"}}),
        json!({"type": "subscribe", "id": "3", "payload": {"query": "{lagoonVersion}"}}),
    ];
    for message in messages {
        socket
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }
    let mut next = async || {
        let message = tokio::time::timeout(Duration::from_secs(2), socket.next()).await;
        let text = message.ok()?.unwrap().unwrap().into_text().unwrap();
        Some(serde_json::from_str::<Value>(text.as_str()).unwrap())
    };
    assert_eq!(next().await.unwrap()["type"], "connection_ack");
    let mut answers = [
        next().await.unwrap(),
        next().await.unwrap(),
        next().await.unwrap(),
    ];
    answers.sort_by_key(|answer| answer["id"].to_string() + &answer["type"].to_string());
    assert_eq!(answers[0]["type"], "error");
    assert_eq!(answers[1]["type"], "complete");
    assert_eq!(
        answers[2]["payload"],
        json!({"data": {"lagoonVersion": "v2.33.1"}})
    );
    invoke(&sandbox, &served).await;
    let event = next().await.unwrap();
    assert_eq!(event["payload"]["data"]["taskChanged"]["status"], "new");
    sandbox.silence_subscriptions();
    scripted.advance(1).unwrap();
    assert!(next().await.is_none(), "silent after 300 seconds");
}
