//! What a Lagoon is and can, as far as a client can tell.

use std::future::poll_fn;
use std::time::Duration;

use tokio::net::TcpStream;

use crate::clock::timeout;
use crate::domain::place::features::Features;
use crate::error::Error;
use crate::lagoon::{Change, Lagoon};

use crate::ops::runs::follow::live;

/// How long a subscription may take to stand, and a portal to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The version that it says it has: a free text, which operators set. Needs a token that holds.
///
/// # Errors
/// Any failure of the request.
pub async fn version(lagoon: &Lagoon) -> Result<Option<String>, Error> {
    Ok(lagoon.version().await?)
}

/// What it has beyond the oldest supported release.
///
/// # Errors
/// Any failure of the request.
pub async fn features(lagoon: &Lagoon) -> Result<Features, Error> {
    Ok(lagoon.features().await?)
}

/// How it pushes changes of an environment's runs, in words; `None` when it does not. Of one that
/// may not be seen nothing is pushed, but the subscription stands (seen on Lagoon 2.33.1).
///
/// # Errors
/// For an id outside 32 bits.
pub async fn push(lagoon: &Lagoon, environment: i64) -> Result<Option<&'static str>, Error> {
    let mut changes = lagoon.changes(environment)?;
    let standing = async {
        loop {
            match poll_fn(|context| changes.poll_next(context)).await {
                Some(Change::Subscribed(way)) => return Some(way),
                Some(Change::Run(_)) => {}
                None => return None,
            }
        }
    };
    Ok(timeout(PATIENCE, standing).await.unwrap_or(None))
}

/// The ssh portal of an environment's cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portal {
    /// Host and port.
    pub address: String,
    /// Whether something listens there.
    pub listens: bool,
}

/// The ssh portal of an environment, and whether it can be reached; `None` where its cluster has
/// none.
///
/// # Errors
/// Any failure of the request.
pub async fn portal(lagoon: &Lagoon, environment: i64) -> Result<Option<Portal>, Error> {
    let Some(portal) = lagoon.ssh_portal(environment).await? else {
        return Ok(None);
    };
    let to = live::destination(&portal).map_err(|error| live::of_ssh(&error))?;
    let (host, port) = (to.server().host(), to.server().port());
    let connected = timeout(PATIENCE, TcpStream::connect((host, port))).await;
    Ok(Some(Portal {
        address: format!("{host}:{port}"),
        listens: matches!(connected, Ok(Ok(_))),
    }))
}
