//! `tasks mcp`: a Model Context Protocol server for coding agents.
//!
//! The protocol runs in background tasks of `rmcp`. They pass each call on to [`serve`], which has
//! the connection to Lagoon and carries out all calls concurrently. Only `transport` writes to
//! standard output, which carries the protocol.

mod advice;
mod call;
mod consent;
mod handler;
mod input;
mod limits;
mod result;
mod session;
mod tools;
mod transport;

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;
use tokio::sync::mpsc;

use crate::app::App;
use crate::clock::Clock;
use crate::error::Error;
use crate::ops;
use handler::Handler;
use session::Session;
use transport::Stdio;

pub use input::{Incoming, Lines, check_arguments, read_line};
pub(crate) use limits::{EnvironmentLimit, Limits};

/// The limit for the replies to requests that change something, after the client has gone.
const GRACE: Duration = Duration::from_secs(10);

/// Serves one client until it closes standard input, or until a signal.
pub(crate) async fn serve(app: &App, limits: Limits) -> Result<(), Error> {
    let signals = app.claim_interrupt();
    let (calls, mut incoming) = mpsc::unbounded_channel();
    let (stdio, closing) = Stdio::open(&app.ui)?;
    let session = Session::new(app, &limits, &closing);
    let starting = Handler::new(calls, &limits).serve(stdio);
    let running = tokio::select! {
        started = starting => match started {
            Ok(running) => running,
            Err(error) => return not_initialized(&error),
        },
        _ = signals.signalled() => return Ok(()),
    };
    let mut stop = Some(running.cancellation_token());
    let mut ended = pin!(running.waiting());
    let mut work = FuturesUnordered::new();
    loop {
        tokio::select! {
            Some(call) = incoming.recv() => work.push(session.answer(call)),
            Some(()) = work.next(), if !work.is_empty() => {}
            _ = signals.signalled(), if stop.is_some() => {
                closing.close();
                if let Some(stop) = stop.take() {
                    stop.cancel();
                }
            }
            _ = &mut ended => break,
        }
    }
    closing.close();
    let clock = ops::clock();
    let mut grace = pin!(clock.sleep(GRACE));
    while session.is_sending() {
        tokio::select! {
            done = work.next() => if done.is_none() { break },
            () = &mut grace => {
                session.warn_of_unknown();
                break;
            }
        }
    }
    Ok(())
}

/// A client that disconnects before initialization is not an error.
fn not_initialized(error: &ServerInitializeError) -> Result<(), Error> {
    match error {
        ServerInitializeError::ConnectionClosed(_)
        | ServerInitializeError::TransportError { .. }
        | ServerInitializeError::Cancelled => Ok(()),
        ServerInitializeError::ExpectedInitializeRequest(_) => Err(Error::failed(
            "the client did not begin with the request `initialize`",
        )),
        error => Err(Error::failed(format!(
            "the client could not be initialized: {error}"
        ))),
    }
}
