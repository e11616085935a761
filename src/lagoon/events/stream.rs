//! Server-sent events: `POST …/graphql/stream`.

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};

use super::{End, Listener};

/// Far beyond any event: something else is talking.
const LONGEST: usize = 1024 * 1024;

pub(super) async fn listen(listener: &Listener, token: &str) -> End {
    let Ok(mut bearer) = HeaderValue::try_from(format!("Bearer {token}")) else {
        return End::NotHere;
    };
    bearer.set_sensitive(true);
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
    let mut events = Events::default();
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

#[derive(Debug, PartialEq, Eq)]
enum Event {
    Next(String),
    Complete,
}

/// Events from pieces that are cut anywhere.
#[derive(Default)]
struct Events {
    left: Vec<u8>,
    kind: String,
    data: String,
}

impl Events {
    fn feed(&mut self, piece: &[u8]) -> Vec<Event> {
        self.left.extend_from_slice(piece);
        let mut events = Vec::new();
        while let Some(end) = self.left.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.left.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            events.extend(self.line(line.trim_end_matches(['\r', '\n'])));
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

    fn is_too_long(&self) -> bool {
        self.left.len() + self.data.len() > LONGEST
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
            let mut events = Events::default();
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
}
