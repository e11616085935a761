//! The WebSocket at `/graphql` (`graphql-transport-ws`, seen on Lagoon 2.33.1). async-graphql's own
//! lacks these close codes, pings, and a payload in the acknowledgement.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::request::Parts;
use futures_util::StreamExt as _;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, interval_at, sleep_until};

use super::message;
use super::{FollowOutcome, Mutations, follow};
use crate::http::App;
use crate::http::graphql::GraphQl;
use crate::http::pages::{self, HttpResponse};
use crate::permissions::Caller;

const PROTOCOL: &str = "graphql-transport-ws";

const INIT_TIMEOUT: Duration = Duration::from_secs(3);

/// The interval of pings, and the time limit for each pong.
const HEARTBEAT: Duration = Duration::from_secs(12);

type Close = (u16, String);

/// The operation's id, and a message or the end of the connection.
type SentMessage = (String, Result<Value, Close>);

/// The token follows in the first message.
pub(in crate::http) async fn answer(app: &Arc<App>, parts: &Parts) -> HttpResponse {
    let mut parts = parts.clone();
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => {
            let app = app.clone();
            let upgrade = upgrade.protocols([PROTOCOL]);
            upgrade.on_upgrade(move |socket| Connection::new(app, socket).serve())
        }
        Err(_) => pages::text(400, "Bad Request"),
    }
}

struct Connection {
    app: Arc<App>,
    socket: WebSocket,
    token: Option<String>,
    running: HashMap<String, AbortHandle>,
    sender: mpsc::UnboundedSender<SentMessage>,
    receiver: mpsc::UnboundedReceiver<SentMessage>,
}

impl Connection {
    fn new(app: Arc<App>, socket: WebSocket) -> Connection {
        let (sender, receiver) = mpsc::unbounded_channel();
        Connection {
            app,
            socket,
            token: None,
            running: HashMap::new(),
            sender,
            receiver,
        }
    }

    async fn serve(mut self) {
        let speaks = self.socket.protocol().is_some_and(|name| name == PROTOCOL);
        if !speaks {
            return self.close(4406, "Subprotocol not acceptable").await;
        }
        let too_late = Instant::now() + INIT_TIMEOUT;
        let mut beat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        let mut asked = false;
        loop {
            let closed = tokio::select! {
                () = sleep_until(too_late), if self.token.is_none() => {
                    Err((4408, "Connection initialisation timeout".to_owned()))
                }
                _ = beat.tick() => {
                    if asked {
                        return;
                    }
                    asked = true;
                    self.socket.send(Message::Ping(Vec::new().into())).await.map_err(|_| (0, String::new()))
                }
                Some((id, message)) = self.receiver.recv() => self.forward(&id, message).await,
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Text(text))) => self.read(text.as_str()).await,
                    Some(Ok(Message::Pong(_))) => { asked = false; Ok(()) }
                    Some(Ok(Message::Ping(_))) => Ok(()),
                    // Binary frames are read as text.
                    Some(Ok(Message::Binary(bytes))) => self.read(&String::from_utf8_lossy(&bytes)).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                },
            };
            if let Err((code, reason)) = closed {
                return self.close(code, &reason).await;
            }
        }
    }

    async fn close(&mut self, code: u16, reason: &str) {
        let reason = reason.into();
        let frame = Message::Close(Some(CloseFrame { code, reason }));
        let _ = self.socket.send(frame).await;
        // Waits for the client's close frame, so that it does not see the connection break.
        let _ = tokio::time::timeout(INIT_TIMEOUT, self.socket.recv()).await;
    }

    async fn send(&mut self, message: &Value) -> Result<(), Close> {
        let message = Message::Text(message.to_string().into());
        let sent = self.socket.send(message).await;
        sent.map_err(|_| (1011, String::new()))
    }

    /// Forwards a message, unless its operation was stopped.
    async fn forward(&mut self, id: &str, message: Result<Value, Close>) -> Result<(), Close> {
        if !self.running.contains_key(id) {
            return Ok(());
        }
        let message = message?;
        if message["type"] != "next" {
            self.running.remove(id);
        }
        self.send(&message).await
    }

    async fn read(&mut self, text: &str) -> Result<(), Close> {
        match message::read(text).ok_or_else(invalid)? {
            message::Message::Init(payload) => self.greet(&payload).await,
            message::Message::Ping(payload) => {
                let mut answer = json!({"type": "pong"});
                if !payload.is_null() {
                    answer["payload"] = payload;
                }
                self.send(&answer).await
            }
            message::Message::Pong => Ok(()),
            message::Message::Subscribe(id, payload) => self.start(&id, &payload),
            message::Message::Complete(id) => {
                if let Some(task) = self.running.remove(&id) {
                    task.abort();
                }
                Ok(())
            }
            message::Message::Servers => Err(internal()),
        }
    }

    async fn greet(&mut self, payload: &Value) -> Result<(), Close> {
        if self.token.is_some() {
            return Err((4429, "Too many initialisation requests".to_owned()));
        }
        let token = payload["authToken"].as_str().unwrap_or_default();
        self.caller(token)?;
        self.token = Some(token.to_owned());
        // Lagoon sends secrets here.
        let secret = "never-show-this ".repeat(200);
        self.send(&json!({"type": "connection_ack", "payload": {"grant": secret}}))
            .await
    }

    /// Checks the token, which may have expired since it was accepted.
    fn caller(&self, token: &str) -> Result<Caller, Close> {
        let caller = self.app.sandbox.state.caller(token);
        caller.map_err(|_| internal())
    }

    fn start(&mut self, id: &str, payload: &Map<String, Value>) -> Result<(), Close> {
        let Some(token) = &self.token else {
            return Err((4401, "Unauthorized".to_owned()));
        };
        if self.running.contains_key(id) {
            return Err((4409, format!("Subscriber for {id} already exists")));
        }
        let caller = self.caller(token)?;
        let work = work(
            self.app.clone(),
            caller,
            super::request(payload),
            id.to_owned(),
            self.sender.clone(),
        );
        let task = tokio::spawn(work);
        self.running.insert(id.to_owned(), task.abort_handle());
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.running.values().for_each(AbortHandle::abort);
    }
}

fn invalid() -> Close {
    (4400, "Invalid message received".to_owned())
}

/// The close of graphql-ws after an exception.
fn internal() -> Close {
    (4500, "Internal server error".to_owned())
}

async fn work(
    app: Arc<App>,
    caller: Caller,
    request: GraphQl,
    id: String,
    sender: mpsc::UnboundedSender<SentMessage>,
) {
    let send = |message: Value| sender.send((id.clone(), Ok(message))).is_ok();
    let next = |body: Value| json!({"id": id, "type": "next", "payload": body});
    match follow(&app, &caller, request, Mutations::Refused).await {
        // Parser errors are not caught there.
        FollowOutcome::Unreadable(_) | FollowOutcome::NotAQuery => {
            let _ = sender.send((id.clone(), Err(internal())));
            return;
        }
        FollowOutcome::Invalid(errors) | FollowOutcome::NoOperation(errors) => {
            send(json!({"id": id, "type": "error", "payload": errors}));
            return;
        }
        FollowOutcome::One(body) => {
            send(next(body));
        }
        FollowOutcome::Many(mut bodies) => {
            while let Some(body) = bodies.next().await {
                if !send(next(body)) {
                    return;
                }
            }
        }
    }
    send(json!({"id": id, "type": "complete"}));
}
