//! Questions about a Lagoon and its ssh portals.

use std::future::poll_fn;
use std::time::Duration;

use tokio::net::TcpStream;

use crate::clock::timeout;
use crate::domain::place::features::Features;
use crate::error::Error;
use crate::lagoon::{Lagoon, RunEvent};

use crate::ops::runs::follow::live;

/// The limit for a subscription to be confirmed, and for a portal to accept a connection.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Free text that operators set.
pub(crate) async fn version(lagoon: &Lagoon) -> Result<Option<String>, Error> {
    Ok(lagoon.version().await?)
}

pub(crate) async fn features(lagoon: &Lagoon) -> Result<Features, Error> {
    Ok(lagoon.features().await?)
}

/// The transport of pushed changes, in words; `None` without push. A subscription to an invisible
/// environment is confirmed, but silent (seen on Lagoon 2.33.1).
pub(crate) async fn push(lagoon: &Lagoon, environment: i64) -> Result<Option<&'static str>, Error> {
    let mut changes = lagoon.changes(environment)?;
    let standing = async {
        loop {
            match poll_fn(|context| changes.poll_next(context)).await {
                Some(RunEvent::Subscribed(way)) => return Some(way),
                Some(RunEvent::Run(_)) => {}
                None => return None,
            }
        }
    };
    Ok(timeout(TIMEOUT, standing).await.unwrap_or(None))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Portal {
    /// Host and port.
    pub address: String,
    pub listens: bool,
}

/// `None` if the environment's cluster has no portal.
pub(crate) async fn portal(lagoon: &Lagoon, environment: i64) -> Result<Option<Portal>, Error> {
    let Some(portal) = lagoon.ssh_portal(environment).await? else {
        return Ok(None);
    };
    let to = live::destination(&portal).map_err(|error| live::of_ssh(&error))?;
    let (host, port) = (to.server().host(), to.server().port());
    let connected = timeout(TIMEOUT, TcpStream::connect((host, port))).await;
    Ok(Some(Portal {
        address: format!("{host}:{port}"),
        listens: matches!(connected, Ok(Ok(_))),
    }))
}
