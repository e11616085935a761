//! Contexts of our configuration file, of the `lagoon` CLI's file (read only) and of a Lagoon pod;
//! the project and branch of a checkout.
//!
//! `settings` merges them with flags and variables; `auth` stores tokens.

pub(crate) mod address;
pub(crate) mod checkout;
pub(crate) mod edit;
pub(crate) mod error;
mod lagoon_cli;
pub(crate) mod name;
mod pod;
mod read;
pub(crate) mod ssh_key;

use std::path::{Path, PathBuf};

use url::Url;

use crate::domain::SshEndpoint;

pub(crate) use address::{api_address, is_loopback, shown_url};
pub(crate) use checkout::Checkout;
#[cfg(feature = "sandbox")]
pub(crate) use checkout::{ComposeFile, USUAL_NAMES};
pub(crate) use edit::Editor;
pub(crate) use error::ConfigError;
pub(crate) use lagoon_cli::{LagoonCli, cached_token};
pub(crate) use name::{ContextName, NameError, SANDBOX, shown_name};
pub(crate) use pod::{POD, POD_VARIABLE, PodVariables};
pub(crate) use ssh_key::{SshKey, UsableKey};

pub(crate) const FILE: &str = "config.toml";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub name: ContextName,
    /// The GraphQL endpoint, including `/graphql`.
    pub api: Url,
    pub project: Option<String>,
    /// A PEM file with additional certificate authorities; absolute.
    pub ca_file: Option<PathBuf>,
    /// Allow plain http to other machines.
    pub allow_http: bool,
    pub ui_url: Option<Url>,
    /// The ssh server that issues tokens.
    pub ssh: Option<SshEndpoint>,
    pub ssh_key: Option<SshKey>,
    /// Keycloak's address, without the realm.
    pub authorization_endpoint: Option<Url>,
    pub origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Own,
    LagoonCli,
    Pod,
}

impl Context {
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

#[derive(Debug, Clone)]
pub struct Config {
    /// Our file, which need not exist.
    pub path: PathBuf,
    /// It need not exist.
    pub current: Option<ContextName>,
    /// Ours in the file's order, then the `lagoon` CLI's with other names, then the pod's.
    pub contexts: Vec<Context>,
    /// Unusable contexts by name.
    pub broken: Vec<(String, ConfigError)>,
    pub lagoon_cli: Option<LagoonCli>,
}

impl Config {
    /// A missing file is not an error.
    pub fn load(folder: &Path) -> Result<Config, ConfigError> {
        let path = folder.join(FILE);
        Config::parse(&path, &read::text(&path)?)
    }

    pub fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
        read::parse(path, text)
    }

    pub fn empty(path: PathBuf) -> Config {
        Config {
            path,
            current: None,
            contexts: Vec::new(),
            broken: Vec::new(),
            lagoon_cli: None,
        }
    }

    /// The current or only context of the `lagoon` CLI's file.
    pub fn current_of_lagoon_cli(&self) -> Option<(&Context, &Path)> {
        let file = self.lagoon_cli.as_ref()?;
        let context = match &file.current {
            Some(name) => self.context(&name.parse().ok()?)?,
            None => {
                let mut there = self
                    .contexts
                    .iter()
                    .filter(|c| c.origin == Origin::LagoonCli);
                let only = there.next()?;
                there.next().is_none().then_some(only)?
            }
        };
        Some((context, &file.path))
    }

    /// Errors of the file are in [`LagoonCli`], because they affect only its contexts.
    #[must_use]
    pub fn with_lagoon_cli(self, path: &Path) -> Config {
        self.with(lagoon_cli::load(path))
    }

    #[must_use]
    pub fn with_lagoon_cli_text(self, path: &Path, text: &str) -> Config {
        self.with(lagoon_cli::parse(path, Ok(text.to_owned())))
    }

    fn with(mut self, found: Option<lagoon_cli::Loaded>) -> Config {
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

    /// Adds the context of the Lagoon pod; its key is mounted below `root`. Errors affect only this
    /// context.
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

    pub fn context(&self, name: &ContextName) -> Option<&Context> {
        self.contexts.iter().find(|c| c.name == *name)
    }

    pub fn own(&self, name: &ContextName) -> Option<&Context> {
        self.context(name).filter(|c| c.origin == Origin::Own)
    }

    /// The error of a context that cannot be used, or of the `lagoon` CLI's file, which may have it.
    pub fn fault(&self, name: &str) -> Option<&ConfigError> {
        let file = self.lagoon_cli.as_ref();
        self.entry_fault(name).or_else(|| file?.failure.as_ref())
    }

    /// The error of a context that is in a file and cannot be used.
    pub(crate) fn entry_fault(&self, name: &str) -> Option<&ConfigError> {
        let broken = self.broken.iter().find(|(broken, _)| broken == name);
        broken.map(|(_, why)| why)
    }

    pub fn place_of(&self, context: &Context) -> &Path {
        match (context.origin, &self.lagoon_cli) {
            (Origin::LagoonCli, Some(file)) => &file.path,
            (Origin::Pod, _) => Path::new(POD_VARIABLE),
            _ => &self.path,
        }
    }
}
