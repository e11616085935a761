//! One call of a tool.

use rmcp::ErrorData;
use rmcp::model::{CallToolResult, ProgressNotificationParam};
use rmcp::service::{Peer, RequestContext, RoleServer};
use tokio::sync::{mpsc, oneshot};

use super::tools::Input;
use super::transport::Closing;
use crate::domain::Run;
use crate::ops::runs::wait::Watcher;

pub(super) type Reply = Result<CallToolResult, ErrorData>;

pub(super) struct Call {
    pub input: Input,
    pub context: RequestContext<RoleServer>,
    pub reply: oneshot::Sender<Reply>,
}

/// The context of a call, for its tool.
pub(super) struct Caller<'a> {
    context: RequestContext<RoleServer>,
    closing: &'a Closing,
}

impl<'a> Caller<'a> {
    pub(super) fn new(context: RequestContext<RoleServer>, closing: &'a Closing) -> Self {
        Caller { context, closing }
    }

    pub(super) fn peer(&self) -> &Peer<RoleServer> {
        &self.context.peer
    }

    /// Returns when the client has cancelled the call.
    pub(super) async fn cancelled(&self) {
        self.context.ct.cancelled().await;
    }

    /// Returns when the client has cancelled the call, or is gone.
    pub(super) async fn stopped(&self) {
        tokio::select! {
            () = self.cancelled() => {}
            () = self.closing.closed() => {}
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.context.ct.is_cancelled() || self.closing.is_closed()
    }

    /// Sends a progress notification if the client asked for them.
    pub(super) async fn notify(&self, step: f64, message: String) {
        let Some(token) = self.context.meta.get_progress_token() else {
            return;
        };
        let progress = ProgressNotificationParam::new(token, step).with_message(message);
        // A client that is gone needs no progress.
        let _ = self.context.peer.notify_progress(progress).await;
    }
}

/// Passes the state of a run on, for progress notifications.
pub(super) struct Changes(mpsc::UnboundedSender<String>);

impl Changes {
    pub(super) fn channel() -> (Changes, mpsc::UnboundedReceiver<String>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Changes(sender), receiver)
    }
}

impl Watcher for Changes {
    fn read(&mut self, run: &Run) {
        let _ = self.0.send(format!("run {} is {}", run.id, run.status));
    }

    fn unreadable(&mut self, reason: &str) {
        let _ = self
            .0
            .send(format!("still trying to read the run: {reason}"));
    }
}
