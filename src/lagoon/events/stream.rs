//! Server-sent events: `POST …/graphql/stream`.

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};

use super::{End, Listener};
use crate::lagoon::transport::request::bearer;

/// Far beyond any event: something else is talking.
const LONGEST: usize = 1024 * 1024;

pub(super) async fn listen(listener: &Listener, token: &str) -> End {
    let Ok(bearer) = bearer(token) else {
        return End::NotHere;
    };
    let mut url = listener.transport.connection().url.clone();
    url.set_path(&format!("{}/stream", url.path().trim_end_matches('/')));
    let Ok(client) = listener.transport.client() else {
        return End::NotHere;
    };
    let sent = client
        .post(url)
        .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
        // Exactly this: with anything else the server does not know the path.
        .header(ACCEPT, HeaderValue::from_static("text/event-stream"))
        .header(AUTHORIZATION, bearer)
        .body(listener.query.to_string())
        .send()
        .await;
    let Ok(mut response) = sent else {
        return End::NotHere;
    };
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // A server that does not have it answers 200 with JSON; one that refuses the token 500.
    if !response.status().is_success() || !kind.starts_with("text/event-stream") {
        return match response.status().as_u16() {
            401 | 500 => End::Refused,
            _ => End::NotHere,
        };
    }
    if !listener.subscribed("server-sent events") {
        return End::Over;
    }
    let mut events = Events::new(LONGEST);
    while let Ok(Some(piece)) = response.chunk().await {
        for event in events.feed(&piece) {
            match event {
                Event::Next(data) => {
                    if !listener.hear(&data) {
                        return End::Over;
                    }
                }
                Event::Complete => return End::Over,
            }
        }
        if events.is_too_long() {
            return End::Over;
        }
    }
    End::Over
}

/// What a stream says.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// Something happened; its data.
    Next(String),
    /// Nothing more will.
    Complete,
}

/// Events from pieces that are cut anywhere.
pub struct Events {
    longest: usize,
    left: Vec<u8>,
    kind: String,
    data: String,
    is_too_long: bool,
}

impl Events {
    /// At the start of a stream, of which no event is longer than so many bytes.
    #[must_use]
    pub fn new(longest: usize) -> Self {
        Events {
            longest,
            left: Vec::new(),
            kind: String::new(),
            data: String::new(),
            is_too_long: false,
        }
    }

    /// The events that end in the next piece.
    pub fn feed(&mut self, piece: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            // Before it is kept, and so the same wherever pieces are cut.
            self.is_too_long |= self.held() + part.len() > self.longest;
            if self.is_too_long {
                break;
            }
            self.left.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.left);
                let line = String::from_utf8_lossy(&line);
                events.extend(self.line(line.trim_end_matches(['\r', '\n'])));
            }
        }
        events
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let (kind, data) = (
                std::mem::take(&mut self.kind),
                std::mem::take(&mut self.data),
            );
            return match kind.as_str() {
                "complete" => Some(Event::Complete),
                _ if data.is_empty() => None,
                _ => Some(Event::Next(data)),
            };
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.kind),
            "data" => {
                if !self.data.is_empty() {
                    self.data.push('\n');
                }
                self.data.push_str(value);
            }
            // Comments are heartbeats.
            _ => {}
        }
        None
    }

    /// Whether an event was longer than any should be: nothing is read from there on.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.is_too_long
    }

    /// How many bytes wait for the end of their event.
    #[must_use]
    pub fn held(&self) -> usize {
        self.left.len() + self.kind.len() + self.data.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_from_pieces_cut_anywhere() {
        let text =
            ":\n\nevent: next\ndata: {\"a\":\n data: x\ndata: 1}\n\n:\n\nevent: complete\n\n";
        for size in 1..text.len() {
            let mut events = Events::new(LONGEST);
            let found: Vec<Event> = text
                .as_bytes()
                .chunks(size)
                .flat_map(|piece| events.feed(piece))
                .collect();
            assert_eq!(
                found,
                [Event::Next("{\"a\":\n1}".to_owned()), Event::Complete],
                "{size}"
            );
        }
    }

    #[test]
    fn too_long_is_too_long_wherever_it_is_cut() {
        let text = format!("data: {}\n\n", "x".repeat(60));
        for size in 1..=text.len() {
            let mut events = Events::new(48);
            let mut pieces = text.as_bytes().chunks(size);
            assert!(pieces.all(|piece| events.feed(piece).is_empty()), "{size}");
            assert!(events.is_too_long() && events.held() <= 48, "{size}");
        }
    }
}
