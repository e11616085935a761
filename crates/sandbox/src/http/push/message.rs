//! Messages of the WebSocket, checked as graphql-ws checks them.

use serde_json::{Map, Value};

#[derive(Debug, PartialEq)]
pub(super) enum Message {
    Init(Value),
    /// Answered with the same payload, if any.
    Ping(Value),
    Pong,
    Subscribe(String, Map<String, Value>),
    Complete(String),
    /// Valid, but only sent by servers.
    Servers,
}

pub(super) fn read(text: &str) -> Option<Message> {
    let message: Value = serde_json::from_str(text).ok()?;
    let payload = &message["payload"];
    let kind = message["type"].as_str()?;
    let id = || {
        let id = message["id"].as_str().filter(|id| !id.is_empty());
        id.map(str::to_owned)
    };
    match kind {
        "connection_init" | "connection_ack" | "ping" | "pong" if !is_absent_or_object(payload) => {
            None
        }
        "connection_init" => Some(Message::Init(payload.clone())),
        "connection_ack" => Some(Message::Servers),
        "ping" => Some(Message::Ping(payload.clone())),
        "pong" => Some(Message::Pong),
        "subscribe" => {
            let fields = payload.as_object().filter(|fields| is_request(fields))?;
            Some(Message::Subscribe(id()?, fields.clone()))
        }
        "complete" => Some(Message::Complete(id()?)),
        "next" if payload.is_object() => id().map(|_| Message::Servers),
        "error" if are_errors(payload) => id().map(|_| Message::Servers),
        _ => None,
    }
}

fn is_request(fields: &Map<String, Value>) -> bool {
    let given = |name: &str| fields.get(name).unwrap_or(&Value::Null);
    let name = given("operationName");
    given("query").is_string()
        && is_absent_or_object(given("variables"))
        && (name.is_null() || name.is_string())
        && is_absent_or_object(given("extensions"))
}

fn is_absent_or_object(value: &Value) -> bool {
    value.is_null() || value.is_object()
}

fn are_errors(payload: &Value) -> bool {
    let errors = payload.as_array().filter(|errors| !errors.is_empty());
    errors.is_some_and(|errors| errors.iter().all(|error| error.get("message").is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn valid_client_messages_are_parsed() {
        let understood = |message: Value| read(&message.to_string());
        let init = json!({"type": "connection_init"});
        assert_eq!(understood(init), Some(Message::Init(Value::Null)));
        let ping = json!({"type": "ping", "payload": null});
        assert_eq!(understood(ping), Some(Message::Ping(Value::Null)));
        assert_eq!(understood(json!({"type": "pong"})), Some(Message::Pong));
        let fields =
            json!({"query": "", "variables": null, "operationName": null, "extensions": {}});
        let subscribe = json!({"type": "subscribe", "id": "1", "payload": fields});
        let fields = fields.as_object().unwrap().clone();
        assert_eq!(
            understood(subscribe),
            Some(Message::Subscribe("1".to_owned(), fields))
        );
        let complete = json!({"type": "complete", "id": "1"});
        assert_eq!(
            understood(complete),
            Some(Message::Complete("1".to_owned()))
        );
        for servers in [
            json!({"type": "connection_ack", "payload": {}}),
            json!({"type": "next", "id": "1", "payload": {}}),
            json!({"type": "error", "id": "1", "payload": [{"message": "m"}]}),
        ] {
            assert_eq!(understood(servers), Some(Message::Servers));
        }
    }

    #[test]
    fn invalid_client_messages_are_refused() {
        for no_message in [
            json!("ping"),
            json!({}),
            json!({"type": 1}),
            json!({"type": "start"}),
            json!({"type": "connection_init", "payload": "x"}),
            json!({"type": "connection_ack", "payload": 1}),
            json!({"type": "ping", "payload": 1}),
            json!({"type": "pong", "payload": []}),
            json!({"type": "complete"}),
            json!({"type": "complete", "id": ""}),
            json!({"type": "next", "id": "1"}),
            json!({"type": "error", "id": "1", "payload": []}),
        ] {
            assert_eq!(read(&no_message.to_string()), None, "{no_message}");
        }
        for payload in [
            json!(null),
            json!("{a}"),
            json!({}),
            json!({"query": null}),
            json!({"query": 1}),
            json!({"query": "{a}", "variables": "{}"}),
            json!({"query": "{a}", "variables": []}),
            json!({"query": "{a}", "operationName": 1}),
            json!({"query": "{a}", "extensions": 1}),
        ] {
            let message = json!({"type": "subscribe", "id": "1", "payload": payload});
            assert_eq!(read(&message.to_string()), None, "{message}");
        }
        let nameless = json!({"type": "subscribe", "id": "", "payload": {"query": "{a}"}});
        assert_eq!(read(&nameless.to_string()), None);
    }
}
