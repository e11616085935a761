//! Options and errors of a sandbox.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use super::engine::{ComposeProject, EngineError};
use super::store::StoreError;

#[derive(Debug, Clone)]
pub struct Options {
    pub store: StoreKind,
    pub seed: Seed,
    pub executor: ExecutorKind,
}

impl Options {
    #[must_use]
    pub fn memory(seed: Seed) -> Options {
        Options {
            store: StoreKind::Memory,
            seed,
            executor: ExecutorKind::Scripted,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreKind {
    Memory,
    /// In a folder, which several processes may use at once.
    Folder(PathBuf),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// Project, environments, users and a few tasks.
    Demo,
    /// Project, environments and users, as in the recorded exchanges.
    Bare,
    /// Users in a group, for [`Sandbox::show_site`](crate::Sandbox::show_site).
    Empty,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecutorKind {
    Scripted,
    /// Completes runs without executing anything.
    Simulate,
    /// Executes runs in processes of their own. Requires a folder.
    Detached {
        /// The running program itself.
        program: PathBuf,
        images: bool,
    },
    /// Like `Detached`, but executes each command in the container of its service.
    Compose {
        program: PathBuf,
        images: bool,
        project: Arc<ComposeProject>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    Guest,
    Reporter,
    Developer,
    Maintainer,
    Owner,
    /// In no group.
    Outsider,
    PlatformViewer,
    PlatformOwner,
    /// A service of Lagoon, with a "legacy" token.
    LegacyAdmin,
}

const USERS: [(Identity, &str, &str); 8] = [
    (Identity::Guest, "guest", "guest@example.com"),
    (Identity::Reporter, "reporter", "reporter@example.com"),
    (Identity::Developer, "developer", "developer@example.com"),
    (Identity::Maintainer, "maintainer", "maintainer@example.com"),
    (Identity::Owner, "owner", "owner@example.com"),
    (Identity::Outsider, "outsider", "outsider@example.com"),
    (
        Identity::PlatformViewer,
        "platform-viewer",
        "platformviewer@example.com",
    ),
    (
        Identity::PlatformOwner,
        "platform-owner",
        "platformowner@example.com",
    ),
];

impl Identity {
    #[must_use]
    pub fn from_word(word: &str) -> Option<Identity> {
        let user = USERS.iter().find(|(_, role, _)| *role == word);
        user.map(|(identity, ..)| *identity)
    }

    /// The user's email address; a service has none.
    #[must_use]
    pub fn email(self) -> Option<&'static str> {
        let user = USERS.iter().find(|(identity, ..)| *identity == self);
        user.map(|(_, _, email)| *email)
    }
}

#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SandboxError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("cannot serve on {address}: {source}")]
    Bind {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("the sandbox can listen on this machine only, not on {0}")]
    NotLoopback(SocketAddr),
    #[error("the sandbox has no user {0}")]
    NoUser(String),
    #[error("the runs of this sandbox are not scripted")]
    NotScripted,
}

impl SandboxError {
    /// Suggestions for the user, one per line.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            SandboxError::Store(error) => error.hints(),
            _ => Vec::new(),
        }
    }
}
