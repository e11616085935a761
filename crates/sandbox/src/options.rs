//! What a sandbox is opened with, and what can go wrong with it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

use super::engine::EngineError;
use super::store::StoreError;

/// How a sandbox is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where its data are.
    pub store: StoreKind,
    /// What a new store is filled with.
    pub seed: Seed,
    /// What makes runs happen.
    pub executor: ExecutorKind,
}

impl Options {
    /// For tests: in memory, scripted.
    #[must_use]
    pub fn memory(seed: Seed) -> Options {
        Options {
            store: StoreKind::Memory,
            seed,
            executor: ExecutorKind::Scripted,
        }
    }
}

/// Where the data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreKind {
    /// In this process, gone with it.
    Memory,
    /// In a folder that many processes may use at once.
    Folder(PathBuf),
}

/// What a new store is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// Project, environments and users, and a few tasks: for people.
    Demo,
    /// Project, environments and users alone: for replaying recorded exchanges.
    Bare,
}

/// What makes runs happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecutorKind {
    /// They are played by scripts, in process.
    Scripted,
    /// They are completed, and nothing is executed.
    Simulate,
    /// They really run, in processes of their own. Needs a folder.
    Detached {
        /// This very program.
        program: PathBuf,
        /// Whether somebody agreed to container images being run.
        images: bool,
    },
}

/// Whom a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The group's weakest role.
    Guest,
    /// Sees what a guest sees.
    Reporter,
    /// May invoke more, and run commands on development environments.
    Developer,
    /// May define tasks.
    Maintainer,
    /// The group's strongest role.
    Owner,
    /// A user in no group.
    Outsider,
    /// Sees everything, may change nothing.
    PlatformViewer,
    /// May do everything.
    PlatformOwner,
    /// One of Lagoon's own services, with a "legacy" token.
    LegacyAdmin,
}

impl Identity {
    /// The users, by the words for them.
    pub const ROLES: [(&str, Identity); 8] = [
        ("guest", Identity::Guest),
        ("reporter", Identity::Reporter),
        ("developer", Identity::Developer),
        ("maintainer", Identity::Maintainer),
        ("owner", Identity::Owner),
        ("outsider", Identity::Outsider),
        ("platform-viewer", Identity::PlatformViewer),
        ("platform-owner", Identity::PlatformOwner),
    ];

    /// The user with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Identity> {
        let mut roles = Identity::ROLES.iter();
        roles.find(|(name, _)| *name == word).map(|(_, role)| *role)
    }

    /// The address of the user; services have none.
    #[must_use]
    pub fn email(self) -> Option<&'static str> {
        Some(match self {
            Identity::Guest => "guest@example.com",
            Identity::Reporter => "reporter@example.com",
            Identity::Developer => "developer@example.com",
            Identity::Maintainer => "maintainer@example.com",
            Identity::Owner => "owner@example.com",
            Identity::Outsider => "outsider@example.com",
            Identity::PlatformViewer => "platformviewer@example.com",
            Identity::PlatformOwner => "platformowner@example.com",
            Identity::LegacyAdmin => return None,
        })
    }
}

/// An error of the sandbox.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The data cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Runs cannot be made to happen.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The address to serve on cannot be had.
    #[error("cannot serve on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The address is not of this machine alone.
    #[error("the sandbox serves this machine only, not {0}")]
    NotLoopback(SocketAddr),
    /// The store has no such user.
    #[error("the sandbox has no user {0}")]
    NoUser(String),
    /// A token cannot be signed.
    #[error("cannot sign a token: {0}")]
    Token(#[from] jsonwebtoken::errors::Error),
    /// Only scripted runs can be set by hand.
    #[error("the runs of this sandbox are not scripted")]
    NotScripted,
}

impl SandboxError {
    /// What may help, as lines for a person.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            SandboxError::Store(error) => error.hints(),
            _ => Vec::new(),
        }
    }
}
