//! What a Lagoon pushes: that a run of an environment has changed.
//!
//! A hint, never the truth: a subscription to what one may not see is silent, every one falls
//! silent after five minutes, and nothing is repeated (seen on Lagoon 2.33.1). So nothing but the
//! run's id is taken from it, and whoever listens reads the run and goes on looking by himself.

mod socket;
mod stream;

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::transport::Transport;
use super::{Lagoon, LagoonError};

pub use stream::{Event, Events};

/// Something was pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// From now on changes are pushed, over this; what happened before was not.
    Subscribed(&'static str),
    /// The run with this id has changed.
    Run(i64),
}

/// A subscription to the runs of an environment. Dropping it ends it.
pub struct Changes {
    inbox: mpsc::Receiver<Change>,
    task: JoinHandle<()>,
}

/// More than this at once says no more than this.
const INBOX: usize = 64;

/// How a connection came to its end.
enum End {
    /// This way does not exist there.
    NotHere,
    /// The token was refused.
    Refused,
    /// It was there and is gone.
    Over,
}

impl Changes {
    /// What was pushed next; `None` when the subscription has ended, or never began.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Change>> {
        self.inbox.poll_recv(context)
    }

    /// Leaves out what was pushed until now; that it has ended is not forgotten.
    pub fn forget(&mut self) {
        while self.inbox.try_recv().is_ok() {}
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Lagoon {
    /// Subscribes to the changes of an environment's runs, over server-sent events where the
    /// server has them (Lagoon 2.32 and newer), else over a WebSocket; in the background.
    ///
    /// # Errors
    /// For an id outside 32 bits.
    pub fn changes(&self, environment: i64) -> Result<Changes, LagoonError> {
        let query = super::operations::events::subscription(environment)?;
        let (outbox, inbox) = mpsc::channel(INBOX);
        let listener = Listener {
            transport: Arc::clone(&self.transport),
            query,
            outbox,
        };
        let task = tokio::spawn(listener.listen());
        Ok(Changes { inbox, task })
    }
}

struct Listener {
    transport: Arc<Transport>,
    query: serde_json::Value,
    outbox: mpsc::Sender<Change>,
}

impl Listener {
    async fn listen(self) {
        let credentials = &self.transport.connection().credentials;
        let Ok(mut token) = credentials.token().await else {
            return;
        };
        // One more attempt, with a newer token where there is one.
        for _ in 0..2 {
            let end = match stream::listen(&self, &token).await {
                // Before Lagoon 2.32 server-sent events refuse every token: the other way tells.
                End::Refused => match socket::listen(&self, &token).await {
                    End::NotHere => End::Refused,
                    end => end,
                },
                End::NotHere => socket::listen(&self, &token).await,
                End::Over => return,
            };
            let End::Refused = end else { return };
            match credentials.renew(&token).await {
                Ok(Some(newer)) => token = newer,
                _ => return,
            }
        }
    }

    /// Passes a hint on. Whether somebody still listens; one that does not fit is left out.
    fn tell(&self, change: Change) -> bool {
        !matches!(
            self.outbox.try_send(change),
            Err(mpsc::error::TrySendError::Closed(_))
        )
    }

    /// Passes on what a message says.
    fn hear(&self, message: &str) -> bool {
        match super::operations::events::changed(message) {
            Some(id) => self.tell(Change::Run(id)),
            None => true,
        }
    }

    /// Says that the subscription stands.
    fn subscribed(&self, over: &'static str) -> bool {
        self.transport
            .say(&format!("RunChanged: subscribed over {over}"));
        self.tell(Change::Subscribed(over))
    }
}
