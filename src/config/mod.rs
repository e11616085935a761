//! Contexts and which of them is current: those of our own file, and those that the `lagoon` CLI
//! has in its own, which is only ever read.
//!
//! Beside it what the files of a checkout say of where one is, which is no configuration.
//!
//! Tokens are not in it (see `auth`), and what a value means beside flags and variables is decided
//! in `settings`.

mod address;
mod checkout;
mod edit;
mod error;
mod lagoon_cli;
mod name;
mod nearest;
mod pod;
mod read;
mod ssh;
mod ssh_key;

use std::path::{Path, PathBuf};

use url::Url;

pub use address::{AddressError, api_address, is_loopback};
pub use checkout::Checkout;
pub use edit::Editor;
pub use error::ConfigError;
pub use lagoon_cli::{LagoonCli, cached_token};
pub use name::{ContextName, NameError, SANDBOX, shown_name};
pub use nearest::nearest;
pub use pod::{POD, POD_VARIABLE, PodVariables};
pub use ssh::{SshEndpoint, SshError};
pub use ssh_key::{SshKey, UnusableKey, UsableKey};

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
    /// Where tokens are given out over ssh.
    pub ssh: Option<SshEndpoint>,
    /// The private key to sign in with.
    pub ssh_key: Option<SshKey>,
    /// Where a browser signs in: Keycloak's address, the realm left out.
    pub authorization_endpoint: Option<Url>,
    /// Who keeps it.
    pub origin: Origin,
}

/// Who keeps a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Our own file.
    Own,
    /// The `lagoon` CLI's file.
    LagoonCli,
    /// The variables of one of Lagoon's own pods.
    Pod,
}

impl Context {
    /// A context of our own file, of which nothing else is known.
    #[must_use]
    pub fn new(name: ContextName, api: Url) -> Context {
        Context {
            name,
            api,
            project: None,
            ca_file: None,
            allow_http: false,
            ui_url: None,
            ssh: None,
            ssh_key: None,
            authorization_endpoint: None,
            origin: Origin::Own,
        }
    }
}

/// The contexts there are. A file that is not there holds nothing.
#[derive(Debug, Clone)]
pub struct Config {
    /// Our file, whether it exists or not.
    pub path: PathBuf,
    /// The context that our file makes current. It need not exist.
    pub current: Option<ContextName>,
    /// Ours in the file's order, then those of the `lagoon` CLI whose names are not taken, then the
    /// pod's.
    pub contexts: Vec<Context>,
    /// Contexts that cannot be used, by the names they have in their file, and why.
    pub broken: Vec<(String, ConfigError)>,
    /// What else the `lagoon` CLI's file says, where there is one.
    pub lagoon_cli: Option<LagoonCli>,
}

impl Config {
    /// Reads the file in this folder.
    ///
    /// # Errors
    /// When the file is there and cannot be read or understood.
    pub fn load(folder: &Path) -> Result<Config, ConfigError> {
        let path = folder.join(FILE);
        Config::parse(&path, &read::text(&path)?)
    }

    /// What the text of such a file says.
    ///
    /// # Errors
    /// When it cannot be understood.
    pub fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
        read::parse(path, text)
    }

    /// A configuration without a context.
    #[must_use]
    pub fn empty(path: PathBuf) -> Config {
        Config {
            path,
            current: None,
            contexts: Vec::new(),
            broken: Vec::new(),
            lagoon_cli: None,
        }
    }

    /// The context that is current by the `lagoon` CLI's file, with the file.
    #[must_use]
    pub fn current_of_lagoon_cli(&self) -> Option<(&Context, &Path)> {
        let file = self.lagoon_cli.as_ref()?;
        let name = file.current.as_ref()?.parse().ok()?;
        Some((self.context(&name)?, &file.path))
    }

    /// Adds what the `lagoon` CLI's file holds, where there is one. What is wrong with it is kept
    /// in [`LagoonCli`]: it concerns only those who need that file.
    #[must_use]
    pub fn with_lagoon_cli(self, path: &Path) -> Config {
        self.with(lagoon_cli::load(path))
    }

    /// The same of the text of such a file.
    #[must_use]
    pub fn with_lagoon_cli_text(self, path: &Path, text: &str) -> Config {
        self.with(lagoon_cli::parse(path, Ok(text.to_owned())))
    }

    fn with(mut self, found: Option<lagoon_cli::Found>) -> Config {
        let Some(found) = found else {
            return self;
        };
        for context in found.contexts {
            if self.context(&context.name).is_none() {
                self.contexts.push(context);
            }
        }
        self.broken.extend(found.broken);
        self.lagoon_cli = Some(found.file);
        self
    }

    /// Adds the context of the Lagoon pod that this is, if it is one; `root` is where its key is
    /// mounted. What is wrong with it concerns only those who mean it.
    #[must_use]
    pub fn with_pod(mut self, variables: &PodVariables, root: &Path) -> Config {
        match pod::context(variables, root) {
            Some(Ok(context)) if self.context(&context.name).is_none() => {
                self.contexts.push(context);
            }
            Some(Err(why)) => self.broken.push((POD.to_owned(), why)),
            Some(Ok(_)) | None => {}
        }
        self
    }

    /// The context of this name.
    #[must_use]
    pub fn context(&self, name: &ContextName) -> Option<&Context> {
        self.contexts.iter().find(|c| c.name == *name)
    }

    /// The context of this name in our own file.
    #[must_use]
    pub fn own(&self, name: &ContextName) -> Option<&Context> {
        self.context(name).filter(|c| c.origin == Origin::Own)
    }

    /// Why there is no context of this name, where a file has one that cannot be used.
    #[must_use]
    pub fn fault(&self, name: &str) -> Option<&ConfigError> {
        let broken = self.broken.iter().find(|(broken, _)| broken == name);
        let file = self.lagoon_cli.as_ref();
        broken
            .map(|(_, why)| why)
            .or_else(|| file?.failure.as_ref())
    }

    /// Where a context is kept: a file, or the variable of a pod.
    #[must_use]
    pub fn place_of(&self, context: &Context) -> &Path {
        match (context.origin, &self.lagoon_cli) {
            (Origin::LagoonCli, Some(file)) => &file.path,
            (Origin::Pod, _) => Path::new(POD_VARIABLE),
            _ => &self.path,
        }
    }
}
