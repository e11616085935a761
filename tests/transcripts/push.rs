//! Recorded subscriptions whose events were not caused by a client.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use lagoon_sandbox::{Identity, Sandbox, ServedSandbox};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::tokens;

/// The reason why a recording cannot be replayed, if any.
pub(super) fn obstacle(recording: &Value) -> Option<&'static str> {
    let text = recording["frames"].to_string() + &recording["chunks"].to_string();
    if text.contains("taskChanged\\\":") || text.contains("\"taskChanged\":") {
        return Some("what caused its events was not recorded");
    }
    let frames = recording["frames"].as_array();
    if frames.is_some_and(|frames| frames.iter().any(|frame| frame["dir"] == "server-control")) {
        return Some("it lasts half a minute");
    }
    if text.contains("error aborted") {
        return Some("nothing but silence");
    }
    None
}

/// Headers about the time and the connection, not about the answer.
const CONNECTION: [&str; 4] = ["date", "connection", "keep-alive", "transfer-encoding"];

/// Replays a recorded stream of server-sent events.
pub(super) async fn events(
    client: &Client,
    sandbox: &Sandbox,
    served: &ServedSandbox,
    name: &str,
    recording: &Value,
) -> Result<bool, String> {
    let asked = &recording["request"];
    let method: Method = asked["method"].as_str().unwrap_or("POST").parse().unwrap();
    let path = asked["path"].as_str().unwrap_or("/graphql/stream");
    let mut request = client.request(method, format!("{}{path}", served.url()));
    for (header, value) in asked["headers"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        request = request.header(header, value.replace("<token>", &token(sandbox, name)));
    }
    request = match &asked["body"] {
        Value::Null => request,
        Value::String(body) => request.body(body.clone()),
        body => request.body(body.to_string()),
    };
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    if recording["status"] != status {
        return Err(format!(
            "status {status} instead of {}",
            recording["status"]
        ));
    }
    for (name, value) in recording["headers"].as_object().into_iter().flatten() {
        let given = answer.headers().get(name);
        let given = given.and_then(|given| given.to_str().ok());
        if !CONNECTION.contains(&name.as_str()) && given != value.as_str() {
            return Err(format!("{name}: {given:?} instead of {value}"));
        }
    }
    let wanted: String = recording["chunks"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|chunk| chunk["chunk"].as_str())
        .collect();
    let given = answer.text().await.map_err(|error| error.to_string())?;
    let refused = [&given, &wanted].map(|text| {
        let reply: Option<Value> = serde_json::from_str(text).ok();
        reply.is_some_and(|reply| reply["errors"].is_array())
    });
    if refused == [true, true] {
        return Ok(true);
    }
    same(&plain(&given), &plain(&wanted))
}

/// Without places in documents.
fn plain(text: &str) -> String {
    let places = regex::Regex::new(r#","locations":\[[^]]*\]"#).unwrap();
    places.replace_all(text, "").into_owned()
}

/// Replays the messages of a recorded WebSocket.
pub(super) async fn socket(
    sandbox: &Sandbox,
    served: &ServedSandbox,
    name: &str,
    recording: &Value,
) -> Result<bool, String> {
    let url = served.graphql().replace("http://", "ws://");
    let mut request = url.into_client_request().unwrap();
    if let Some(protocol) = recording["request"]["protocol"].as_str() {
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", protocol.parse().unwrap());
    }
    let connected = tokio_tungstenite::connect_async(request).await;
    let (mut socket, _) = connected.map_err(|error| error.to_string())?;
    let (mut given, mut wanted, mut is_refused) = (Vec::new(), Vec::new(), false);
    for frame in recording["frames"].as_array().into_iter().flatten() {
        let content = &frame["frame"];
        match frame["dir"].as_str().unwrap_or_default() {
            "client" => {
                let text = match content {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let text = text.replace("<token>", &token(sandbox, name));
                let _ = socket.send(Message::text(text)).await;
            }
            "server" => {
                let payload = &content["payload"];
                is_refused |= content["type"] == "error"
                    || payload["errors"].is_array() && payload.get("data").is_none();
                wanted.push(masked(content.clone()));
                given.push(masked(received(&mut socket).await));
            }
            // 1000 is the client's own goodbye.
            "close" if frame["code"] != 1000 => {
                wanted.push(json!({"code": frame["code"], "reason": frame["reason"]}));
                given.push(received(&mut socket).await);
            }
            _ => {}
        }
    }
    let same = same(&json!(given).to_string(), &json!(wanted).to_string());
    same.map(|_| is_refused)
}

type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn received(socket: &mut Socket) -> Value {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(5), socket.next()).await;
        return match message {
            Ok(Some(Ok(Message::Text(text)))) => {
                serde_json::from_str(text.as_str()).unwrap_or(Value::Null)
            }
            Ok(Some(Ok(Message::Close(Some(close))))) => {
                json!({"code": u16::from(close.code), "reason": close.reason.as_str()})
            }
            Ok(Some(Ok(_))) => continue,
            other => json!(format!("{other:?}")),
        };
    }
}

/// Removes secrets and differences in wording.
fn masked(mut frame: Value) -> Value {
    if frame["type"] == "connection_ack" {
        frame["payload"] = Value::Null;
    }
    let errors = match &mut frame["payload"] {
        Value::Array(errors) => Some(errors),
        payload => payload.get_mut("errors").and_then(Value::as_array_mut),
    };
    for error in errors.into_iter().flatten() {
        *error = json!("<error>");
    }
    frame
}

fn token(sandbox: &Sandbox, name: &str) -> String {
    let words = if name.contains("wrong-aud") {
        "wrong aud"
    } else if name.contains("garbage") {
        "garbage"
    } else {
        return tokens::good(sandbox, Identity::LegacyAdmin);
    };
    tokens::described(sandbox, words).unwrap()
}

fn same(given: &str, wanted: &str) -> Result<bool, String> {
    if given == wanted {
        return Ok(false);
    }
    Err(format!("given:  {given}\nwanted: {wanted}"))
}
