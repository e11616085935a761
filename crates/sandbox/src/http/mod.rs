//! Statuses, headers and bodies of Express with Apollo Server 3 (seen on Lagoon 2.33.1).
//!
//! A valid document gets the recorded reply. An invalid one gets the recorded status and presence
//! of `data` and `errors`, with async-graphql's wording.

mod body;
mod gate;
mod graphql;
mod pages;
mod push;
mod storage;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Sandbox, SandboxError};

pub(super) const LAGOON_VERSION: &str = "v2.33.1";

pub(super) struct App {
    sandbox: Sandbox,
    address: SocketAddr,
}

/// A served sandbox. Dropping it ends the server.
pub struct ServedSandbox {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl ServedSandbox {
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    #[must_use]
    pub fn graphql(&self) -> String {
        format!("{}/graphql", self.url())
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends the server and closes open connections.
    pub async fn shutdown(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }

    pub async fn wait(mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Drop for ServedSandbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) async fn serve(
    sandbox: Sandbox,
    address: SocketAddr,
) -> Result<ServedSandbox, SandboxError> {
    if !address.ip().is_loopback() {
        return Err(SandboxError::NotLoopback(address));
    }
    let bind = |source| SandboxError::Bind { address, source };
    let listener = TcpListener::bind(address).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    let app = Arc::new(App { sandbox, address });
    // Each path has a limit of its own; files of runs have none.
    let router = Router::new()
        .fallback(gate::answer)
        .layer(DefaultBodyLimit::disable())
        .with_state(app);
    let task = tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    Ok(ServedSandbox { address, task })
}
