//! Failures on command, and what was asked of the server.
//!
//! Tests say by Rust what shall go wrong; no request can.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What happens to a request instead of, before or after its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is not carried out; the answer is this resolver's error (HTTP 200).
    Message(String),
    /// It is not carried out; the answer has this status and this text as its body.
    Status(u16, String),
    /// It is carried out and answered, but later.
    Delay(Duration),
    /// It is not carried out and never answered.
    Hang,
    /// It is carried out but never answered: what a Lagoon does whose message broker is down.
    HangAfter,
    /// It is carried out, then the connection breaks.
    LoseAnswer,
}

/// A request that reached the server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Recorded {
    /// The HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The body as text; empty when it was not read as JSON.
    pub body: String,
    /// The names of the root fields, without aliases; for a GraphQL request that could be parsed.
    pub operations: Vec<String>,
    /// The status of the answer; 0 when it never got one.
    pub status: u16,
}

/// The failures that wait, and the record.
#[derive(Default)]
pub(super) struct Faults {
    waiting: Mutex<VecDeque<(String, Fault)>>,
    recorded: Mutex<Vec<Recorded>>,
    storage_down: Mutex<bool>,
    silenced: Mutex<u64>,
    subscribed: Mutex<u64>,
}

impl Faults {
    pub(super) fn add(&self, operation: &str, fault: Fault) {
        lock(&self.waiting).push_back((operation.to_owned(), fault));
    }

    /// The first that waits for one of these operations.
    pub(super) fn take(&self, operations: &[String]) -> Option<Fault> {
        let mut waiting = lock(&self.waiting);
        let at = waiting
            .iter()
            .position(|(operation, _)| operations.contains(operation))?;
        waiting.remove(at).map(|(_, fault)| fault)
    }

    pub(super) fn record(&self, recorded: Recorded) {
        lock(&self.recorded).push(recorded);
    }

    pub(super) fn recorded(&self) -> Vec<Recorded> {
        lock(&self.recorded).clone()
    }

    pub(super) fn silence_subscriptions(&self) {
        *lock(&self.silenced) += 1;
    }

    pub(super) fn times_silenced(&self) -> u64 {
        *lock(&self.silenced)
    }

    pub(super) fn count_subscription(&self) {
        *lock(&self.subscribed) += 1;
    }

    pub(super) fn times_subscribed(&self) -> u64 {
        *lock(&self.subscribed)
    }

    pub(super) fn set_storage_down(&self, down: bool) {
        *lock(&self.storage_down) = down;
    }

    pub(super) fn storage_is_down(&self) -> bool {
        *lock(&self.storage_down)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
