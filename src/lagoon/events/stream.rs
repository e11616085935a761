//! Server-sent events: `POST …/graphql/stream`.

use std::mem::take;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};

use super::{StreamEnd, Subscriber};
use crate::lagoon::transport::request::bearer;

/// No event is longer.
const LONGEST: usize = 1024 * 1024;

pub(super) async fn listen(listener: &Subscriber, token: &str) -> StreamEnd {
    let (Ok(bearer), Ok(client)) = (bearer(token), listener.transport.client()) else {
        return StreamEnd::Unsupported;
    };
    let mut url = listener.transport.connection().url.clone();
    url.set_path(&format!("{}/stream", url.path().trim_end_matches('/')));
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
        return StreamEnd::Unsupported;
    };
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // A server that does not have it answers 200 with JSON; one that refuses the token 500.
    if !response.status().is_success() || !kind.starts_with("text/event-stream") {
        return match response.status().as_u16() {
            401 | 500 => StreamEnd::Refused,
            _ => StreamEnd::Unsupported,
        };
    }
    if !listener.subscribed("server-sent events") {
        return StreamEnd::Ended;
    }
    let mut events = Events::new(LONGEST);
    while let Ok(Some(piece)) = response.chunk().await {
        for event in events.feed(&piece) {
            let goes_on = match event {
                Event::Next(data) => listener.receive(&data),
                Event::Complete => false,
            };
            if !goes_on {
                return StreamEnd::Ended;
            }
        }
        if events.is_too_long() {
            return StreamEnd::Ended;
        }
    }
    StreamEnd::Ended
}

#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// With its data.
    Next(String),
    Complete,
}

/// Parses events from pieces of any size.
pub struct Events {
    longest: usize,
    left: Vec<u8>,
    kind: String,
    data: String,
    is_too_long: bool,
}

impl Events {
    /// `longest` is the limit for an event, in bytes.
    pub fn new(longest: usize) -> Self {
        Events {
            longest,
            left: Vec::new(),
            kind: String::new(),
            data: String::new(),
            is_too_long: false,
        }
    }

    /// The events that end in this piece.
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
                let line = take(&mut self.left);
                let line = String::from_utf8_lossy(&line);
                events.extend(self.line(line.trim_end_matches(['\r', '\n'])));
            }
        }
        events
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let (kind, data) = (take(&mut self.kind), take(&mut self.data));
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

    /// An event exceeded the limit; nothing more is read.
    pub fn is_too_long(&self) -> bool {
        self.is_too_long
    }

    /// The bytes of the incomplete event.
    pub fn held(&self) -> usize {
        self.left.len() + self.kind.len() + self.data.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_parsed_across_arbitrary_chunks() {
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
    fn overlong_events_are_refused_across_arbitrary_chunks() {
        let text = format!("data: {}\n\n", "x".repeat(60));
        for size in 1..=text.len() {
            let mut events = Events::new(48);
            let mut pieces = text.as_bytes().chunks(size);
            assert!(pieces.all(|piece| events.feed(piece).is_empty()), "{size}");
            assert!(events.is_too_long() && events.held() <= 48, "{size}");
        }
    }
}
