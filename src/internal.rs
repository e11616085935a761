//! Items for the program, its tests, its fuzz targets and its benchmarks. They change without notice.

#[cfg(feature = "cli")]
mod program;

pub use crate::clock::Clock;
pub use crate::domain::run::{Outcome, Run};
pub use crate::domain::task::argument::{Argument, ArgumentKind};
pub use crate::domain::task::definition::{Definition, Permission, Scope, Work};
pub use crate::domain::task::quoting::suggestion;
pub use crate::domain::task::values::resolve;
pub use crate::lagoon::events::stream::{Event, Events};
pub use crate::lagoon::network::Network;
pub use crate::lagoon::network::variables::NetworkVariables;
pub use crate::lagoon::reply::{Reply, read as read_reply};
pub use crate::lagoon::{Connection, Credentials, CredentialsError, Lagoon};
pub use crate::ops::runs::push::Push;
pub use crate::ops::runs::wait::limits::Limits;
pub use crate::ops::runs::wait::{WaitOutcome, Watcher, wait_for_all};
#[cfg(feature = "cli")]
pub use program::*;
