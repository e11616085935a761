//! The configuration file: contexts and which of them is current.
//!
//! Tokens are not in it (see `auth`), and what a value means beside flags and variables is decided
//! in `settings`.

mod address;
mod edit;
mod error;
mod name;
mod nearest;
mod read;

use std::path::{Path, PathBuf};

use url::Url;

pub use address::{AddressError, api_address, is_loopback};
pub use edit::Editor;
pub use error::ConfigError;
pub use name::{ContextName, NameError, SANDBOX};
pub use nearest::nearest;

/// The file's name in the configuration folder.
pub const FILE: &str = "config.toml";

/// One Lagoon and how to reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The name it goes by.
    pub name: ContextName,
    /// The GraphQL endpoint, `/graphql` included.
    pub api: Url,
    /// The project that is meant when none is named.
    pub project: Option<String>,
    /// A PEM file with further certificate authorities, absolute.
    pub ca_file: Option<PathBuf>,
    /// Whether plain http may be spoken to a host other than this machine.
    pub allow_http: bool,
    /// Lagoon's UI, for the pages of runs.
    pub ui_url: Option<Url>,
}

/// What the file holds; a file that is not there holds nothing.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file, whether it exists or not.
    pub path: PathBuf,
    /// The context that is used when none is named. It need not exist.
    pub current: Option<ContextName>,
    /// In the file's order.
    pub contexts: Vec<Context>,
}

impl Config {
    /// Reads the file in this folder.
    ///
    /// # Errors
    /// When the file is there and cannot be read or understood.
    pub fn load(folder: &Path) -> Result<Config, ConfigError> {
        let path = folder.join(FILE);
        let text = read::text(&path)?;
        read::parse(&path, &text)
    }

    /// A configuration without a context.
    #[must_use]
    pub fn empty(path: PathBuf) -> Config {
        Config {
            path,
            current: None,
            contexts: Vec::new(),
        }
    }

    /// The context of this name.
    #[must_use]
    pub fn context(&self, name: &ContextName) -> Option<&Context> {
        self.contexts.iter().find(|c| c.name == *name)
    }
}
