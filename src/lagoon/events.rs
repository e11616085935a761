//! Pushed changes of an environment's runs.
//!
//! A change is only a hint: subscriptions to invisible environments are silent, all fall silent
//! after five minutes, and nothing is repeated (seen on Lagoon 2.33.1). Only the run's id is used,
//! and listeners poll as well.

mod socket;
pub(crate) mod stream;

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::JoinHandle;

use super::transport::Transport;
use super::{Lagoon, LagoonError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunEvent {
    /// Changes are pushed from now on, over this transport.
    Subscribed(&'static str),
    /// With the run's id.
    Run(i64),
}

/// A subscription to the runs of an environment. Dropping it ends it.
pub(crate) struct RunSubscription {
    inbox: mpsc::Receiver<RunEvent>,
    task: JoinHandle<()>,
}

/// More changes at once have no further effect.
const INBOX: usize = 64;

enum StreamEnd {
    /// The server lacks this transport.
    Unsupported,
    /// The token was refused.
    Refused,
    Ended,
}

impl RunSubscription {
    /// `None` if the subscription has ended, or never began.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<RunEvent>> {
        self.inbox.poll_recv(context)
    }

    /// Discards the changes so far, but not the end.
    pub(crate) fn forget(&mut self) {
        while self.inbox.try_recv().is_ok() {}
    }
}

impl Drop for RunSubscription {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Lagoon {
    /// Subscribes in the background: over server-sent events if the server has them (Lagoon 2.32),
    /// otherwise over a WebSocket.
    pub(crate) fn changes(&self, environment: i64) -> Result<RunSubscription, LagoonError> {
        let query = super::operations::events::subscription(environment)?;
        let (outbox, inbox) = mpsc::channel(INBOX);
        let listener = Subscriber {
            transport: Arc::clone(&self.transport),
            query,
            outbox,
        };
        let task = tokio::spawn(listener.listen());
        Ok(RunSubscription { inbox, task })
    }
}

struct Subscriber {
    transport: Arc<Transport>,
    query: serde_json::Value,
    outbox: mpsc::Sender<RunEvent>,
}

impl Subscriber {
    async fn listen(self) {
        let credentials = &self.transport.connection().credentials;
        let Ok(mut token) = credentials.token().await else {
            return;
        };
        // One more attempt, with a newer token where there is one.
        for _ in 0..2 {
            let end = match stream::listen(&self, &token).await {
                // Before Lagoon 2.32 server-sent events refuse every token: the other way tells.
                StreamEnd::Refused => match socket::listen(&self, &token).await {
                    StreamEnd::Unsupported => StreamEnd::Refused,
                    end => end,
                },
                StreamEnd::Unsupported => socket::listen(&self, &token).await,
                StreamEnd::Ended => return,
            };
            let StreamEnd::Refused = end else { return };
            match credentials.renew(&token).await {
                Ok(Some(newer)) => token = newer,
                _ => return,
            }
        }
    }

    /// `false` if the receiver is gone. A change that does not fit is dropped.
    fn notify(&self, change: RunEvent) -> bool {
        let sent = self.outbox.try_send(change);
        !matches!(sent, Err(TrySendError::Closed(_)))
    }

    fn receive(&self, message: &str) -> bool {
        let run = super::operations::events::changed(message);
        run.is_none_or(|id| self.notify(RunEvent::Run(id)))
    }

    fn subscribed(&self, over: &'static str) -> bool {
        self.transport
            .say(&format!("RunChanged: subscribed over {over}"));
        self.notify(RunEvent::Subscribed(over))
    }
}
