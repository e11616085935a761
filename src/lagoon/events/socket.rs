//! Push over a WebSocket, with both sub-protocols of Lagoon.
//!
//! The socket is an upgraded connection of the HTTP client, so certificates, proxies and the rule
//! against tokens in plain text apply.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{
    CONNECTION, HeaderMap, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{StreamEnd, Subscriber};

/// Lagoon until 2.26 knows the first alone, newer ones the second.
const OFFERED: &str = "graphql-ws, graphql-transport-ws";

/// No message is longer.
const LONGEST: usize = 1024 * 1024;

/// Lagoon's close code for a refused token.
const REFUSED: u16 = 4500;

pub(super) async fn listen(listener: &Subscriber, token: &str) -> StreamEnd {
    match connect(listener).await {
        Some((socket, start)) => exchange_messages(listener, socket, start, token).await,
        None => StreamEnd::Unsupported,
    }
}

/// Returns the socket and the type of the message that subscribes, which depends on the
/// sub-protocol.
async fn connect(
    listener: &Subscriber,
) -> Option<(WebSocketStream<reqwest::Upgraded>, &'static str)> {
    let client = listener.transport.client().ok()?;
    let key = STANDARD.encode(fastrand::u128(..).to_be_bytes());
    let request = client
        .get(listener.transport.connection().url.clone())
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_KEY, &key)
        .header(SEC_WEBSOCKET_PROTOCOL, OFFERED);
    let response = request.send().await.ok()?;
    let accepted = text(response.headers(), &SEC_WEBSOCKET_ACCEPT);
    if response.status().as_u16() != 101 || accepted != derive_accept_key(key.as_bytes()) {
        return None;
    }
    let start = match text(response.headers(), &SEC_WEBSOCKET_PROTOCOL) {
        "graphql-ws" => "start",
        "graphql-transport-ws" => "subscribe",
        _ => return None,
    };
    let upgraded = response.upgrade().await.ok()?;
    let mut limits = WebSocketConfig::default();
    limits.max_message_size = Some(LONGEST);
    limits.max_frame_size = Some(LONGEST);
    let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(limits)).await;
    Some((socket, start))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// A message. The payload of an acknowledgement is secret and not kept.
#[derive(Deserialize)]
struct SocketMessage<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

async fn exchange_messages<S>(
    listener: &Subscriber,
    mut socket: WebSocketStream<S>,
    start: &str,
    token: &str,
) -> StreamEnd
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let hello = json!({"type": "connection_init", "payload": {"authToken": token}});
    if say(&mut socket, &hello).await.is_err() {
        return StreamEnd::Ended;
    }
    // Pings of the protocol below are answered by the library.
    while let Some(Ok(message)) = socket.next().await {
        let text = match message {
            Message::Text(text) => text,
            Message::Close(Some(frame)) if u16::from(frame.code) == REFUSED => {
                return StreamEnd::Refused;
            }
            Message::Close(_) => return StreamEnd::Ended,
            _ => continue,
        };
        let Ok(incoming) = serde_json::from_str::<SocketMessage<'_>>(&text) else {
            return StreamEnd::Ended;
        };
        let goes_on = match incoming.kind.as_str() {
            "connection_ack" => {
                let ask = json!({"id": "1", "type": start, "payload": listener.query});
                say(&mut socket, &ask).await.is_ok() && listener.subscribed("a WebSocket")
            }
            "next" | "data" => incoming
                .payload
                .is_none_or(|payload| listener.receive(payload.get())),
            "ping" => say(&mut socket, &json!({"type": "pong"})).await.is_ok(),
            "ka" | "pong" => true,
            // `complete`, `error`, `connection_error`, and unknown messages.
            _ => false,
        };
        if !goes_on {
            return StreamEnd::Ended;
        }
    }
    StreamEnd::Ended
}

async fn say<S>(socket: &mut WebSocketStream<S>, message: &serde_json::Value) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    socket.send(Message::text(message.to_string())).await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use async_trait::async_trait;
    use serde_json::Value;
    use tokio::sync::mpsc;

    use super::*;
    use crate::lagoon::transport::Transport;
    use crate::lagoon::{
        Connection, Credentials, CredentialsError, Network, NetworkVariables, RunEvent,
    };

    struct FixedCredentials;

    #[async_trait]
    impl Credentials for FixedCredentials {
        async fn token(&self) -> Result<String, CredentialsError> {
            Ok("t".to_owned())
        }

        async fn renew(&self, _: &str) -> Result<Option<String>, CredentialsError> {
            Ok(None)
        }
    }

    /// The messages that the server receives and the changes of the listener. The server sends each
    /// of `says` after a message.
    async fn talked(start: &str, says: &[&str]) -> (Vec<Value>, Vec<RunEvent>) {
        let (outbox, mut inbox) = mpsc::channel(8);
        let connection = Connection {
            url: "http://127.0.0.1/graphql".parse().unwrap(),
            credentials: Arc::new(FixedCredentials),
            network: Network {
                ca_pem: None,
                timeout: Duration::from_secs(1),
                allow_http: false,
                proxy: None,
                variables: NetworkVariables::default(),
                observer: None,
            },
            max_response: 1,
            trace: None,
        };
        let listener = Subscriber {
            transport: Arc::new(Transport::new(connection)),
            query: json!({"query": "q"}),
            outbox,
        };
        let (ours, theirs) = tokio::io::duplex(4096);
        let client = WebSocketStream::from_raw_socket(ours, Role::Client, None).await;
        let mut server = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
        let mut heard = Vec::new();
        let serve = async {
            for message in says {
                let Some(Ok(Message::Text(text))) = server.next().await else {
                    break;
                };
                heard.push(serde_json::from_str(&text).unwrap());
                server.send(Message::text(*message)).await.unwrap();
            }
            let _ = server.close(None).await;
        };
        tokio::join!(serve, exchange_messages(&listener, client, start, "jwt"));
        let mut told = Vec::new();
        while let Ok(change) = inbox.try_recv() {
            told.push(change);
        }
        (heard, told)
    }

    #[tokio::test]
    async fn both_websocket_protocols_are_supported() {
        let ack = r#"{"type":"connection_ack","payload":{"secret":"s"}}"#;
        let told = vec![RunEvent::Subscribed("a WebSocket"), RunEvent::Run(7)];
        for (start, news) in [("start", "data"), ("subscribe", "next")] {
            let news = format!(
                r#"{{"id":"1","type":"{news}","payload":{{"data":{{"taskChanged":{{"id":7}}}}}}}}"#
            );
            let (heard, changes) = talked(start, &[ack, &news]).await;
            assert_eq!(
                heard,
                [
                    json!({"type": "connection_init", "payload": {"authToken": "jwt"}}),
                    json!({"id": "1", "type": start, "payload": {"query": "q"}}),
                ]
            );
            assert_eq!(changes, told);
        }
    }

    #[tokio::test]
    async fn a_ping_is_answered() {
        let ack = r#"{"type":"connection_ack"}"#;
        let says = [ack, r#"{"type":"ping"}"#, r#"{"type":"complete","id":"1"}"#];
        let (heard, _) = talked("subscribe", &says).await;
        assert_eq!(heard[2], json!({"type": "pong"}));
    }
}
