//! Options and errors of a sandbox.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

use super::engine::EngineError;
use super::store::StoreError;

/// Options of a sandbox.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the types say it")]
pub struct Options {
    pub store: StoreKind,
    pub seed: Seed,
    pub executor: ExecutorKind,
}

impl Options {
    /// For tests: in memory, with scripted runs.
    #[must_use]
    pub fn memory(seed: Seed) -> Options {
        Options {
            store: StoreKind::Memory,
            seed,
            executor: ExecutorKind::Scripted,
        }
    }
}

/// The place of a sandbox's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreKind {
    /// In memory.
    Memory,
    /// In a folder, which several processes may use at once.
    Folder(PathBuf),
}

/// The content of a new store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// Project, environments, users and a few tasks.
    Demo,
    /// Project, environments and users, as in the recorded exchanges.
    Bare,
}

/// The executor of runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecutorKind {
    /// Plays scripts in process.
    Scripted,
    /// Completes runs without executing anything.
    Simulate,
    /// Executes runs in processes of their own. Requires a folder.
    Detached {
        /// The running program itself.
        program: PathBuf,
        /// Whether the user agreed to run container images.
        images: bool,
    },
}

/// The holder of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
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

/// Each user with the role's name and the email address.
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
    /// The user with this role name.
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

/// An error of the sandbox.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say it")]
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
    #[error("the sandbox serves this machine only, not {0}")]
    NotLoopback(SocketAddr),
    #[error("the sandbox has no user {0}")]
    NoUser(String),
    #[error("cannot sign a token: {0}")]
    Token(#[from] jsonwebtoken::errors::Error),
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
