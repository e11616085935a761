//! Failures injected by tests, and the record of requests.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Not executed; the reply is this resolver error (HTTP 200).
    Message(String),
    /// Not executed; the reply has this status and body.
    Status(u16, String),
    /// Executed; the reply is late.
    Delay(Duration),
    /// Not executed, and no reply.
    Hang,
    /// Executed, but no reply, as with a Lagoon whose message broker is down.
    HangAfter,
    /// Executed, then the connection breaks.
    LoseResponse,
}

#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The body as text; empty if it was not read as JSON.
    pub body: String,
    /// The names of the root fields, without aliases.
    pub operations: Vec<String>,
    /// The status of the reply; 0 if there was none.
    pub status: u16,
}

#[derive(Default)]
pub(super) struct Faults {
    waiting: Mutex<VecDeque<(String, Fault)>>,
    recorded: Mutex<Vec<RecordedRequest>>,
    pub(super) storage_is_down: AtomicBool,
    /// The number of times that subscriptions were silenced.
    pub(super) silenced: AtomicU64,
    pub(super) subscribed: AtomicU64,
}

impl Faults {
    pub(super) fn add(&self, operation: &str, fault: Fault) {
        lock(&self.waiting).push_back((operation.to_owned(), fault));
    }

    pub(super) fn take(&self, operations: &[String]) -> Option<Fault> {
        let mut waiting = lock(&self.waiting);
        let at = waiting
            .iter()
            .position(|(operation, _)| operations.contains(operation))?;
        waiting.remove(at).map(|(_, fault)| fault)
    }

    pub(super) fn record(&self, recorded: RecordedRequest) {
        lock(&self.recorded).push(recorded);
    }

    pub(super) fn recorded(&self) -> Vec<RecordedRequest> {
        lock(&self.recorded).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
