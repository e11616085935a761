//! Standard input and output as the transport of the protocol: one message per line.
//!
//! `rmcp`'s own transport would print without masking secrets, and ignore requests that it cannot read.

use std::io::{ErrorKind, Read};
use std::sync::Arc;

use rmcp::service::{RoleServer, RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use serde::Serialize;
use tokio::sync::{Mutex, mpsc, watch};

use super::input::{Incoming, Line, Lines, read_line};
use crate::error::Error;
use crate::terminal::clean::escape_json;
use crate::terminal::{StreamError, Ui};

/// In bytes; the capacity of a pipe.
const PIECE: usize = 64 * 1024;

/// Lines that were read and not taken yet.
const WAITING: usize = 16;

/// Set once the client has disconnected. Clones share it.
#[derive(Clone)]
pub(super) struct Closing(watch::Sender<bool>);

impl Closing {
    fn new() -> Closing {
        Closing(watch::Sender::new(false))
    }

    pub(super) fn close(&self) {
        self.0.send_replace(true);
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.0.borrow()
    }

    pub(super) async fn closed(&self) {
        // An error is impossible: `self` is the sender.
        let _ = self.0.subscribe().wait_for(|is_closed| *is_closed).await;
    }
}

pub(super) struct Stdio {
    lines: mpsc::Receiver<Line>,
    output: Output,
}

#[derive(Clone)]
struct Output {
    ui: Ui,
    closing: Closing,
    /// Keeps each message whole.
    turn: Arc<Mutex<()>>,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum OutputError {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error("cannot write the message: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the output was not written")]
    Aborted,
}

impl Stdio {
    /// Begins to read standard input, in a thread of its own: reading cannot be interrupted.
    pub(super) fn open(ui: &Ui) -> Result<(Stdio, Closing), Error> {
        let closing = Closing::new();
        let output = Output {
            ui: ui.clone(),
            closing: closing.clone(),
            turn: Arc::default(),
        };
        let (sender, lines) = mpsc::channel(WAITING);
        let reader = std::thread::Builder::new().name("input".to_owned());
        reader
            .spawn(move || read(&sender))
            .map_err(|error| Error::failed("cannot read standard input").because(error))?;
        Ok((Stdio { lines, output }, closing))
    }
}

fn read(lines: &mpsc::Sender<Line>) {
    let mut stdin = std::io::stdin().lock();
    let mut divided = Lines::default();
    let mut piece = vec![0; PIECE];
    loop {
        let length = match stdin.read(&mut piece) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Ok(0) | Err(_) => return,
            Ok(length) => length,
        };
        for line in divided.feed(&piece[..length]) {
            if lines.blocking_send(line).is_err() {
                return;
            }
        }
    }
}

impl Output {
    /// Writes in a thread of its own, because the client may be slow to read.
    async fn send(&self, message: impl Serialize) -> Result<(), OutputError> {
        let line = escape_json(&serde_json::to_string(&message)?) + "\n";
        let _turn = self.turn.lock().await;
        let ui = self.ui.clone();
        let written = tokio::task::spawn_blocking(move || {
            ui.out(&line)?;
            ui.finish()
        });
        let written = written.await.map_err(|_| OutputError::Aborted)?;
        if written.is_err() {
            self.closing.close();
        }
        Ok(written?)
    }
}

impl Transport<RoleServer> for Stdio {
    type Error = OutputError;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), OutputError>> + Send + 'static {
        let output = self.output.clone();
        async move { output.send(message).await }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            let line = tokio::select! {
                biased;
                line = self.lines.recv() => line,
                () = self.output.closing.closed() => None,
            };
            let Some(line) = line else {
                self.output.closing.close();
                return None;
            };
            match read_line(&line) {
                Incoming::Message(message) => return Some(*message),
                Incoming::Refused(answer) => {
                    let output = self.output.clone();
                    tokio::spawn(async move { output.send(answer).await });
                }
                Incoming::Ignored(why) => self.output.ui.warn(why),
                Incoming::Nothing => {}
            }
        }
    }

    async fn close(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
