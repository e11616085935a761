//! Answers of a server: each is an answer that can be read again, or an error that says what to
//! think of it. An input is the status and the content type on a line, and the body after it.

use lagoon_tasks::internal::{Error, LagoonError, Reply, read_reply};
use serde_json::{Value, json};

pub(super) fn check(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (head, body) = bytes.split_at(end.unwrap_or(bytes.len()));
    let head = String::from_utf8_lossy(head);
    let (status, content_type) = head.split_once(' ').unwrap_or((&head, ""));
    let status = status.parse().unwrap_or(200);
    let body = body.get(1..).unwrap_or_default();
    match read_reply::<Value>("https://lagoon.example", status, content_type, body) {
        Ok(reply) => answer(status, reply),
        Err(error) => failure(error),
    }
}

fn answer(status: u16, reply: Reply<Value>) {
    assert_eq!(status, 200);
    let again = encoded(&reply);
    let read = read_reply("https://lagoon.example", 200, "application/json", &again);
    let read: Reply<Value> = read.expect("what was read can be read again");
    assert_eq!(encoded(&read), again);
    let is_whole = reply.errors.is_empty() && reply.data.is_some();
    match reply.whole() {
        Ok(_) => assert!(is_whole),
        Err(error) => {
            assert!(!is_whole);
            failure(error);
        }
    }
}

fn encoded(reply: &Reply<Value>) -> Vec<u8> {
    let errors = reply.errors.iter();
    let errors: Vec<Value> = errors
        .map(|error| json!({"message": error.message, "path": error.path}))
        .collect();
    let whole = json!({"data": reply.data, "errors": errors});
    without_fractions(whole).to_string().into_bytes()
}

/// A number with a fraction is read nearly: its last digit may differ.
fn without_fractions(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => Value::Null,
        Value::Array(all) => all.into_iter().map(without_fractions).collect(),
        Value::Object(all) => all
            .into_iter()
            .map(|(name, value)| (name, without_fractions(value)))
            .collect(),
        other => other,
    }
}

fn failure(error: LagoonError) {
    let error = Error::from(error);
    assert!(error.kind.exit_code() > 0 && !error.message.is_empty());
    assert!(!error.message.contains('\n'), "{}", error.message);
    // A message of any server is short.
    assert!(error.message.chars().count() < 1000, "{}", error.message);
}
